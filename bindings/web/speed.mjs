// How fast a clip is animated on one thread: node speed.mjs media2face.wasm MODEL.m2f SPEECH.wav [RUNS]. The WAV has 16 bits, one channel.
import { readFileSync } from 'node:fs';
import { load } from './src/library.js';

const [wasm, pack, wav, runs = 3] = process.argv.slice(2);
if (!wav) {
  console.error('usage: node speed.mjs media2face.wasm MODEL.m2f SPEECH.wav [RUNS]');
  process.exit(2);
}
const bytes = readFileSync(wav);
const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length - (bytes.length & 1)));
const rateHz = bytes.readUInt32LE(24);
const model = (await load(readFileSync(wasm))).model(readFileSync(pack));
const ms = [];
// The first run prepares; it is not counted.
for (let run = 0; run <= Number(runs); run++) {
  const begun = process.cpuUsage();
  const session = model.session({ sampleRateHz: rateHz, seed: 7 });
  session.push(samples);
  session.finish();
  while (!session.step(1000)) { /* one thread does all */ }
  session.pull().close();
  session.close();
  const { user, system } = process.cpuUsage(begun);
  ms.push((user + system) / 1000);
}
const counted = ms.slice(1).sort((a, b) => a - b);
const median = counted[Math.floor(counted.length / 2)];
const seconds = samples.length / rateHz;
console.log(`${seconds.toFixed(2)} s of sound: ${median.toFixed(0)} ms of processor time (the first ${ms[0].toFixed(0)}), ${(1000 * seconds / median).toFixed(1)} × real time`);
