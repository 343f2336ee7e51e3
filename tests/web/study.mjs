// Opens the page of `m2f compare` in a headless Chromium, from the disk, and answers it as raters do, with keys, mouse and fingers.
// Usage: npm ci && node study.mjs CHROMIUM FOLDER INDEX.html KEY.json; FOLDER gets pictures and the votes, votes-*.csv.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [program, folder, file, keyFile] = process.argv.slice(2);
if (!keyFile) {
  console.error('usage: node study.mjs CHROMIUM FOLDER INDEX.html KEY.json');
  process.exit(2);
}

const executablePath = process.env.PATH.split(delimiter).map((folder) => join(folder, program)).find(existsSync) ?? program;
// No sound card, no network.
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--mute-audio'] });
const url = pathToFileURL(file).href;
const key = JSON.parse(await readFile(keyFile, 'utf8'));
const conditions = Object.keys(key.conditions).length;

/** Opens the page; `faults` gathers what it says on the console, and every request but for its own files. */
async function open(options) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error}`));
  const own = pathToFileURL(dirname(file)).href;
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !/^(blob|data):/.test(request.url())) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults };
}

async function start(page, rater) {
  await page.fill('#rater', rater);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => !document.getElementById('item').hidden);
}

/** Names of the films as they are shown, and of the sound. */
function shown(page) {
  return page.evaluate(() => {
    const name = (medium) => medium.src.split('/').at(-1);
    return { films: [...document.querySelectorAll('video')].map(name), sound: name(document.getElementById('sound')) };
  });
}

/** Plays the item to its end, and looks at what was played. */
async function play(page) {
  await page.keyboard.press('p');
  await page.waitForFunction(() => [...document.querySelectorAll('video, audio')].every((medium) => medium.ended));
  const { films, sound } = await page.evaluate(() => {
    const told = ({ duration, muted, videoWidth }) => ({ duration, muted, videoWidth });
    return { films: [...document.querySelectorAll('video')].map(told), sound: told(document.getElementById('sound')) };
  });
  assert.equal(films.length, conditions);
  assert.ok(films.every((film) => film.muted && film.videoWidth > 0), JSON.stringify(films));
  assert.ok(!sound.muted && films.every((film) => film.duration === films[0].duration), 'films of one length');
  assert.ok(Math.abs(sound.duration - films[0].duration) < 0.2, `a sound of ${sound.duration} s`);
  assert.equal(await page.textContent('#status'), '');
}

const place = (page) => page.textContent('#place');

/** By keys, with a break between two items. */
async function byKeys() {
  const { page, faults } = await open({ viewport: { width: 1280, height: 820 } });
  await start(page, 'rater-1');
  assert.equal(await place(page), `Item 1 of ${key.items.length}`);
  const first = await shown(page);
  const item = key.items.find((item) => first.films.includes(`${Object.keys(item.films)[0]}.mp4`));
  assert.deepEqual([...first.films].sort(), Object.keys(item.films).map((name) => `${name}.mp4`).sort());
  assert.equal(first.sound, `${item.sound}.m4a`);
  await play(page);
  const questions = item.style === null ? 2 : 3;
  assert.equal(await page.locator('fieldset').count(), questions);

  // No question is passed over, and what is not there is not chosen.
  await page.keyboard.press('n');
  assert.equal(await place(page), `Item 1 of ${key.items.length}`);
  await page.keyboard.press(`${conditions + 1}`);
  assert.equal(await page.locator('input:checked').count(), 0);
  await page.keyboard.press(`${conditions}`);
  for (let question = 1; question < questions; question++) await page.keyboard.press('0');
  assert.equal(await page.locator('input:checked').count(), questions);
  assert.equal(await page.locator('input:checked').first().getAttribute('value'), first.films.at(-1).replace('.mp4', ''));
  await page.screenshot({ path: join(folder, 'study.png'), fullPage: true });
  await page.keyboard.press('n');
  assert.equal(await place(page), `Item 2 of ${key.items.length}`);
  await page.keyboard.press('b');
  assert.deepEqual(await shown(page), first, 'the same order again');

  // Who comes back goes on where they were.
  await page.reload();
  await start(page, 'rater-1');
  assert.equal(await place(page), `Item 2 of ${key.items.length}`);
  while (await page.locator('#item').isVisible()) {
    for (const box of await page.locator('fieldset').all()) await box.locator('label').first().click();
    await page.click('#next');
  }
  const votes = await page.inputValue('#csv');
  const rows = votes.trim().split('\n').map((row) => row.split(','));
  assert.deepEqual(rows[0], ['rater', 'item', 'question', 'vote', 'films', 'time']);
  const asked = key.items.reduce((sum, item) => sum + (item.style === null ? 2 : 3), 0);
  assert.equal(rows.length, 1 + asked);
  assert.match(await page.textContent('#summary'), new RegExp(`${key.items.length} of ${key.items.length} items`));
  const [vote] = rows.filter(([, id, question]) => id === item.id && question === 'lips');
  assert.deepEqual(vote.slice(3, 5), [first.films.at(-1).replace('.mp4', ''), first.films.join(' ').replaceAll('.mp4', '')]);
  await writeFile(join(folder, 'votes-rater-1.csv'), votes);
  assert.deepEqual(faults, []);
  await page.context().close();
}

/** Each rater has an order of their own. */
async function byOthers() {
  const { page, faults } = await open({});
  const orders = new Set();
  for (let rater = 2; rater < 12; rater++) {
    await start(page, `rater-${rater}`);
    orders.add(JSON.stringify(await shown(page)));
    await page.reload();
  }
  assert.ok(orders.size > 1, 'ten raters, one order');
  assert.deepEqual(faults, []);
  await page.context().close();
}

/** On a phone: all films are in sight at once, and nothing is wider than the screen. */
async function byFingers() {
  const screen = { width: 390, height: 780 };
  const { page, faults } = await open({ viewport: screen, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await start(page, 'phone');
  await page.tap('#play');
  await page.waitForFunction(() => [...document.querySelectorAll('video, audio')].every((medium) => medium.currentTime > 0));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= screen.width, `${wide} pixels wide`);
  const boxes = await Promise.all((await page.locator('video').all()).map((video) => video.boundingBox()));
  const [top, bottom] = [Math.min(...boxes.map((box) => box.y)), Math.max(...boxes.map((box) => box.y + box.height))];
  assert.ok(bottom - top <= screen.height, `films over ${bottom - top} pixels`);
  await page.screenshot({ path: join(folder, 'study-phone.png'), fullPage: true });
  assert.deepEqual(faults, []);
  await page.context().close();
}

await mkdir(folder, { recursive: true });
try {
  await byKeys();
  await byOthers();
  await byFingers();
  console.log(`${file}: ${key.items.length} items of ${conditions} conditions, played and answered, no fault, no request`);
} finally {
  await browser.close();
}
