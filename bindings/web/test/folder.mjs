// Where the tests find the module, a pack, a sound, and what the command made of it: `cargo xtask web --check` says so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const folder = process.env.M2F_WEB ?? new URL('../../../target/web', import.meta.url).pathname;
const root = new URL('../../../', import.meta.url).pathname;

export const wasm = () => readFileSync(join(folder, 'media2face.wasm'));
export const pack = () => readFileSync(join(root, 'models/starter.m2f'));
export const faceFinder = () => readFileSync(join(root, 'models/face-finder.m2f'));
/** What `m2f animate` made of the first seconds of hello.wav: weights and heads at 30 fps. */
export const native = () => JSON.parse(readFileSync(join(folder, 'native/part.json')));

/** The samples of a file beside it, 16 kHz, one channel. */
export function samples(name = 'native/part.wav') {
  const bytes = readFileSync(join(folder, name));
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
}
