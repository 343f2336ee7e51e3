// Checks .glb files with the Khronos validator: no errors, warnings, infos or hints.
// Usage: npm ci && node validate-glb.mjs FILE...
import { readFile } from 'node:fs/promises';
import { validateBytes } from 'gltf-validator';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node validate-glb.mjs FILE...');
  process.exit(2);
}

let clean = true;
for (const file of files) {
  const report = await validateBytes(new Uint8Array(await readFile(file)), { maxIssues: 20, uri: file });
  const { numErrors, numWarnings, numInfos, numHints, messages } = report.issues;
  const { totalVertexCount, totalTriangleCount, animationCount, hasMorphTargets } = report.info;
  console.log(
    `${file}: ${numErrors} errors, ${numWarnings} warnings, ${numInfos} infos, ${numHints} hints; ` +
      `${totalVertexCount} vertices, ${totalTriangleCount} triangles, ${animationCount} animations, ` +
      `morph targets: ${hasMorphTargets}`,
  );
  for (const { severity, code, message, pointer } of messages) {
    console.error(`  ${['error', 'warning', 'info', 'hint'][severity]} ${code} ${pointer ?? ''}: ${message}`);
  }
  clean &&= numErrors + numWarnings + numInfos + numHints === 0 && hasMorphTargets && animationCount > 0;
}
process.exit(clean ? 0 : 1);
