// Opens pages of `m2f animate` and `m2f scene` in a headless Chromium, from the disk, and uses them as a person does.
// Usage: npm ci && node page.mjs CHROMIUM FOLDER_FOR_PICTURES PAGE...; beside a page X.html lies its sound, X.wav.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [program, pictures, ...pages] = process.argv.slice(2);
if (pages.length === 0) {
  console.error('usage: node page.mjs CHROMIUM FOLDER_FOR_PICTURES PAGE...');
  process.exit(2);
}

const executablePath = process.env.PATH.split(delimiter).map((folder) => join(folder, program)).find(existsSync) ?? program;
// No sound card, no graphics card, no network.
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--mute-audio'],
});
/** Opens a page; `faults` gathers what it says on the console, and every request but for itself. */
async function open(file, options) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  const faults = [];
  const url = pathToFileURL(file).href;
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error}`));
  page.on('request', (request) => {
    const own = request.url() === url || /^(blob|data):/.test(request.url());
    if (!own) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForFunction(() => window.media2face);
  return { page, faults };
}

/** Bytes of a picture of the face. */
function face(page) {
  return page.locator('#view').screenshot();
}

/** Puts the time and lets two frames be drawn. */
function seek(page, time) {
  return page.evaluate((time) => new Promise((done) => {
    window.media2face.clock.seek(time);
    requestAnimationFrame(() => requestAnimationFrame(done));
  }), time);
}

/** Lets the view come to rest. */
function settled(page) {
  return page.waitForFunction(() => {
    const position = window.media2face.stage.camera.position.toArray().join();
    const rests = position === window.position && !window.media2face.stage.stale;
    window.position = position;
    return rests;
  });
}

function state(page) {
  return page.evaluate(() => {
    const { clock, figures } = window.media2face;
    const { time, playing, duration, audio } = clock;
    const sound = { duration: audio.duration, time: audio.currentTime, muted: audio.muted };
    return { time, playing, duration, sound, figures: figures.length };
  });
}

async function check(file) {
  const name = basename(file, '.html');
  const { page, faults } = await open(file, { viewport: { width: 1280, height: 820 }, colorScheme: 'dark' });

  // The sound is the clip's, whole.
  const wav = await readFile(file.replace(/html$/, 'wav'));
  const [rate, block, bytes] = [wav.readUInt32LE(24), wav.readUInt16LE(32), wav.length - 44];
  const { duration, sound, figures } = await state(page);
  assert.ok(Math.abs(sound.duration - bytes / block / rate) < 0.001, `sound of ${sound.duration} s`);
  assert.ok(duration >= sound.duration - 0.001, `${duration} s of motion`);

  // Curves are there and named, and more can be had.
  assert.ok((await page.locator('.chip').count()) >= 3);
  await page.keyboard.press('c');
  const boxes = page.locator('#channels input');
  assert.ok((await boxes.count()) >= 52);
  const chips = await page.locator('.chip').allTextContents();
  await page.locator('#channels label', { hasText: 'jawOpen' }).click();
  assert.equal(await page.locator('.chip').count(), chips.length - 1);
  await page.locator('#channels label', { hasText: 'jawOpen' }).click();
  await page.keyboard.press('c');
  assert.equal(await page.locator('#channels').isVisible(), false);
  if (figures > 1) await page.selectOption('#who', '1');

  // Nothing plays before it is asked to.
  assert.equal((await state(page)).playing, false);
  await page.click('#begin');
  const before = await state(page);
  await page.waitForFunction((time) => window.media2face.clock.time > time + 0.3, before.time);
  const after = await state(page);
  assert.ok(after.playing && after.sound.time > 0, JSON.stringify(after));
  await page.keyboard.press('Space');
  assert.equal((await state(page)).playing, false);

  // The face moves with the time, and is drawn: pictures of two times differ, those of one do not.
  const times = [0.25, 0.5].map((share) => share * duration);
  const shots = [];
  for (const time of times) {
    await seek(page, time);
    shots.push(await face(page));
  }
  await seek(page, times[0]);
  assert.ok(shots[0].equals(await face(page)), 'the same time is the same picture');
  assert.ok(!shots[0].equals(shots[1]), 'another time is another picture');
  assert.ok((await colours(page)) > 500, 'a lit face has many colours');

  // Scrubbing, frames, ends.
  const line = await page.locator('#timeline').boundingBox();
  await page.mouse.move(line.x + 10, line.y + line.height / 2);
  await page.mouse.down();
  await page.mouse.move(line.x + 0.5 * line.width, line.y + line.height / 2, { steps: 4 });
  await page.mouse.up();
  const half = await state(page);
  assert.ok(Math.abs(half.time - duration / 2) < 0.01 * duration, `${half.time} s in the middle`);
  assert.ok(Math.abs(half.sound.time - Math.min(half.time, sound.duration)) < 0.02, 'the sound goes along');
  await page.keyboard.press('ArrowRight');
  const step = (await state(page)).time - half.time;
  assert.ok(step > 0.001 && step < 0.06, `a frame of ${step} s`);
  await page.keyboard.press('End');
  assert.equal((await state(page)).time, duration);
  await page.keyboard.press('Home');
  assert.equal((await state(page)).time, 0);
  await page.keyboard.press('m');
  assert.equal((await state(page)).sound.muted, true);

  // Orbit, and back.
  await seek(page, times[1]);
  const front = await face(page);
  await page.mouse.move(640, 300);
  await page.mouse.down();
  await page.mouse.move(840, 320, { steps: 5 });
  await page.mouse.up();
  await settled(page);
  assert.ok(!front.equals(await face(page)), 'the view turns');
  await page.keyboard.press('r');
  await settled(page);
  await page.screenshot({ path: join(pictures, `${name}-dark.png`) });

  // Another size, another theme.
  await page.setViewportSize({ width: 900, height: 620 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
  await settled(page);
  const [view, room] = await page.evaluate(() => {
    const { clientWidth, clientHeight } = document.getElementById('stage');
    const canvas = document.getElementById('view');
    return [[canvas.clientWidth, canvas.clientHeight], [clientWidth, clientHeight]];
  });
  assert.deepEqual(view, room);
  await page.screenshot({ path: join(pictures, `${name}-light.png`) });
  assert.deepEqual(faults, []);
  await page.context().close();
  console.log(`${file}: plays, ${duration.toFixed(2)} s, sound ${sound.duration.toFixed(2)} s, ${figures} figures, no fault, no request`);
}

/** On a phone. */
async function checkTouch(file) {
  const { page, faults } = await open(file, { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await page.tap('#begin');
  await page.waitForFunction(() => window.media2face.clock.time > 0.1);
  await page.tap('#play');
  assert.equal((await state(page)).playing, false);
  const line = await page.locator('#timeline').boundingBox();
  await page.touchscreen.tap(line.x + 0.25 * line.width, line.y + line.height / 2);
  const { time, duration } = await state(page);
  assert.ok(Math.abs(time - duration / 4) < 0.02 * duration, `${time} s at a quarter`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} pixels wide`);
  await settled(page);
  await page.screenshot({ path: join(pictures, `${basename(file, '.html')}-phone.png`) });
  assert.deepEqual(faults, []);
  await page.context().close();
}

/** How many colours the picture of the face has. */
async function colours(page) {
  const picture = (await face(page)).toString('base64');
  return page.evaluate(async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const draw = new OffscreenCanvas(image.width, image.height).getContext('2d');
    draw.drawImage(image, 0, 0);
    return new Set(new Uint32Array(draw.getImageData(0, 0, image.width, image.height).data.buffer)).size;
  }, picture);
}

await mkdir(pictures, { recursive: true });
try {
  for (const file of pages) {
    await check(file);
    await checkTouch(file);
  }
} finally {
  await browser.close();
}
