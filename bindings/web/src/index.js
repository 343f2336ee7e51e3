// media2face for pages: the library in a worker. Everything is asynchronous; nothing blocks the page.
//
//     const face = await Media2Face.start({ wasm, pack });
//     const { weights, heads } = await face.animate(samples, { sampleRateHz: 48000, style: 'happy' });
//     const live = await face.openStream({ sampleRateHz: context.sampleRate, latency: 'fast', source: microphone });

import { Media2FaceError } from './module.js';

export { Media2FaceError } from './module.js';

export { HEAD_FLOATS } from './abi.js';

export class Media2Face {
  /**
   * Starts the worker, loads library and pack.
   * @param given `wasm` and `pack`: URLs or ArrayBuffers; so `faceFinder`, where pictures are styles; `worker`: a Worker or its URL, by default worker.js beside this file;
   *   `options` of the runtime.
   */
  static async start({ wasm, pack, faceFinder, worker = new URL('./worker.js', import.meta.url), options = {} }) {
    const started = worker instanceof Worker ? worker : new Worker(worker, { type: 'module' });
    const face = new Media2Face(started);
    const absolute = (source) => (typeof source === 'string' || source instanceof URL ? new URL(source, location.href).href : source);
    try {
      const sources = { wasm: absolute(wasm), pack: absolute(pack), faceFinder: absolute(faceFinder) };
      Object.assign(face, await face.call('start', { ...sources, options }));
    } catch (error) {
      face.close();
      throw error;
    }
    return face;
  }

  constructor(worker) {
    this.worker = worker;
    this.waiting = new Map();
    this.nextCall = 1;
    this.closed = null;
    worker.onmessage = ({ data }) => this.answered(data);
    worker.onerror = (event) => this.end(new Media2FaceError('INTERNAL', `the worker failed: ${event.message}`));
  }

  /**
   * Animates a clip.
   * @param samples `Float32Array` of -1..1 or `Int16Array`, interleaved.
   * @param options of a session: `sampleRateHz`, `channelCount`, `style`, `styleStrength`, `seed`, `stepCount`, …; `identity`: a
   *   name or a mix; `styles`, `keyframes`: lists; `fps` of what is returned; `onProgress({stage, fraction})`; `signal`, an
   *   AbortSignal.
   * @returns `{weights, heads, durationS, fps, seed, warnings}`: frames × weights, frames × 7.
   */
  async animate(samples, { onProgress, signal, ...options } = {}) {
    signal?.throwIfAborted();
    const id = this.nextCall;
    const stop = () => this.call('cancel', { call: id });
    signal?.addEventListener('abort', stop);
    try {
      return await this.call('animate', { samples, ...options }, [], onProgress);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** What a text or a picture says to the model, with a `sentence`. */
  readPrompt(style) {
    return this.call('readPrompt', { style });
  }

  /**
   * Opens a stream.
   * @param options of a stream: `latency`, `style` (a text or options of a style), `seed`, …; `source`: an AudioNode whose sound
   *   it hears; then the rate is that of its context. Without one, `write` brings the sound.
   */
  async openStream({ source, ...options } = {}) {
    if (!source) return new LiveFace(this, await this.call('openStream', { options }), null);
    const { context } = source;
    const listener = await Listener.create(context);
    const all = { sampleRateHz: context.sampleRate, ...options };
    const opened = await this.call('openStream', { options: all, port: listener.port }, [listener.port]);
    source.connect(listener.node);
    return new LiveFace(this, opened, { source, listener });
  }

  /** Ends the worker. Calls that wait fail. */
  close() {
    this.end(new Media2FaceError('CANCELLED', 'media2face was closed'));
    this.worker.terminate();
  }

  call(call, given, transfer = [], onProgress = undefined) {
    if (this.closed) return Promise.reject(this.closed);
    const id = this.nextCall++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onProgress });
      try {
        this.worker.postMessage({ id, call, given }, transfer);
      } catch (error) {
        this.waiting.delete(id);
        reject(error);
      }
    });
  }

  answered({ id, value, error, progress }) {
    const call = this.waiting.get(id);
    if (!call) return;
    if (progress) {
      call.onProgress?.(progress);
      return;
    }
    this.waiting.delete(id);
    if (!error) call.resolve(value);
    else if (error.status) call.reject(new Media2FaceError(error.status, error.message));
    else call.reject(Object.assign(new (error.name === 'TypeError' ? TypeError : Error)(error.message)));
  }

  end(error) {
    if (this.closed) return;
    this.closed = error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** A face that speaks live. Its clock counts samples of its sound. */
export class LiveFace {
  constructor(face, { number, latencyMs }, heard) {
    this.face = face;
    this.number = number;
    this.heard = heard;
    /** Sound that must be written behind a sample until its face is ready, ms. */
    this.latencyMs = latencyMs;
  }

  /** Frames of sound that the audio thread has handed over, by its last word; 0 without a source. */
  get written() {
    return this.heard?.listener.written ?? 0;
  }

  /** Brings sound, where there is no source. Gives `{firstSample, taken}`. */
  write(samples) {
    return this.call('write', { samples });
  }

  /** The face at a sample: `{ready, weights, head}`. */
  sample(sample) {
    return this.call('sample', { sample });
  }

  get state() {
    return this.call('state', {});
  }

  flush() {
    return this.call('flush', {});
  }

  interrupt(sample, fadeS) {
    return this.call('interrupt', { sample, fadeS });
  }

  reset(options) {
    return this.call('reset', { options });
  }

  setStyle(style, strength = 1) {
    return this.call('setStyle', { style, strength });
  }

  setGuidance(guidance) {
    return this.call('setGuidance', { guidance });
  }

  setListening(on) {
    return this.call('setListening', { on });
  }

  async close() {
    if (this.heard) {
      this.heard.source.disconnect(this.heard.listener.node);
      this.heard.listener.node.port.postMessage('end');
      this.heard = null;
    }
    await this.call('closeStream', {});
  }

  call(call, given) {
    return this.face.call(call, { number: this.number, ...given });
  }
}

/** The audio worklet that hands sound to the worker. */
class Listener {
  static async create(context) {
    if (!Listener.loaded.has(context)) {
      const url = Listener.url ?? new URL('./listener.js', import.meta.url);
      Listener.loaded.set(context, context.audioWorklet.addModule(url));
    }
    await Listener.loaded.get(context);
    return new Listener(context);
  }

  constructor(context) {
    this.node = new AudioWorkletNode(context, 'media2face-listener', { numberOfInputs: 1, numberOfOutputs: 0 });
    this.written = 0;
    const { port1, port2 } = new MessageChannel();
    this.port = port2;
    this.node.port.postMessage(port1, [port1]);
    this.node.port.onmessage = ({ data }) => { this.written = data; };
  }
}

/** For each audio context: when its worklet is there. */
Listener.loaded = new WeakMap();
/** Another place of listener.js, for pages that carry it inside. */
Listener.url = null;

/** Where listener.js is, if not beside this file. */
export function setListenerUrl(url) {
  Listener.url = url;
}
