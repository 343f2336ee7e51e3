// What the animation of the glTF file moves, as curves: weights, and angles of head and eyes.

const DEGREES = 180 / Math.PI;
/** Angles fill the height of a plot from minus to plus this many degrees. */
const ANGLE_RANGE = 30;
/** What is shown at first, where the file has it. */
const FIRST = ['jawOpen', 'mouthClose', 'mouthPucker', 'mouthSmileLeft', 'eyeBlinkLeft', 'browInnerUp', 'head yaw'];

/**
 * Channels of each figure: `[{ name, times, channels: [{ name, values, angle }] }]`, a value a frame; weights 0..1, angles in
 * degrees. The parts of a scene's nodes are named `figure.part`.
 */
async function readFigures(gltf) {
  const { json } = gltf.parser;
  const animation = json.animations?.[0];
  const figures = new Map();
  if (!animation) return [];
  for (const { sampler, target } of animation.channels) {
    const node = json.nodes[target.node];
    const { input, output } = animation.samplers[sampler];
    const [times, values] = await Promise.all([input, output].map((index) => gltf.parser.getDependency('accessor', index)));
    const dot = (node.name ?? '').lastIndexOf('.');
    const [who, part] = dot < 0 ? ['', node.name ?? ''] : [node.name.slice(0, dot), node.name.slice(dot + 1)];
    if (!figures.has(who)) figures.set(who, { name: who, times: times.array, channels: [] });
    const { channels } = figures.get(who);
    if (target.path === 'weights') {
      const names = json.meshes[node.mesh].extras?.targetNames ?? [];
      const width = values.array.length / times.count;
      const weights = Array.from({ length: width }, (_, column) => ({
        name: names[column] ?? `target ${column}`,
        values: Float32Array.from({ length: times.count }, (_, frame) => values.array[frame * width + column]),
      }));
      channels.unshift(...weights);
    } else if (target.path === 'rotation') {
      channels.push(...angles(part.replaceAll('_', ' '), values.array));
    }
  }
  return [...figures.values()];
}

/** Yaw to the left, pitch down and roll to the left of quaternions x, y, z, w: about Y, then X, then Z. */
function angles(part, rotations) {
  const count = rotations.length / 4;
  const curves = ['yaw', 'pitch', 'roll'].map((axis) => ({ name: `${part} ${axis}`, values: new Float32Array(count), angle: true }));
  for (let frame = 0; frame < count; frame++) {
    const [x, y, z, w] = rotations.subarray(4 * frame, 4 * frame + 4);
    curves[0].values[frame] = DEGREES * Math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y));
    curves[1].values[frame] = DEGREES * Math.asin(Math.min(Math.max(2 * (w * x - y * z), -1), 1));
    curves[2].values[frame] = DEGREES * Math.atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z));
  }
  return curves;
}

/** The frame before a time and the share of the way to the next. */
function frameAt(times, time) {
  let [low, high] = [0, times.length - 1];
  if (high <= 0 || time <= times[0]) return [0, 0];
  if (time >= times[high]) return [high, 0];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle;
    else high = middle;
  }
  return [low, (time - times[low]) / (times[high] - times[low])];
}

/** A channel's value at a time. */
function valueAt(figure, channel, time) {
  const [frame, share] = frameAt(figure.times, time);
  const next = Math.min(frame + 1, channel.values.length - 1);
  return channel.values[frame] * (1 - share) + channel.values[next] * share;
}

/** 0..1, bottom to top of a plot. */
function heightOf(channel, value) {
  const height = channel.angle ? 0.5 + value / (2 * ANGLE_RANGE) : value;
  return Math.min(Math.max(height, 0), 1);
}

function textOf(channel, value) {
  return channel.angle ? `${value.toFixed(0).replace('-', '−')}°` : value.toFixed(2).replace(/^0/, '').replace(/^-0?/, '−');
}
