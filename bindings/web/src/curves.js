// Faces that were made before: what `m2f bake` and `m2f animate --emit curves` write, read and played without the module.
//
//     const curves = readCurves(await (await fetch('greet.curves')).arrayBuffer());
//     const stop = playCurves(curves, { clock: () => voice.currentTime, show: ({ weights, head }) => … });

const MAGIC = 'M2FCURV1';
const HEAD = ['headX', 'headY', 'headZ', 'headW', 'headRight_mm', 'headUp_mm', 'headFront_mm'];
const EYES = ['eyeLeftYaw_rad', 'eyeLeftPitch_rad', 'eyeRightYaw_rad', 'eyeRightPitch_rad'];

/** A file that has no curves, or is damaged. */
export class CurvesError extends Error {
  constructor(message) {
    super(`these are no curves of media2face: ${message}`);
    this.name = 'CurvesError';
  }
}

/** Whether bytes begin as curves do. */
export function isCurves(bytes) {
  const all = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  return all.length >= MAGIC.length && [...MAGIC].every((letter, at) => all[at] === letter.charCodeAt(0));
}

/** Reads a file. @param bytes all of it. Throws a CurvesError. */
export function readCurves(bytes) {
  const all = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  if (!isCurves(all)) throw new CurvesError(`the file does not begin with ${MAGIC}`);
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  const begin = MAGIC.length + 4;
  const length = all.length < begin ? Infinity : view.getUint32(MAGIC.length, true);
  if (length > all.length - begin) throw new CurvesError('its header is cut off');
  const header = headerOf(all.subarray(begin, begin + length));
  const width = header.channels.length;
  const [expected, found] = [2 * header.frames * width, all.length - begin - length];
  if (expected !== found) {
    throw new CurvesError(`${header.frames} frames of ${width} channels take ${expected} bytes, but there are ${found}`);
  }
  const values = new Float32Array(header.frames * width);
  for (let at = 0; at < values.length; at++) {
    values[at] = half(view.getUint16(begin + length + 2 * at, true));
    if (!Number.isFinite(values[at])) throw new CurvesError(`value ${at} is not finite`);
  }
  return new Curves(header, values);
}

function headerOf(bytes) {
  let header;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new CurvesError(`its header is no JSON: ${error.message}`);
  }
  const { frames, frame_rate: rate, channels } = header ?? {};
  if (!Number.isSafeInteger(frames) || frames < 1) throw new CurvesError(`${frames} frames`);
  if (!Array.isArray(rate) || rate.length !== 2 || !rate.every((number) => Number.isFinite(number) && number >= 1)) {
    throw new CurvesError('its frame_rate is not two numbers of at least 1');
  }
  const named = Array.isArray(channels) && channels.every((name) => typeof name === 'string' && name);
  if (!named || new Set(channels).size !== channels.length) throw new CurvesError('its channels have no names of their own');
  if (!HEAD.every((name) => channels.includes(name))) throw new CurvesError('it has no head');
  return header;
}

/** A number of 16 bits: sign, 5 of the exponent, 10 of the fraction. */
function half(bits) {
  const [exponent, fraction, sign] = [(bits >> 10) & 31, bits & 1023, bits & 0x8000 ? -1 : 1];
  if (exponent === 31) return NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** A face over time. */
export class Curves {
  constructor({ frames, frame_rate: [numerator, denominator], channels, provenance = null }, values) {
    this.frameCount = frames;
    this.fps = numerator / denominator;
    /** Where the file comes from, as it says. */
    this.provenance = provenance;
    this.values = values;
    this.width = channels.length;
    const place = (name) => channels.indexOf(name);
    this.headAt = HEAD.map(place);
    this.eyesAt = EYES.every((name) => channels.includes(name)) ? EYES.map(place) : null;
    this.weightsAt = channels.flatMap((name, at) => (HEAD.includes(name) || EYES.includes(name) ? [] : [at]));
    this.weightNames = this.weightsAt.map((at) => channels[at]);
    this.straighten();
  }

  get durationS() {
    return this.frameCount / this.fps;
  }

  /** Whether the file has angles of the eyes (`--eyes`). */
  get hasEyes() {
    return this.eyesAt !== null;
  }

  /** A quaternion and its negative are one rotation: neighbours are put on one side, so that a straight way is short. */
  straighten() {
    const { values, width, headAt } = this;
    const turn = headAt.slice(0, 4);
    for (let row = width; row < values.length; row += width) {
      const dot = turn.reduce((sum, at) => sum + values[row + at] * values[row - width + at], 0);
      if (dot < 0) turn.forEach((at) => { values[row + at] *= -1; });
    }
  }

  /**
   * The face at a time, which is limited to the clip: straight between frames.
   * @param into what an earlier call gave, to be written again; without it there is a new one.
   * @returns `{weights, head, eyes}`: in the order of weightNames; a quaternion x, y, z, w, then mm; yaw and pitch of the left and of
   *   the right eye in radians, or null.
   */
  sample(timeS, into = this.face()) {
    const place = Math.min(Math.max(timeS * this.fps || 0, 0), this.frameCount - 1);
    const row = Math.min(Math.floor(place), Math.max(this.frameCount - 2, 0));
    this.read(row, place - row, this.weightsAt, into.weights);
    this.read(row, place - row, this.headAt, into.head);
    const { head } = into;
    const size = Math.hypot(head[0], head[1], head[2], head[3]);
    if (size < 1e-6) head.set([0, 0, 0, 1]);
    else for (let at = 0; at < 4; at++) head[at] /= size;
    if (into.eyes) this.read(row, place - row, this.eyesAt, into.eyes);
    return into;
  }

  /** Room for a face. */
  face() {
    const eyes = this.hasEyes ? new Float32Array(EYES.length) : null;
    return { weights: new Float32Array(this.weightsAt.length), head: new Float32Array(HEAD.length), eyes };
  }

  read(row, part, columns, out) {
    const { values, width } = this;
    for (let at = 0; at < columns.length; at++) {
      const from = values[row * width + columns[at]];
      out[at] = part === 0 ? from : from + (values[(row + 1) * width + columns[at]] - from) * part;
    }
  }
}

/**
 * Shows a face for each frame that is drawn, until the curves end.
 * @param given `clock`: gives seconds of the clip, such as the time of an audio element; without it time goes by from now on.
 *   `show`: gets each face, and may not keep it, for it is written again. `ended`. `draw`: requestAnimationFrame, or what is in its place.
 * @returns a function that stops; `ended` is not called then.
 */
export function playCurves(curves, { clock, show, ended, draw = requestAnimationFrame }) {
  const begun = performance.now();
  const now = clock ?? (() => (performance.now() - begun) / 1000);
  const face = curves.face();
  let stopped = false;
  const next = () => {
    if (stopped) return;
    const timeS = now();
    show(curves.sample(timeS, face), timeS);
    if (timeS >= curves.durationS) {
      stopped = true;
      ended?.();
    } else {
      draw(next);
    }
  };
  draw(next);
  return () => { stopped = true; };
}
