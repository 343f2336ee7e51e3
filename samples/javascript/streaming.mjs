// A live face: sound is written in blocks of 10 ms, as an audio worklet does, and 60 times a second the face of the sample that is
// heard is shown. After a second and a half somebody interrupts, and for a second the face comes to rest.
//
//     node streaming.mjs media2face.wasm MODEL.m2f SPEECH.wav OUT.csv
//
// Its clock counts samples, not seconds of the wall, and it works until each face is there. So every run gives the same numbers. A
// page would write sound as it comes, and show the last face that is ready instead of waiting.
import { writeFileSync } from 'node:fs';
import { begin, fixed } from './sample.mjs';

const [BLOCK_MS, SHOWN_HZ, INTERRUPT_S, REST_S] = [10, 60, 1.5, 1];

const { runtime, model, samples, channels, rateHz, out } = await begin();
const frames = samples.length / channels;

// The stream takes all of its memory here. Where no sound comes, its clock stands: this program always has some.
const stream = model.stream({ sampleRateHz: rateHz, channelCount: channels, underrun: 'hold' });
const block = rateHz * BLOCK_MS / 1000;
const silence = new Int16Array(block * channels);
const part = (from, count) => samples.subarray(from * channels, (from + count) * channels);

// Faces are ready so long after their sound was written. A host that plays the sound delays it by as much, and by the time that a
// window takes to compute.
const latency = Math.floor(stream.state.latencyMs * 1e-3 * rateHz);
const delay = latency + Math.floor(rateHz / 10);
const interrupt = Math.floor(INTERRUPT_S * rateHz);
const end = frames < interrupt ? frames : interrupt + REST_S * rateHz;

const lines = [['sample', ...model.weightNames, 'headX', 'headY', 'headZ', 'headW']];
let [at, written, shown, interrupted] = [0, 0, 0, false];
for (let heard = 0; heard < end; heard = Math.floor(++shown * rateHz / SHOWN_HZ)) {
  if (!interrupted && heard >= interrupt) {
    // What was written and not heard is dropped, and the clock goes on from here.
    const { generation } = stream.state;
    stream.interrupt(heard);
    interrupted = true;
    written = heard;
    // A page would go on at once.
    while (stream.state.generation === generation) runtime.step(1);
  }

  // What the worklet hands over: the next blocks of the speech, and silence after it.
  while (written < heard + delay) {
    const speaks = !interrupted && at < frames;
    const sound = speaks ? part(at, Math.min(block, frames - at)) : silence;
    const { firstSample, taken } = stream.write(sound, channels);
    if (speaks) at += taken;
    written = Number(firstSample) + taken;
    // The ring holds seconds. In a worklet, what finds no room would be lost.
    if (taken < sound.length / channels) runtime.step(1);
  }

  // Until all faces are there that can be computed from what was written.
  while (!stream.sample(written - latency - 1).ready) runtime.step(1);
  const { weights, head } = stream.sample(heard);
  lines.push([heard, ...Array.from(weights, (weight) => fixed(weight, 4)), ...Array.from(head.subarray(0, 4), (number) => fixed(number, 5))]);
}
writeFileSync(out, lines.map((line) => `${line}\n`).join(''));
console.log(`${shown} faces, each ${delay} samples after its sound`);
