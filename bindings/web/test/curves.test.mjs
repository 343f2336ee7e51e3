// curves.js: what the command wrote of the same line as CSV and table, and files that are damaged.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CurvesError, isCurves, playCurves, readCurves } from '../src/curves.js';
import { folder } from './folder.mjs';

const file = (name) => readFileSync(join(folder, 'native', name));
const rows = (name) => {
  const [head, ...lines] = file(name).toString().trim().split('\n').map((line) => line.split(','));
  return { head, lines };
};
const bytes = file('part.curves');
const curves = readCurves(bytes);

/** A file of its own, with another header or other values. */
function made(header = {}, values = [0, 0, 0, 0, 0x3c00, 0, 0, 0], begin = 'M2FCURV1') {
  const whole = { frames: 1, frame_rate: [30, 1], channels: ['jawOpen', 'headX', 'headY', 'headZ', 'headW', 'headRight_mm', 'headUp_mm', 'headFront_mm'], ...header };
  const text = typeof header === 'string' ? header : JSON.stringify(whole);
  const out = Buffer.alloc(12 + Buffer.byteLength(text) + 2 * values.length);
  out.write(begin, 'latin1');
  out.writeUInt32LE(Buffer.byteLength(text), 8);
  out.write(text, 12);
  values.forEach((value, at) => out.writeUInt16LE(value, 12 + Buffer.byteLength(text) + 2 * at));
  return out;
}

test('frames have the weights, the head and the eyes of the CSV', () => {
  const [csv, table] = [rows('part.csv'), rows('part.table.csv')];
  assert.equal(curves.frameCount, table.lines.length);
  assert.equal(csv.lines.length, table.lines.length);
  assert.equal(curves.hasEyes, true);
  assert.equal(curves.provenance.seed, 7);
  let most = 0;
  for (let frame = 0; frame < curves.frameCount; frame++) {
    const { weights, head, eyes } = curves.sample(frame / curves.fps);
    curves.weightNames.forEach((name, at) => {
      const column = csv.head.findIndex((other) => other.toLowerCase() === name.toLowerCase());
      const expected = Number(csv.lines[frame][column]);
      assert.ok(Math.abs(weights[at] - expected) <= 1 / 2048 + 1e-6, `${name} of frame ${frame}: ${weights[at]}, ${expected}`);
      most = Math.max(most, expected);
    });
    // The last seven columns: halves of a turn, and of mm.
    const pose = table.lines[frame].slice(-7).map(Number);
    pose.forEach((expected, at) => assert.ok(Math.abs(head[at] - expected) <= Math.max(1 / 2048, Math.abs(expected) / 1024), `head ${at} of frame ${frame}`));
    ['LeftEyeYaw', 'LeftEyePitch', 'RightEyeYaw', 'RightEyePitch'].forEach((name, at) => {
      assert.ok(Math.abs(eyes[at] - Number(csv.lines[frame][csv.head.indexOf(name)])) < 1e-3, `${name} of frame ${frame}`);
    });
  }
  assert.ok(most > 0.2, `the face moves by ${most}`);
});

test('between frames it is straight, and times are limited', () => {
  const jaw = curves.weightNames.indexOf('jawOpen');
  const at = (time) => curves.sample(time / curves.fps).weights[jaw];
  assert.ok(Math.abs(at(10.5) - (at(10) + at(11)) / 2) < 1e-6);
  assert.deepEqual(curves.sample(-1), curves.sample(0));
  assert.deepEqual(curves.sample(1e9), curves.sample(curves.durationS));
  assert.deepEqual(curves.sample(NaN), curves.sample(0));
  assert.ok(Math.abs(Math.hypot(...curves.sample(0.5 / curves.fps).head.subarray(0, 4)) - 1) < 1e-6);
  // A turn and its negative are one turn: nothing lies between them.
  const turned = made({ frames: 2 }, [0, 0x3c00, 0, 0, 0, 0, 0, 0, 0, 0xbc00, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...readCurves(turned).sample(0.5 / 30).head.subarray(0, 4)], [1, 0, 0, 0]);
  const face = curves.face();
  assert.equal(curves.sample(0.3, face), face);
});

test('they are played by a clock to their end', () => {
  const shown = [];
  let [timeS, ended] = [0, 0];
  const queue = [];
  const given = { clock: () => timeS, show: ({ weights }, at) => shown.push([at, weights[0]]), ended: () => { ended += 1; }, draw: (next) => queue.push(next) };
  playCurves(curves, given);
  for (; queue.length; timeS += 0.25) queue.shift()();
  assert.equal(shown.length, Math.ceil(curves.durationS / 0.25) + 1);
  assert.equal(ended, 1);
  const stop = playCurves(curves, given);
  timeS = 0;
  stop();
  while (queue.length) queue.shift()();
  assert.equal(ended, 1, 'what is stopped has no end');
});

test('what is no curves is refused by name', () => {
  assert.equal(isCurves(bytes), true);
  assert.equal(isCurves(new Uint8Array(3)), false);
  assert.equal(readCurves(made()).weightNames[0], 'jawOpen');
  const refused = (file, words) => assert.throws(() => readCurves(file), (error) => error instanceof CurvesError && words.test(error.message));
  refused(new Uint8Array(0), /begin with M2FCURV1/);
  refused(made({}, [], 'M2FCURV2'), /begin with M2FCURV1/);
  refused(made('{"frames": 1'), /no JSON/);
  refused(made('null'), /frames/);
  refused(made('[]'), /frames/);
  refused(made({ frames: 0 }), /0 frames/);
  refused(made({ frames: 2 }), /take 32 bytes, but there are 16/);
  refused(made({ frames: 2 ** 50 }), /take/);
  refused(made({ frames: 1.5 }), /1.5 frames/);
  refused(made({ frame_rate: [30, 0] }), /frame_rate/);
  refused(made({ frame_rate: 30 }), /frame_rate/);
  refused(made({ channels: ['jawOpen'] }, [0]), /no head/);
  refused(made({ channels: [1] }, [0]), /names/);
  refused(made({ channels: ['a', 'a'] }, [0, 0]), /names/);
  refused(made({}, [0x7c00, 0, 0, 0, 0, 0, 0, 0]), /value 0 is not finite/);
  refused(made({}, [0, 0, 0, 0, 0x3c00, 0, 0]), /there are 14/);
  // Cut anywhere, and with any byte of its head changed: refused, or read; never anything else.
  for (let length = 0; length < bytes.length; length += length < 2000 ? 1 : 97) refused(bytes.subarray(0, length), /./);
  for (let at = 0; at < 1200; at++) {
    const changed = Uint8Array.from(bytes);
    changed[at] ^= 1 << (at % 8);
    try {
      readCurves(changed).sample(0.1);
    } catch (error) {
      assert.ok(error instanceof CurvesError, String(error));
    }
  }
});
