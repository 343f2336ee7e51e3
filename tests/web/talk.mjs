// Opens the page of bindings/web in a headless Chromium, from the disk, and uses it as a person does.
// Usage: npm ci && node talk.mjs CHROMIUM PAGE.html FOLDER M2F; FOLDER has part.wav, part.json, part.curves (what m2f made of it), and gets
// pictures; M2F is the command, whose stream the page shows.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [program, file, folder, m2f] = process.argv.slice(2);
if (!m2f) {
  console.error('usage: node talk.mjs CHROMIUM PAGE.html FOLDER M2F');
  process.exit(2);
}
const part = resolve(folder, 'part.wav');
const executablePath = process.env.PATH.split(delimiter).map((place) => join(place, program)).find(existsSync) ?? program;
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--autoplay-policy=no-user-gesture-required',
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${part}`],
});
const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 900 }, colorScheme: 'dark' });
const page = await context.newPage();
page.setDefaultTimeout(300_000);
const url = pathToFileURL(resolve(file)).href;
const faults = [];
page.on('console', (message) => {
  if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
});
page.on('pageerror', (error) => faults.push(`error: ${error}`));
page.on('request', (request) => {
  if (request.url() !== url && !/^(blob|data):/.test(request.url())) faults.push(`request: ${request.url()}`);
});
await page.goto(url);
await page.waitForFunction(() => window.media2face || document.querySelector('#note.fault'));
assert.equal(await page.locator('#note.fault').count(), 0, await page.locator('#note').textContent());

/** Puts the time of the clip that plays, and gives jawOpen of the face that is drawn. */
const jawAt = (time) => page.evaluate((time) => {
  const { puppet, playing, audio } = window.media2face;
  const jaw = puppet.weightNames.indexOf('jawOpen');
  playing.begun = audio.currentTime - time;
  window.media2face.showClip();
  const { influences, places } = puppet.meshes.find((mesh) => mesh.places[jaw] >= 0);
  return influences[places[jaw]];
}, time);

// The same bits as the command's, through the worker.
const expected = JSON.parse(readFileSync(join(folder, 'part.json'), 'utf8'));
const samples = [...new Int16Array(readFileSync(part).buffer.slice(44))];
const clip = await page.evaluate(async (samples) => {
  const options = { seed: 7, style: 'happy' };
  const stages = new Set();
  const begun = performance.now();
  const { weights, durationS } = await window.media2face.face.animate(Int16Array.from(samples), { ...options, onProgress: ({ stage }) => stages.add(stage) });
  return { weights: [...weights], durationS, stages: [...stages], ms: performance.now() - begun };
}, samples);
assert.deepEqual(clip.weights, expected.weights.flat().map(Math.fround));
assert.ok(clip.stages.includes('motion'), clip.stages.join());
console.log(`a clip in the worker: ${(1000 * clip.durationS / clip.ms).toFixed(1)} × real time, the bits of the command`);

// A clip that is stopped is an AbortError, and the next one works.
const stopped = await page.evaluate(async (samples) => {
  const stop = new AbortController();
  const job = window.media2face.face.animate(Int16Array.from(samples), { signal: stop.signal, onProgress: () => stop.abort() });
  return job.then(() => 'done', (error) => error.name);
}, samples);
assert.equal(stopped, 'AbortError');

await page.screenshot({ path: join(folder, 'rest.png') });
// Its clock stands still, so that it does not matter how seldom this machine draws.
await page.evaluate(async () => {
  const audio = window.media2face.context();
  await audio.suspend();
  audio.resume = async () => {};
});
await page.locator('#hello').click();
await page.waitForFunction(() => window.media2face.playing);
assert.ok(await jawAt(0) < 0.05);
const said = await jawAt(2.1);
await page.screenshot({ path: join(folder, 'hello.png') });
assert.ok(said > 0.15, `the jaw opens by ${said}`);
await jawAt(100);
await page.waitForFunction(() => !window.media2face.playing);

// What a style says stands beside it, and the face shows it.
await page.locator('#style').fill('very happy');
await page.waitForFunction(() => /happy/.test(document.querySelector('#understood').textContent));
assert.match(await page.locator('#shares').textContent(), /happy \d+ %/);
await page.waitForFunction(() => window.media2face.playing);
await jawAt(2.8);
await page.screenshot({ path: join(folder, 'happy.png') });
await page.locator('#stop').click();
await page.evaluate(() => delete window.media2face.audio.resume);
const fast = await page.evaluate(async () => {
  const { sound, face } = window.media2face;
  const begun = performance.now();
  await face.animate(sound.getChannelData(0), { sampleRateHz: sound.sampleRate });
  return [sound.duration, 1000 * sound.duration / (performance.now() - begun)];
});
console.log(`${fast[0].toFixed(1)} s in the worker: ${fast[1].toFixed(1)} × real time`);

// A file that is no sound is said to be none.
await page.locator('#file').setInputFiles({ name: 'no.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound at all') });
await page.waitForFunction(() => /cannot read that sound/.test(document.querySelector('#note.fault')?.textContent));

// Live: the microphone says the clip over and over.
await page.locator('#speak').click();
await page.waitForFunction(() => window.media2face.live?.stream.written > 6 * 48000);
const [live, state] = await page.evaluate(async () => {
  const { puppet, live: { stream, behind }, audio } = window.media2face;
  const jaw = puppet.weightNames.indexOf('jawOpen');
  let most = 0;
  for (let sample = 2 * audio.sampleRate; sample < stream.written - behind; sample += audio.sampleRate / 30) {
    most = Math.max(most, (await stream.sample(Math.round(sample))).weights[jaw]);
  }
  const { windows, lateWindows, underruns, dropped, latencyMs, windowMs } = await stream.state;
  return [most, { windows: Number(windows), lateWindows: Number(lateWindows), underruns: Number(underruns), dropped: Number(dropped), latencyMs, windowMs }];
});
await page.screenshot({ path: join(folder, 'live.png') });
console.log(`live: ${JSON.stringify(state)}`);
assert.ok(live > 0.1, `the jaw opens by ${live}`);
assert.ok(state.windows > 10);
await page.locator('#speak').click();
await page.waitForFunction(() => document.querySelector('#speak').getAttribute('aria-pressed') === 'false');

// Eyes turn as far as the model says, each way by its own angle.
const turns = await page.evaluate(() => {
  const { puppet } = window.media2face;
  return ['In', 'Out', 'Up', 'Down'].map((look) => {
    puppet.show(puppet.weightNames.map((name) => Number(name === `eyeLook${look}Left`)), [0, 0, 0, 1, 0, 0, 0]);
    const { x, y, w } = puppet.eyes[0].quaternion;
    const angle = Math.round(2 * Math.acos(w) * 180 / Math.PI);
    // Without a minus before a zero.
    return [angle, Math.sign(Math.round(100 * x)) + 0, Math.sign(Math.round(100 * y)) + 0];
  });
});
// To the character's left is a positive turn about +Y, and down one about +X.
assert.deepEqual(turns, [[24, 0, -1], [24, 0, 1], [12, -1, 0], [20, 1, 0]]);

// What m2f made before is played as it is.
await page.evaluate(() => {
  const { puppet } = window.media2face;
  const own = puppet.show.bind(puppet);
  window.faces = [];
  puppet.show = (weights, head) => {
    window.faces.push([...weights, ...head]);
    own(weights, head);
  };
});
// A tenth of a second for each look at the clock, however seldom this machine draws.
await page.evaluate(() => {
  let now = performance.now();
  performance.now = () => { now += 100; return now; };
});
await page.locator('#file').setInputFiles(join(folder, 'part.curves'));
await page.waitForFunction(() => window.faces.length > 2 && !window.media2face.baked);
await page.evaluate(() => delete performance.now);
const baked = await page.evaluate(() => Math.max(...window.faces.map((face) => face[window.media2face.puppet.weightNames.indexOf('jawOpen')])));
assert.ok(baked > 0.1, `the jaw opens by ${baked}`);
await page.locator('#file').setInputFiles({ name: 'no.curves', mimeType: '', buffer: Buffer.from('M2FCURV1 and no more') });
await page.waitForFunction(() => /no curves/.test(document.querySelector('#note.fault')?.textContent));

// Another program's stream: every face that arrives is one that m2f says it sent.
const note = (words) => page.waitForFunction((words) => document.querySelector('#note').textContent.includes(words), words);
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address();
    server.close(() => resolve(free));
  });
});
await context.setOffline(false);
await page.locator('summary').click();
await page.locator('#address').fill(`ws://127.0.0.1:${port}`);
await page.locator('#connect').click();
await note('Nobody answers');
// The browser says so, too.
assert.match(faults.pop(), /WebSocket connection to .* failed/);
const sender = spawn(m2f, ['live', '--to', `ws:127.0.0.1:${port}`, '--to', '-', '--latency', 'fast', '--fast-forward'], { stdio: ['pipe', 'pipe', 'pipe'] });
let [sent, told] = ['', ''];
sender.stdout.on('data', (data) => { sent += data; });
sender.stderr.on('data', (data) => { told += data; });
const left = new Promise((resolve) => { sender.on('close', resolve); });
const listens = () => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1', () => {
    socket.destroy();
    resolve(true);
  });
  socket.on('error', () => resolve(false));
});
while (!await listens()) {
  assert.equal(sender.exitCode, null, told);
  await new Promise((resolve) => { setTimeout(resolve, 50); });
}
await page.locator('#connect').click();
await note('Connected');
await page.evaluate(() => { window.faces.length = 0; });
sender.stdin.end(readFileSync(part).subarray(44));
await note('has ended');
assert.equal(await left, 0, told);
const lines = new Set(sent.trim().split('\n').map((line) => {
  const { weights, head } = JSON.parse(line);
  return JSON.stringify([...expected.names.map((name) => weights[name]), ...head]);
}));
const faces = await page.evaluate(() => window.faces);
assert.ok(faces.length > 60 && faces.every((face) => lines.has(JSON.stringify(face))), `${faces.length} faces of ${lines.size}`);
const mouth = Math.max(...faces.map((face) => face[expected.names.indexOf('jawOpen')]));
assert.ok(mouth > 0.1, `the jaw opens by ${mouth}`);
console.log(`m2f live: the page showed ${faces.length} faces of its stream`);

// Closed: what waits fails, and says so.
const closed = await page.evaluate(() => {
  const { face } = window.media2face;
  const waits = face.animate(new Float32Array(16000)).catch((error) => `${error.name} ${error.status}`);
  face.close();
  return waits;
});
assert.equal(closed, 'Media2FaceError CANCELLED');
assert.deepEqual(faults, []);
await browser.close();
