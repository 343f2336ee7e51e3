// What the samples share: arguments, reading a WAV, writing numbers as C's printf does, finding a weight.
import { readFileSync } from 'node:fs';
import { load } from '../../bindings/web/src/library.js'; // in your project: from 'media2face/library'

/** Loads the library and the pack: `{runtime, model, samples, channels, rateHz, out}`. A failure is told with the library's words. */
export async function begin() {
  const [wasm, pack, wav, out] = process.argv.slice(2);
  if (!out) {
    console.error(`usage: node ${process.argv[1]} media2face.wasm MODEL.m2f SPEECH.wav OUT.csv`);
    process.exit(2);
  }
  process.on('uncaughtException', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  const runtime = await load(readFileSync(wasm));
  return { runtime, model: runtime.model(readFileSync(pack)), ...readWav(wav), out };
}

/** 16-bit PCM, interleaved: enough for a sample, not for every file (m2f animate reads them all). */
function readWav(path) {
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tag = (at) => bytes.toString('latin1', at, at + 4);
  if (tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw new Error(`${path}: is not a WAV`);
  let format = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    if (tag(at) === 'fmt ') {
      if (size < 16 || at + 24 > bytes.length) throw new Error(`${path}: has a damaged header`);
      format = { kind: view.getUint16(at + 8, true), channels: view.getUint16(at + 10, true), rateHz: view.getUint32(at + 12, true), bits: view.getUint16(at + 22, true) };
    } else if (tag(at) === 'data') {
      if (format?.kind !== 1 || format.bits !== 16 || format.channels === 0) throw new Error(`${path}: is not 16-bit PCM`);
      const { channels, rateHz } = format;
      const there = Math.min(size, bytes.length - at - 8);
      const count = Math.floor(there / 2 / channels) * channels;
      return { samples: Int16Array.from({ length: count }, (_, sample) => view.getInt16(at + 8 + 2 * sample, true)), channels, rateHz };
    }
    at += 8 + size + (size & 1);
  }
  throw new Error(`${path}: has no samples`);
}

/** With so many digits. The product is exact for a float, and what lies in the middle goes to the even neighbour, as in C. */
export function fixed(value, digits) {
  const unit = 10 ** digits;
  const exact = Math.abs(value) * unit;
  let whole = Math.floor(exact);
  const rest = exact - whole;
  if (rest > 0.5 || (rest === 0.5 && whole % 2 === 1)) whole += 1;
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return `${sign}${Math.floor(whole / unit)}.${String(whole % unit).padStart(digits, '0')}`;
}

/** The number of a weight by its name. */
export function findWeight(model, name) {
  const at = model.weightNames.indexOf(name);
  if (at < 0) throw new Error(`${name}: is no weight of this model`);
  return at;
}
