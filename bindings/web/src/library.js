// The library as objects, on the thread that calls it: in a worker, or in Node. index.js has the same for pages.

import { GUIDANCE_AUDIO, GUIDANCE_STYLE, HEAD_FLOATS, RUNTIME_PORTABLE, SEED_AUTO, STAGE, STRUCTS } from './abi.js';
import { Media2FaceError, Module } from './module.js';
import { fieldsOf } from './options.js';

export { Media2FaceError } from './module.js';

const STAGES = Object.keys(STAGE).map((name) => name.toLowerCase());
/** Handles that nobody closed and nobody can reach. */
const forgotten = new FinalizationRegistry(({ module, destroy, pointer }) => {
  if (!module.fault) module.plain(destroy, pointer);
});

/** Something of the library's that ends with `close()`. Objects keep what they were made from. */
class Handle {
  constructor(module, noun, pointer) {
    this.module = module;
    this.held = pointer;
    this.destroy = `m2f_${noun}_destroy`;
    forgotten.register(this, { module, destroy: this.destroy, pointer }, this);
  }

  /** Made by `m2f_…(…, out)`. */
  static from(module, noun, create, ...given) {
    return new this(module, noun, module.number(create, 'pointer', ...given));
  }

  get pointer() {
    if (this.held === 0) throw new Media2FaceError('INVALID_STATE', `this ${this.constructor.name} is closed`);
    return this.held;
  }

  close() {
    if (this.held === 0) return;
    forgotten.unregister(this);
    const pointer = this.held;
    this.held = 0;
    if (!this.module.fault) this.module.plain(this.destroy, pointer);
  }
}

/**
 * Loads the library.
 * @param source bytes of media2face.wasm, a `WebAssembly.Module` or a `Response`.
 * @param options `portable` (true: the bits of every other machine; it is what a module computes anyway), and fields of
 *   `m2f_runtime_options`.
 */
export async function load(source, { portable = true, ...options } = {}) {
  const module = await Module.load(source);
  return module.within((arena) => {
    const struct = arena.struct('m2f_runtime_options', 'm2f_runtime_options_init');
    const fields = { ...fieldsOf('m2f_runtime_options', options), flags: portable ? RUNTIME_PORTABLE : 0 };
    arena.set('m2f_runtime_options', struct, fields);
    return Runtime.from(module, 'runtime', 'm2f_runtime_create', struct);
  });
}

export class Runtime extends Handle {
  /** Version of the library, such as 0.2.0. */
  get version() {
    return this.module.text(this.module.plain('m2f_version_string'));
  }

  /** Opens a pack. @param pack bytes of an .m2f file, copied. @param faceFinder those of one that finds faces in pictures. */
  model(pack, { faceFinder } = {}) {
    const array = (bytes) => (bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
    const data = array(pack);
    const fields = { data, data_size: data.length };
    if (faceFinder) {
      fields.face_finder_data = array(faceFinder);
      fields.face_finder_size = fields.face_finder_data.length;
    }
    return this.module.within((arena) => {
      const struct = arena.struct('m2f_model_options', 'm2f_model_options_init');
      arena.set('m2f_model_options', struct, fields);
      return Model.from(this.module, 'model', 'm2f_model_create', this.pointer, struct);
    });
  }

  /** Works on all streams and sessions that are due, for about so long. Gives true when nothing is due any more. */
  step(budgetMs) {
    return this.module.call('m2f_runtime_step', this.pointer, budgetMs);
  }

  /** Messages that wait, oldest first: warnings about what was not done as asked. */
  log() {
    const messages = [];
    this.module.within((arena) => {
      const [level, count] = [arena.allocate(4), arena.allocate(4)];
      while (this.module.call('m2f_runtime_next_log', this.pointer, level, 0, 0, count)) {
        const capacity = arena.read(count, 'u32');
        const buffer = arena.allocate(capacity);
        this.module.call('m2f_runtime_next_log', this.pointer, level, buffer, capacity, 0);
        messages.push(this.module.text(buffer));
      }
    });
    return messages;
  }
}

export class Model extends Handle {
  /** Frames per second that it was trained at. */
  get fps() {
    return this.module.number('m2f_model_fps', 'f32', this.pointer);
  }

  get weightNames() {
    return this.names('weight');
  }

  get identityNames() {
    return this.names('identity');
  }

  get emotionNames() {
    return this.names('emotion');
  }

  get headActNames() {
    return this.names('head_act');
  }

  names(noun) {
    const count = this.module.number(`m2f_model_${noun}_count`, 'u32', this.pointer);
    return Array.from({ length: count }, (_, at) => this.module.named(`m2f_model_${noun}_name`, this.pointer, at));
  }

  /** How far a look weight of 1 turns an eye: in, out, up, down, radians. */
  get eyeRangeRad() {
    return numbers(this.module, 'f32', 'm2f_model_read_eye_range_rad', this.pointer);
  }

  /** One clip. @param options fields of `m2f_session_options`; `style` is a text, `identity` an Identity. */
  session(options = {}) {
    return this.module.within((arena) => {
      const { style, identity, ...rest } = options;
      const struct = arena.struct('m2f_session_options', 'm2f_session_options_init');
      const fields = { ...fieldsOf('m2f_session_options', rest), identity: identity?.pointer };
      if (style !== undefined && style !== null) fields.style_text = style;
      arena.set('m2f_session_options', struct, fields);
      return Session.from(this.module, 'session', 'm2f_session_create', this.pointer, struct);
    });
  }

  /** A face that speaks live. @param options fields of `m2f_stream_options`; `style` is a Style, `identity` an Identity. */
  stream(options = {}) {
    return this.module.within((arena) => {
      const { style, identity, ...rest } = options;
      const struct = arena.struct('m2f_stream_options', 'm2f_stream_options_init');
      const fields = fieldsOf('m2f_stream_options', rest);
      arena.set('m2f_stream_options', struct, { ...fields, style: style?.pointer, identity: identity?.pointer });
      const stream = Stream.from(this.module, 'stream', 'm2f_stream_create', this.pointer, struct);
      stream.weightCount = this.module.number('m2f_model_weight_count', 'u32', this.pointer);
      return stream;
    });
  }

  /** A style for any number of streams. @param options fields of `m2f_style_options`, or a text. */
  style(options) {
    return this.module.within((arena) => {
      return Style.from(this.module, 'style', 'm2f_style_create', this.pointer, styleStruct(arena, options));
    });
  }

  /** A face. @param options `name`, or `mix`: {name: weight}, or `verticesMm`; nothing for the pack's first. */
  identity({ name, mix, verticesMm } = {}) {
    return this.module.within((arena) => {
      const struct = arena.struct('m2f_identity_options', 'm2f_identity_options_init');
      const fields = { name };
      if (verticesMm) {
        const vertices = Float32Array.from(verticesMm);
        Object.assign(fields, { vertices_mm: vertices, vertex_count: vertices.length / 3 });
      }
      if (mix) {
        const mixed = Object.keys(mix);
        const weights = Float32Array.from(Object.values(mix));
        const strings = arena.pointers(mixed.map((one) => arena.string(one)));
        Object.assign(fields, { mix_names: strings, mix_weights: weights, mix_count: mixed.length });
      }
      arena.set('m2f_identity_options', struct, fields);
      return Identity.from(this.module, 'identity', 'm2f_identity_create', this.pointer, struct);
    });
  }

  /** What a text or a picture says: `{saysNothing, confidence, strength, headStrength, emotions, headActs}`, shares by name. */
  readPrompt(options) {
    return this.module.within((arena) => {
      const { size } = STRUCTS.m2f_prompt_reading;
      const out = arena.struct('m2f_prompt_reading');
      this.module.call('m2f_model_read_prompt', this.pointer, styleStruct(arena, options), out, size);
      const read = arena.fields('m2f_prompt_reading', out);
      const shares = (names, values) => Object.fromEntries(names.map((name, at) => [name, values[at]]));
      return {
        saysNothing: read.says_nothing === 1,
        confidence: read.confidence,
        strength: read.strength,
        headStrength: read.head_strength,
        emotions: shares(this.emotionNames, read.emotions),
        headActs: shares(this.headActNames, read.head_acts),
      };
    });
  }

  /** The same in a sentence. */
  explainPrompt(options) {
    return this.module.within((arena) => {
      return this.module.named('m2f_model_explain_prompt', this.pointer, styleStruct(arena, options));
    });
  }

  /** Numbers of vertices, three a triangle, counter-clockwise from outside. */
  get triangles() {
    return numbers(this.module, 'u32', 'm2f_model_read_triangles', this.pointer);
  }
}

export class Identity extends Handle {
  /** x, y, z of every vertex, mm. */
  get verticesMm() {
    return numbers(this.module, 'f32', 'm2f_identity_read_vertices_mm', this.pointer);
  }

  /** What each blendshape does at weight 1: shapes × vertices × 3, mm. */
  get blendshapesMm() {
    return numbers(this.module, 'f32', 'm2f_identity_read_blendshapes_mm', this.pointer);
  }
}

export class Style extends Handle {}

export class Session extends Handle {
  /** @param samples interleaved, `Float32Array` of -1..1 or `Int16Array`. */
  push(samples, channelCount = 1) {
    this.module.within((arena) => {
      const [name, values] = sound('m2f_session_push', samples);
      this.module.call(name, this.pointer, arena.array(values), values.length / channelCount);
    });
  }

  /** A style over a range. @param options fields of `m2f_style_options`; gives its number. */
  addStyle(options) {
    return this.module.within((arena) => {
      const out = arena.allocate(4);
      this.module.call('m2f_session_add_style', this.pointer, styleStruct(arena, options), out);
      return arena.read(out, 'u32');
    });
  }

  /** Another strength of a style that was added, by its number. */
  setStyleStrength(number, strength) {
    this.module.call('m2f_session_set_style_strength', this.pointer, number, strength);
  }

  /** Strengths over time. @param curves `audio`, `style`: lists of [seconds, strength], straight between them. */
  setGuidance(curves) {
    const known = { audio: GUIDANCE_AUDIO, style: GUIDANCE_STYLE };
    for (const [name, points] of Object.entries(curves)) {
      if (!(name in known)) throw new TypeError(`${name} has no guidance; there are ${Object.keys(known).join(', ')}`);
      this.module.within((arena) => {
        const times = arena.array(Float64Array.from(points, ([seconds]) => seconds));
        const values = arena.array(Float32Array.from(points, ([, strength]) => strength));
        this.module.call('m2f_session_set_guidance_curve', this.pointer, known[name], times, values, points.length);
      });
    }
  }

  /** A face or a head at which the motion is held. @param options fields of `m2f_keyframe_options`; gives its number. */
  addKeyframe(options) {
    return this.module.within((arena) => {
      const struct = arena.struct('m2f_keyframe_options', 'm2f_keyframe_options_init');
      const { head, ...rest } = options;
      const fields = fieldsOf('m2f_keyframe_options', rest);
      if (head) {
        if (head.length !== HEAD_FLOATS) throw new TypeError(`head has ${head.length} numbers, expected ${HEAD_FLOATS}`);
        fields.head = Float32Array.from(head);
      }
      const out = arena.allocate(4);
      this.module.call('m2f_session_add_keyframe', this.pointer, arena.set('m2f_keyframe_options', struct, fields), out);
      return arena.read(out, 'u32');
    });
  }

  /** No more sound. The work begins with the first step. */
  finish() {
    this.module.call('m2f_session_finish', this.pointer);
  }

  /** Works for about so long. Gives true when the job is done. */
  step(budgetMs) {
    return this.module.call('m2f_session_step', this.pointer, budgetMs);
  }

  /** `{stage, fraction}`. */
  get progress() {
    return this.module.within((arena) => {
      const out = arena.struct('m2f_progress');
      this.module.call('m2f_session_progress', this.pointer, out);
      const { stage, fraction } = arena.fields('m2f_progress', out);
      return { stage: STAGES[stage], fraction };
    });
  }

  cancel() {
    this.module.call('m2f_session_cancel', this.pointer);
  }

  /** The finished motion. */
  pull() {
    return Animation.from(this.module, 'result', 'm2f_session_pull', this.pointer);
  }
}

/** No more sound of several sessions of one model: one job, whose windows share batches. */
export function finishTogether(sessions) {
  if (sessions.length === 0) return;
  const [{ module }] = sessions;
  if (sessions.some((session) => session.module !== module)) throw new TypeError('sessions of two modules cannot finish together');
  module.within((arena) => {
    module.call('m2f_session_finish_together', arena.pointers(sessions.map(({ pointer }) => pointer)), sessions.length);
  });
}

/** The motion of one clip. `fps` 0 is the model's own rate. */
export class Animation extends Handle {
  get durationS() {
    return this.module.number('m2f_result_duration_s', 'f64', this.pointer);
  }

  /** What it was drawn from, a BigInt. */
  get seed() {
    return this.module.number('m2f_result_seed', 'u64', this.pointer);
  }

  frameCount(fps = 0) {
    return this.module.number('m2f_result_frame_count', 'u32', this.pointer, fps);
  }

  /** Weights of all frames, frames × weights, 0..1. */
  weights(fps = 0) {
    return this.frames('m2f_result_read_weights', fps);
  }

  /** Head poses of all frames, frames × 7: quaternion x, y, z, w, then mm. */
  heads(fps = 0) {
    return this.frames('m2f_result_read_heads', fps);
  }

  /** Vertex offsets of some frames, count × vertices × 3, mm. */
  offsetsMm(first, count, fps = 0) {
    return numbers(this.module, 'f32', 'm2f_result_read_offsets_mm', this.pointer, fps, first, count);
  }

  frames(name, fps) {
    return numbers(this.module, 'f32', name, this.pointer, fps, 0, this.frameCount(fps));
  }
}

/** A face that speaks live. Samples are numbers on its clock: `BigInt`, or a whole number. */
export class Stream extends Handle {
  /** @returns `{firstSample, taken}`: the number of the first frame, and how many found room. */
  write(samples, channelCount = 1) {
    return this.module.within((arena) => {
      const [name, values] = sound('m2f_stream_write', samples);
      const [first, taken] = [arena.allocate(8), arena.allocate(4)];
      this.module.call(name, this.pointer, arena.array(values), values.length / channelCount, first, taken);
      return { firstSample: arena.read(first, 'u64'), taken: arena.read(taken, 'u32') };
    });
  }

  /** The face at a sample: `{ready, weights, head}`. Not ready: the last face that is. */
  sample(number) {
    return this.module.within((arena) => {
      const weights = arena.allocate(4 * this.weightCount);
      const head = arena.allocate(4 * HEAD_FLOATS);
      const given = [this.pointer, BigInt(number), weights, this.weightCount, head, 0, 0];
      const ready = this.module.call('m2f_stream_sample', ...given);
      return { ready, weights: arena.copy(weights, 'f32', this.weightCount), head: arena.copy(head, 'f32', HEAD_FLOATS) };
    });
  }

  /** Where it is: the fields of `m2f_stream_status` in camel case. */
  get state() {
    return this.module.within((arena) => {
      const out = arena.struct('m2f_stream_status');
      this.module.call('m2f_stream_state', this.pointer, out, STRUCTS.m2f_stream_status.size);
      const camel = (field) => field.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
      const all = Object.entries(arena.fields('m2f_stream_status', out)).filter(([field]) => field !== 'struct_size');
      return Object.fromEntries(all.map(([field, value]) => [camel(field), value]));
    });
  }

  flush() {
    this.module.call('m2f_stream_flush', this.pointer);
  }

  interrupt(sample, fadeS = 0.2) {
    this.module.call('m2f_stream_interrupt', this.pointer, BigInt(sample), fadeS);
  }

  reset({ seed = SEED_AUTO, keepVoice = false } = {}) {
    this.module.call('m2f_stream_reset', this.pointer, BigInt(seed), Number(keepVoice));
  }

  setStyle(style, strength = 1) {
    this.module.call('m2f_stream_set_style', this.pointer, style?.pointer ?? 0, strength);
  }

  setGuidance({ audio = NaN, style = NaN } = {}) {
    this.module.call('m2f_stream_set_guidance', this.pointer, audio, style);
  }

  setListening(on) {
    this.module.call('m2f_stream_set_listening', this.pointer, Number(on));
  }

  /** Ends the input; gives what is kept as an Animation. */
  takeResult() {
    return Animation.from(this.module, 'result', 'm2f_stream_take_result', this.pointer);
  }
}

function styleStruct(arena, options) {
  const given = typeof options === 'string' ? { text: options } : options;
  const struct = arena.struct('m2f_style_options', 'm2f_style_options_init');
  return arena.set('m2f_style_options', struct, fieldsOf('m2f_style_options', given));
}

/** The function that takes such samples. */
function sound(name, samples) {
  if (samples instanceof Float32Array) return [`${name}_f32`, samples];
  if (samples instanceof Int16Array) return [`${name}_i16`, samples];
  throw new TypeError('sound is a Float32Array of -1..1 or an Int16Array');
}

/** All numbers that a function writes to (…, buffer, capacity, count). */
function numbers(module, kind, name, ...given) {
  return module.within((arena) => {
    const count = arena.allocate(4);
    module.call(name, ...given, 0, 0, count);
    const capacity = arena.read(count, 'u32');
    const buffer = arena.allocate(4 * capacity);
    module.call(name, ...given, buffer, capacity, 0);
    return arena.copy(buffer, kind, capacity);
  });
}
