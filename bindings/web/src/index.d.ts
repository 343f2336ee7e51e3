// Types of index.js: the library in a worker.

import type { FaceIdentity, HeadPose, KeyframeOptions, PromptReading, RuntimeOptions, SessionOptions, Sound, StreamOptions, StreamState, StyleOptions } from './types.js';

export * from './types.js';
export { Media2FaceError } from './types.js';

export declare const HEAD_FLOATS: 7;

/** What a whole clip gives. */
export interface Clip {
  /** frames × weights, 0..1, in the order of `weightNames`. */
  weights: Float32Array;
  /** frames × 7: quaternion x, y, z, w, then x, y, z in mm. */
  heads: Float32Array;
  durationS: number;
  fps: number;
  seed: bigint;
  /** What was not done as asked. */
  warnings: string[];
}

export interface Progress {
  stage: 'input' | 'style' | 'speech' | 'motion' | 'done';
  /** Share of the whole work, 0..1. */
  fraction: number;
}

export interface AnimateOptions extends Omit<SessionOptions, 'identity'> {
  identity?: string | FaceIdentity;
  /** Styles over ranges of the clip. */
  styles?: StyleOptions[];
  keyframes?: KeyframeOptions[];
  /** Rate of what is returned; the model's own by default. */
  fps?: number;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface LiveOptions extends Omit<StreamOptions, 'style' | 'identity'> {
  style?: string | StyleOptions;
  identity?: string | FaceIdentity;
  /** The stream hears this node; its rate is that of the node's context. */
  source?: AudioNode;
}

export declare class Media2Face {
  static start(given: {
    wasm: string | URL | ArrayBuffer;
    pack: string | URL | ArrayBuffer;
    /** face-finder.m2f: pictures as styles are then read by the face in them. */
    faceFinder?: string | URL | ArrayBuffer;
    worker?: Worker | string | URL;
    options?: RuntimeOptions;
  }): Promise<Media2Face>;
  readonly version: string;
  readonly fps: number;
  readonly weightNames: string[];
  readonly identityNames: string[];
  readonly emotionNames: string[];
  readonly headActNames: string[];
  /** How far a look weight of 1 turns an eye: in, out, up, down, radians. */
  readonly eyeRangeRad: Float32Array;
  animate(samples: Sound, options?: AnimateOptions): Promise<Clip>;
  readPrompt(style: string | StyleOptions): Promise<PromptReading & { sentence: string }>;
  openStream(options?: LiveOptions): Promise<LiveFace>;
  close(): void;
}

export declare class LiveFace {
  readonly latencyMs: number;
  /** Samples that the audio thread has handed over; 0 without a source. */
  readonly written: number;
  readonly state: Promise<StreamState>;
  write(samples: Sound): Promise<{ firstSample: bigint; taken: number }>;
  sample(sample: number | bigint): Promise<{ ready: boolean; weights: Float32Array; head: HeadPose }>;
  flush(): Promise<void>;
  interrupt(sample: number | bigint, fadeS?: number): Promise<void>;
  reset(options?: { seed?: number | bigint; keepVoice?: boolean }): Promise<void>;
  setStyle(style: string | StyleOptions | null, strength?: number): Promise<void>;
  setGuidance(guidance?: { audio?: number; style?: number }): Promise<void>;
  setListening(on: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Where listener.js is, if not beside index.js. */
export declare function setListenerUrl(url: string | URL): void;
