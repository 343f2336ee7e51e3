// A host that installed the packed package: what it exports, and nothing else. node use.mjs CURVES
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as curves from 'media2face/curves';
import * as pages from 'media2face';
import { load } from 'media2face/library';

const files = readdirSync('node_modules/media2face', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const names = files.map(({ name }) => name);
for (const name of ['media2face.wasm', 'starter.m2f', 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'THIRD-PARTY.md', 'worker.js', 'listener.js', 'index.d.ts']) {
  assert.ok(names.includes(name), name);
}
assert.ok(!names.some((name) => name.endsWith('.test.mjs') || name === 'page.js'), names.join());
assert.equal(typeof pages.Media2Face.start, 'function');
await assert.rejects(import('media2face/src/worker.js'), /ERR_PACKAGE_PATH_NOT_EXPORTED|not defined by "exports"/);

const read = (name) => readFileSync(fileURLToPath(import.meta.resolve(`media2face/${name}`)));
const runtime = await load(read('media2face.wasm'));
const model = runtime.model(read('starter.m2f'));
const session = model.session({ seed: 1 });
session.push(new Float32Array(8000));
session.finish();
while (!session.step(50)) { /* until it is done */ }
assert.equal(session.pull().weights().length % model.weightNames.length, 0);
assert.deepEqual(Array.from(model.eyeRangeRad, (angle) => Math.round(angle * 180 / Math.PI)), [24, 24, 12, 20]);
assert.ok(curves.readCurves(readFileSync(process.argv[2])).sample(1).weights.some((weight) => weight > 0));
console.log(`the packed package has ${names.length} files and works in a folder of its own`);
