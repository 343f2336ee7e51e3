// Loads .glb files with three.js, as a page does, and plays them: shapes by name, heads and eyes that turn.
// Usage: npm ci && node load-glb.mjs FILE...
import { readFile } from 'node:fs/promises';
import { AnimationMixer } from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';

// What the loader asks of a browser.
globalThis.self = globalThis;
globalThis.ProgressEvent = class {};

const NODES = ['head', 'face', 'eye_left', 'eye_right'];

/** What is wrong with a file; nothing when it plays. */
async function faults(file) {
  const bytes = await readFile(file);
  const gltf = await new GLTFLoader().parseAsync(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), '');
  const found = [];
  const named = [];
  const morphed = [];
  gltf.scene.traverse((node) => {
    named.push(node);
    if (node.isMesh && node.morphTargetInfluences) morphed.push(node);
  });
  // Names of a scene's characters stand before those of their parts; three.js leaves out the point between.
  const ending = (name) => named.filter((node) => node.name.endsWith(name));
  for (const name of NODES) {
    if (ending(name).length === 0) found.push(`no node ${name}`);
  }
  if (!morphed.some((mesh) => Object.keys(mesh.morphTargetDictionary).includes('jawOpen'))) found.push('no target jawOpen');
  if (morphed.some((mesh) => Object.keys(mesh.morphTargetDictionary).length !== 52)) found.push('not 52 targets');
  const [clip] = gltf.animations;
  if (!clip) return [...found, 'no animation'];
  const mixer = new AnimationMixer(gltf.scene);
  mixer.clipAction(clip).play();
  const state = () => {
    const turns = ['eye_left', 'head'].flatMap((name) => ending(name).flatMap((node) => node.quaternion.toArray()));
    return [...turns, ...morphed.flatMap((mesh) => mesh.morphTargetInfluences)];
  };
  mixer.setTime(0);
  const first = state();
  mixer.setTime(clip.duration / 2);
  const moved = state().filter((value, i) => value !== first[i]).length;
  if (clip.duration > 0 && moved < 8) found.push(`only ${moved} values move`);
  if (![...first, ...state()].every(Number.isFinite)) found.push('values that are no numbers');
  console.log(`${file}: ${named.length} nodes, ${clip.tracks.length} tracks over ${clip.duration.toFixed(2)} s`);
  return found;
}

let clean = true;
for (const file of process.argv.slice(2)) {
  for (const fault of await faults(file)) {
    console.error(`${file}: ${fault}`);
    clean = false;
  }
}
process.exit(clean ? 0 : 1);
