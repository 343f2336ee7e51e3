// library.js under Node: the same numbers as the command's, and every failure an exception.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FUNCTIONS } from '../src/abi.js';
import { finishTogether, load, Media2FaceError } from '../src/library.js';
import { faceFinder, native, pack, samples, wasm } from './folder.mjs';

const module = await WebAssembly.compile(wasm());
const runtime = await load(module);
const model = runtime.model(pack());

/** A PNG of 64 x 64 grey pixels, in which there is no face. */
const grey = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAKklEQVR42u3MQREAAAwCIHPaP4gh9ttBANKjCAQCgUAgEAgEAoFAIPgeDL3qoEzH4XQYAAAAAElFTkSuQmCC',
  'base64',
);

function fails(status, body) {
  assert.throws(body, (error) => {
    assert.ok(error instanceof Media2FaceError, String(error));
    assert.equal(error.status, status, error.message);
    assert.ok(error.message.length > 0);
    return true;
  });
}

function animated(options = {}, sound = samples()) {
  const session = model.session(options);
  session.push(sound);
  session.finish();
  while (!session.step(50)) assert.ok(session.progress.fraction <= 1);
  assert.equal(session.progress.stage, 'done');
  const animation = session.pull();
  session.close();
  return animation;
}

test('the module has every function of the header, as the header has it', () => {
  for (const [name, parameters] of Object.entries(FUNCTIONS)) {
    assert.equal(runtime.module.exports[name]?.length, parameters.length, name);
  }
});

test('the model tells what it has', () => {
  assert.match(runtime.version, /^\d+\.\d+\.\d+$/);
  assert.equal(model.fps, 30);
  assert.equal(model.weightNames.length, 52);
  assert.ok(model.weightNames.includes('jawOpen'));
  assert.equal(model.identityNames[0], 'average');
  assert.equal(model.emotionNames[0], 'neutral');
  assert.ok(model.headActNames.includes('nod'));
  assert.deepEqual(Array.from(model.eyeRangeRad, (angle) => Math.round(angle * 180 / Math.PI)), [24, 24, 12, 20]);
});

test('a clip has the bits of the command', () => {
  const expected = native();
  const animation = animated({ seed: 7, style: 'happy' });
  assert.equal(animation.seed, 7n);
  assert.deepEqual(model.weightNames, expected.names);
  const [weights, heads] = [animation.weights(), animation.heads()];
  assert.equal(heads.length / 7, expected.frames);
  assert.deepEqual(Array.from(weights), expected.weights.flat().map(Math.fround));
  const poses = expected.head.flatMap(({ rotation, translation_mm: translation }) => [...rotation, ...translation]);
  assert.deepEqual(Array.from(heads), poses.map(Math.fround));
  animation.close();
});

test('a style is read, a smile smiles', () => {
  const reading = model.readPrompt('very happy');
  assert.ok(reading.emotions.happy > 0.5, JSON.stringify(reading.emotions));
  assert.match(model.explainPrompt('very happy'), /happy/);
  const smile = (options) => {
    const animation = animated({ seed: 1, ...options });
    const weights = animation.weights();
    const place = model.weightNames.indexOf('mouthSmileLeft');
    let sum = 0;
    for (let at = place; at < weights.length; at += 52) sum += weights[at];
    animation.close();
    return sum / (weights.length / 52);
  };
  assert.ok(smile({ style: 'very happy' }) > smile({ style: 'very sad' }) + 0.1);
});

test('a picture is read by the face in it, where a finder is loaded', () => {
  const ask = (model) => {
    const session = model.session({ stepCount: 1 });
    try {
      session.addKeyframe({ picture: grey, startS: 0.1 });
      session.push(samples().subarray(0, 8000));
      session.finish();
      while (!session.step(50));
      session.pull().close();
    } finally {
      session.close();
    }
  };
  runtime.log();
  ask(model);
  assert.match(runtime.log().join(), /no face finder is loaded/);
  const finding = runtime.model(pack(), { faceFinder: faceFinder() });
  fails('INVALID_PICTURE', () => ask(finding));
  fails('MISSING_PART', () => runtime.model(pack(), { faceFinder: pack() }));
  fails('INVALID_PACK', () => runtime.model(pack(), { faceFinder: new Uint8Array(1000) }));
  finding.close();
});

test('clips that end together are those that end alone', () => {
  const sound = samples().subarray(0, 16000);
  const alone = ['happy', 'sad'].map((style) => animated({ seed: 5, style }, sound).weights());
  const sessions = ['happy', 'sad'].map((style) => model.session({ seed: 5, style }));
  sessions.forEach((session) => session.push(sound));
  finishTogether(sessions);
  finishTogether([]);
  sessions.forEach((session, at) => {
    while (!session.step(50)) { /* until it is done */ }
    assert.deepEqual(session.pull().weights(), alone[at]);
    session.close();
  });
  const session = model.session();
  assert.throws(() => session.setGuidance({ head: [[0, 1]] }), /audio, style/);
  fails('INVALID_ARGUMENT', () => session.setStyleStrength(7, 1));
});

test('a stream shows what it hears, and its state says where it is', () => {
  const style = model.style('calm');
  const stream = model.stream({ latency: 'fast', seed: 3, style });
  style.close();
  const sound = samples();
  let open = 0;
  for (let at = 0; at < sound.length; at += 1600) {
    const { firstSample, taken } = stream.write(sound.subarray(at, at + 1600));
    assert.equal(firstSample, BigInt(at));
    assert.equal(taken, Math.min(1600, sound.length - at));
    while (!runtime.step(50)) { /* until nothing is due */ }
    const { ready } = stream.state.readySample > BigInt(at) ? stream.sample(at) : { ready: true };
    assert.ok(ready);
  }
  stream.flush();
  while (!runtime.step(50)) { /* the rest */ }
  for (let at = 0; at < sound.length; at += 533) open = Math.max(open, stream.sample(at).weights[model.weightNames.indexOf('jawOpen')]);
  assert.ok(open > 0.1, `the mouth opens by ${open}`);
  const { state } = stream;
  assert.equal(state.nextSample >= BigInt(sound.length), true);
  assert.equal(state.dropped, 0n);
  const animation = stream.takeResult();
  assert.ok(animation.durationS > 1);
  animation.close();
  stream.close();
});

test('bad input is an exception with the text of the library', () => {
  fails('INVALID_PACK', () => runtime.model(new Uint8Array(100)));
  fails('MISSING_PART', () => model.identity({ name: 'nobody' }));
  fails('INVALID_ARGUMENT', () => model.session({ stepCount: 1e6 }));
  const session = model.session();
  fails('INVALID_AUDIO', () => session.push(Float32Array.of(NaN)));
  fails('INVALID_AUDIO', () => session.finish());
  session.push(samples());
  session.close();
  fails('INVALID_STATE', () => session.push(samples()));
  session.close();
  assert.throws(() => model.session({ styleSrength: 1 }), /styleSrength is no option here; there are .*styleStrength/);
  assert.throws(() => model.stream({ latency: 'slow' }), /careful, fast/);
  assert.throws(() => model.session().push([0, 0]), /Float32Array/);
  assert.throws(() => model.session().addKeyframe({ head: [0] }), /expected 7/);
});

test('a module that stops says why, and says it again', async () => {
  const other = await load(module);
  const { m2f_session_push_f32: push } = other.module.exports;
  assert.equal(typeof push, 'function');
  // A pointer past the memory's end.
  assert.throws(() => other.module.plain('m2f_runtime_create', 0xfffffff0, 0xfffffff0), /the module stopped in m2f_runtime_create/);
  assert.throws(() => other.version, /load it again/);
  assert.match(runtime.version, /\d/);
});

test('another version is refused', async () => {
  const exports = { ...Object.fromEntries(WebAssembly.Module.exports(module).map(({ name }) => [name, () => 0])), m2f_version: () => 9 << 16 };
  const { Module } = await import('../src/module.js');
  assert.throws(() => new Module({ exports }), /version 9\.0\.0, this package is/);
});

test('memory is given back', () => {
  const before = runtime.module.exports.memory.buffer.byteLength;
  animated({ seed: 1 }).close();
  const after = runtime.module.exports.memory.buffer.byteLength;
  for (let i = 0; i < 3; i++) animated({ seed: i }).close();
  assert.equal(runtime.module.exports.memory.buffer.byteLength, after);
  assert.ok(after < 256 * 2 ** 20, `${before} to ${after} bytes`);
});
