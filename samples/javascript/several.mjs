// Several voices at once over one runtime and one model: two clips that are animated together, and meanwhile two streams that speak
// live. Each has its own face and its own style.
//
//     node several.mjs media2face.wasm MODEL.m2f SPEECH.wav OUT.csv
//
// As in streaming.mjs, the clock counts samples and the program works until each face is there, so that every run gives the same
// numbers.
import { writeFileSync } from 'node:fs';
import { finishTogether } from '../../bindings/web/src/library.js'; // in your project: from 'media2face/library'
import { begin, findWeight, fixed } from './sample.mjs';

const [BLOCK_MS, CLIPS] = [10, 2];
// The first two are clips, the others streams.
const STYLES = ['happy', 'sad', 'angry', 'calm'];
const SHOWN = ['jawOpen', 'mouthSmileLeft'];

const { runtime, model, samples, channels, rateHz, out } = await begin();
const frames = samples.length / channels;
const frameCount = Math.floor(frames * model.fps / rateHz);
const shown = SHOWN.map((name) => findWeight(model, name));
const { identityNames } = model;
const faces = STYLES.map((_, voice) => model.identity({ name: identityNames[voice] }));
const format = { sampleRateHz: rateHz, channelCount: channels };

// The clips: one job, whose windows share batches. It is worked on wherever the runtime steps.
const sessions = STYLES.slice(0, CLIPS).map((style, voice) => {
  const session = model.session({ ...format, style, identity: faces[voice] });
  session.push(samples, channels);
  return session;
});
finishTogether(sessions);

// The streams, which come before clips wherever both have work.
const streams = STYLES.slice(CLIPS).map((words, at) => {
  const style = model.style(words);
  const stream = model.stream({ ...format, underrun: 'hold', style, identity: faces[CLIPS + at] });
  style.close();
  return stream;
});
const latency = Math.floor(streams[0].state.latencyMs * 1e-3 * rateHz);
const delay = latency + Math.floor(rateHz / 10);
const block = rateHz * BLOCK_MS / 1000;
const silence = new Int16Array(block * channels);
const spoken = streams.map(() => []);
let [at, written] = [0, 0];
for (let frame = 0; frame < frameCount; frame++) {
  const heard = Math.floor(frame * rateHz / model.fps);
  while (written < heard + delay) {
    const sound = at < frames ? samples.subarray(at * channels, (at + block) * channels) : silence;
    const count = sound.length / channels;
    for (const stream of streams) {
      for (let done = 0; done < count;) {
        done += stream.write(sound.subarray(done * channels), channels).taken;
        if (done < count) runtime.step(1); // the ring holds seconds
      }
    }
    at += count;
    written += count;
  }
  streams.forEach((stream, voice) => {
    while (!stream.sample(written - latency - 1).ready) runtime.step(1);
    const { weights } = stream.sample(heard);
    spoken[voice].push(shown.map((column) => weights[column]));
  });
}

// By now the clips may be done, too.
const width = model.weightNames.length;
const said = sessions.map((session) => {
  while (!session.step(1000)) { /* the rest */ }
  const animation = session.pull();
  const weights = animation.weights();
  return Array.from({ length: frameCount }, (_, frame) => shown.map((column) => weights[frame * width + column]));
});
const voices = [...said, ...spoken];
const lines = [['frame', ...STYLES.flatMap((style) => SHOWN.map((name) => `${style}.${name}`))]];
for (let frame = 0; frame < frameCount; frame++) {
  lines.push([frame, ...voices.flatMap((voice) => voice[frame].map((weight) => fixed(weight, 4)))]);
}
writeFileSync(out, lines.map((line) => `${line}\n`).join(''));
voices.forEach((voice, number) => {
  const [jaw, smile] = SHOWN.map((_, column) => fixed(voice.reduce((sum, row) => sum + row[column], 0) / frameCount, 4));
  console.log(`${STYLES[number]} (${number < CLIPS ? 'clip' : 'stream'}): ${SHOWN[0]} ${jaw}, ${SHOWN[1]} ${smile} on average`);
});
