// The library in a worker of its own: pages stay smooth, and sound comes straight from the audio thread. One message is one call:
// {id, call, given}; the answer is {id, value} or {id, error}. Work goes on in slices, between which messages are heard.

import { load, Media2FaceError } from './library.js';

/** Longest slice, ms. */
const SLICE_MS = 8;
/** How often streams are looked after where nothing else comes, ms. */
const TICK_MS = 10;

let runtime = null;
let model = null;
const streams = new Map();
const styles = new Map();
const jobs = new Set();
let nextStream = 1;
let due = false;

const calls = {
  /** Loads library and pack; gives what a page asks first. */
  async start({ wasm, pack, faceFinder, options }) {
    runtime = await load(wasm instanceof ArrayBuffer ? wasm : fetched(wasm), options);
    const bytes = async (source) => (source instanceof ArrayBuffer ? source : (await fetched(source)).arrayBuffer());
    model = runtime.model(await bytes(pack), { faceFinder: faceFinder && (await bytes(faceFinder)) });
    const { fps, weightNames, identityNames, emotionNames, headActNames, eyeRangeRad } = model;
    return { version: runtime.version, fps, weightNames, identityNames, emotionNames, headActNames, eyeRangeRad };
  },

  /** A whole clip; {id, progress} while it works. */
  async animate({ samples, channelCount = 1, fps = 0, styles: added = [], keyframes = [], identity, ...options }, id) {
    const face = identity === undefined ? undefined : faceOf(identity);
    const session = model.session({ ...options, channelCount, identity: face });
    jobs.add(session);
    session.forCall = id;
    try {
      added.forEach((one) => session.addStyle(one));
      keyframes.forEach((one) => session.addKeyframe(one));
      session.push(samples, channelCount);
      session.finish();
      while (!session.step(SLICE_MS)) {
        postMessage({ id, progress: session.progress });
        await turn();
      }
      const animation = session.pull();
      try {
        const [weights, heads] = [animation.weights(fps), animation.heads(fps)];
        const { durationS, seed } = animation;
        const value = { weights, heads, durationS, seed, fps: fps || model.fps, warnings: runtime.log() };
        return { value, transfer: [weights.buffer, heads.buffer] };
      } finally {
        animation.close();
      }
    } finally {
      jobs.delete(session);
      session.close();
      face?.close();
    }
  },

  /** Ends the clip of an earlier call, whose answer is an error then. */
  cancel({ call }) {
    for (const session of jobs) if (session.forCall === call) session.cancel();
  },

  readPrompt: ({ style }) => ({ ...model.readPrompt(style), sentence: model.explainPrompt(style) }),

  /** A stream; `port` brings blocks of sound from the audio thread. */
  openStream({ options: { style, identity, ...options }, port }) {
    const face = identity === undefined ? undefined : faceOf(identity);
    const stream = model.stream({ ...options, style: styleOf(style), identity: face });
    face?.close();
    const number = nextStream++;
    streams.set(number, { stream, port, failed: null });
    if (port) port.onmessage = ({ data }) => write(number, data);
    work();
    return { number, latencyMs: stream.state.latencyMs };
  },

  write: ({ number, samples }) => opened(number).write(samples),
  sample: ({ number, sample }) => opened(number).sample(sample),
  state: ({ number }) => opened(number).state,
  flush: ({ number }) => opened(number).flush(),
  interrupt: ({ number, sample, fadeS }) => opened(number).interrupt(sample, fadeS),
  reset: ({ number, options }) => opened(number).reset(options),
  setStyle: ({ number, style, strength }) => opened(number).setStyle(styleOf(style), strength),
  setGuidance: ({ number, guidance }) => opened(number).setGuidance(guidance),
  setListening: ({ number, on }) => opened(number).setListening(on),

  closeStream({ number }) {
    const found = streams.get(number);
    streams.delete(number);
    found?.port?.close();
    found?.stream.close();
  },
};

function opened(number) {
  const found = streams.get(number);
  if (!found) throw new Media2FaceError('INVALID_STATE', 'this stream is closed');
  if (found.failed) throw found.failed;
  return found.stream;
}

/** A block from the audio thread. Its failure is told by the next call on the stream. */
function write(number, samples) {
  const found = streams.get(number);
  if (!found || found.failed) return;
  try {
    found.stream.write(samples);
  } catch (error) {
    found.failed = error;
  }
  work();
}

/** Encoded once for each text. */
function styleOf(style) {
  if (style === undefined || style === null) return null;
  const key = typeof style === 'string' ? style : null;
  if (key === null) return model.style(style);
  if (!styles.has(key)) styles.set(key, model.style(key));
  return styles.get(key);
}

function faceOf(identity) {
  return model.identity(typeof identity === 'string' ? { name: identity } : identity);
}

function fetched(source) {
  return typeof source === 'string' || source instanceof URL ? fetch(source) : source;
}

/** Looks after streams in slices until nothing is due, and again after a while. */
function work() {
  if (due || streams.size === 0) return;
  due = true;
  const slice = () => {
    due = false;
    if (streams.size === 0) return;
    let done = true;
    try {
      done = runtime.step(SLICE_MS);
    } catch (error) {
      for (const one of streams.values()) one.failed = error;
      return;
    }
    if (done) setTimeout(work, TICK_MS);
    else work();
  };
  turn().then(slice);
}

/** Lets waiting messages be heard. A timer of 0 ms would wait for 4. */
const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();
function turn() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

self.onmessage = async ({ data: { id, call, given } }) => {
  try {
    if (call !== 'start' && !model) throw new Media2FaceError('INVALID_STATE', 'the library is not loaded');
    const answer = await calls[call](given, id);
    if (call === 'animate') postMessage({ id, value: answer.value }, answer.transfer);
    else postMessage({ id, value: answer });
  } catch (error) {
    postMessage({ id, error: { status: error.status ?? null, name: error.name, message: error.message } });
  }
  work();
};
