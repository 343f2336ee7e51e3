// Puts the page together: node build.mjs WASM PACK GLB WAV OUT.html. Everything goes inside, so that it opens from a disk.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [wasm, pack, glb, wav, out] = process.argv.slice(2);
if (!out) {
  console.error('usage: node build.mjs WASM PACK GLB WAV OUT.html');
  process.exit(2);
}
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const text = (path) => readFile(here(path), 'utf8');
const base64 = async (path) => (await readFile(path)).toString('base64');

/** A module and what it imports, as one classic script. */
async function bundled(path, name) {
  const options = { bundle: true, minify: true, format: 'iife', globalName: name, target: 'es2022', charset: 'ascii', write: false };
  const { outputFiles } = await build({ ...options, entryPoints: [here(path)], logOverride: { 'empty-import-meta': 'silent' } });
  // Nothing in it may end the element that holds it.
  return outputFiles[0].text.replaceAll('</', '<\\/');
}

const emit = '../../../tools/cli/src/emit/page';
const parts = {
  css: await text('page.css'),
  wasm: await base64(wasm),
  pack: await base64(pack),
  glb: await base64(glb),
  wav: await base64(wav),
  worker: await bundled('../src/worker.js'),
  listener: await bundled('../src/listener.js'),
  three_licence: await text('../../../tools/cli/assets/three/LICENSE.txt'),
  three: await text('../../../tools/cli/assets/three/three.min.js'),
  script: [
    await bundled('../src/index.js', 'Media2FaceWeb'),
    await bundled('../src/curves.js', 'Media2FaceCurves'),
    `'use strict';\n{\n${await text(`${emit}/stage.js`)}${await text('puppet.js')}${await text('page.js')}}\n`,
  ].join(';\n'),
};
const page = (await text('page.html')).replace(/\{\{(\w+)\}\}/g, (_, name) => {
  if (!(name in parts)) throw new Error(`the page asks for ${name}`);
  return parts[name];
});
await writeFile(out, page);
