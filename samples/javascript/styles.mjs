// Styles over time: the first half of a WAV is said sadly, the second happily, and the end more strongly.
//
//     node styles.mjs media2face.wasm MODEL.m2f SPEECH.wav OUT.csv
import { writeFileSync } from 'node:fs';
import { begin, findWeight, fixed } from './sample.mjs';

const { model, samples, channels, rateHz, out } = await begin();
const halfS = 0.5 * (samples.length / channels) / rateHz;
const session = model.session({ sampleRateHz: rateHz, channelCount: channels });

// Where the two meet their ramps cross, and their weights sum to one. Without an end a style lasts to the clip's.
session.addStyle({ text: 'sad', startS: 0, endS: halfS, rampS: 0.3 });
const happy = session.addStyle({ text: 'happy', startS: halfS, endS: 2 * halfS, rampS: 0.3 });

// s_P rises from the middle on: the style grows stronger.
session.setGuidance({ style: [[halfS, 1], [2 * halfS, 2]] });

session.push(samples, channels);
// Until the work begins, everything may still change.
session.setStyleStrength(happy, 1.2);
session.finish();
while (!session.step(1000)) { /* there are no threads: the work is done here */ }
const animation = session.pull();

const weights = animation.weights();
const [smile, frown] = ['mouthSmileLeft', 'mouthFrownLeft'].map((name) => findWeight(model, name));
const width = model.weightNames.length;
const lines = ['frame,mouthSmileLeft,mouthFrownLeft\n'];
for (let frame = 0; frame < animation.frameCount(); frame++) {
  lines.push(`${frame},${fixed(weights[frame * width + smile], 4)},${fixed(weights[frame * width + frown], 4)}\n`);
}
writeFileSync(out, lines.join(''));
