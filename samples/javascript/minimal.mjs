// The smallest whole use of media2face: a WAV of speech in, a CSV of blendshape weights and head poses out.
//
//     node minimal.mjs media2face.wasm MODEL.m2f SPEECH.wav OUT.csv
import { writeFileSync } from 'node:fs';
import { begin, fixed } from './sample.mjs';

// Runtime and model: once per process.
const { model, samples, channels, rateHz, out } = await begin();

// Session: once per clip.
const session = model.session({ sampleRateHz: rateHz, channelCount: channels });
session.push(samples, channels);
session.finish();
while (!session.step(1000)) { /* there are no threads: the work is done here */ }

// Animation: frames at any rate; without one, the model's own.
const animation = session.pull();
const [weights, heads] = [animation.weights(), animation.heads()];
const width = model.weightNames.length;
const lines = [['frame', ...model.weightNames, 'headX', 'headY', 'headZ', 'headW', 'headMoveX', 'headMoveY', 'headMoveZ']];
for (let frame = 0; frame < animation.frameCount(); frame++) {
  const row = Array.from(weights.subarray(frame * width, (frame + 1) * width), (weight) => fixed(weight, 4));
  const head = Array.from(heads.subarray(frame * 7, (frame + 1) * 7), (number) => fixed(number, 5));
  lines.push([frame, ...row, ...head]);
}
writeFileSync(out, lines.map((line) => `${line}\n`).join(''));
