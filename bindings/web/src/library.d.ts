// Types of library.js: the library on the thread that calls it.

import type { FaceIdentity, HeadPose, KeyframeOptions, PromptReading, RuntimeOptions, SessionOptions, Sound, StreamOptions, StreamState, StyleOptions } from './types.js';

export * from './types.js';
export { Media2FaceError } from './types.js';

export declare function load(
  source: BufferSource | WebAssembly.Module | Response | Promise<BufferSource | WebAssembly.Module | Response>,
  options?: RuntimeOptions,
): Promise<Runtime>;

declare class Handle {
  /** Ends it. What was made from it lives on. */
  close(): void;
}

export declare class Runtime extends Handle {
  readonly version: string;
  model(pack: Uint8Array | ArrayBuffer, options?: { faceFinder?: Uint8Array | ArrayBuffer }): Model;
  step(budgetMs: number): boolean;
  log(): string[];
}

export declare class Model extends Handle {
  readonly fps: number;
  readonly weightNames: string[];
  readonly identityNames: string[];
  readonly emotionNames: string[];
  readonly headActNames: string[];
  readonly triangles: Uint32Array;
  /** How far a look weight of 1 turns an eye: in, out, up, down, radians. */
  readonly eyeRangeRad: Float32Array;
  session(options?: Omit<SessionOptions, 'identity'> & { identity?: Identity }): Session;
  stream(options?: StreamOptions & { style?: Style; identity?: Identity }): Stream;
  style(options: string | StyleOptions): Style;
  identity(options?: FaceIdentity): Identity;
  readPrompt(options: string | StyleOptions): PromptReading;
  explainPrompt(options: string | StyleOptions): string;
}

export declare class Identity extends Handle {
  readonly verticesMm: Float32Array;
  readonly blendshapesMm: Float32Array;
}

export declare class Style extends Handle {}

export declare class Session extends Handle {
  readonly progress: { stage: string; fraction: number };
  push(samples: Sound, channelCount?: number): void;
  addStyle(options: string | StyleOptions): number;
  addKeyframe(options: KeyframeOptions): number;
  /** Another strength of a style that was added, by its number. */
  setStyleStrength(number: number, strength: number): void;
  /** Strengths over time: lists of [seconds, strength]. */
  setGuidance(curves: { audio?: Array<[number, number]>; style?: Array<[number, number]> }): void;
  finish(): void;
  step(budgetMs: number): boolean;
  cancel(): void;
  pull(): Animation;
}

/** No more sound of several sessions of one model: one job, whose windows share batches. */
export declare function finishTogether(sessions: Session[]): void;

export declare class Animation extends Handle {
  readonly durationS: number;
  readonly seed: bigint;
  frameCount(fps?: number): number;
  weights(fps?: number): Float32Array;
  heads(fps?: number): Float32Array;
  offsetsMm(first: number, count: number, fps?: number): Float32Array;
}

export declare class Stream extends Handle {
  readonly state: StreamState;
  write(samples: Sound, channelCount?: number): { firstSample: bigint; taken: number };
  sample(number: number | bigint): { ready: boolean; weights: Float32Array; head: HeadPose };
  flush(): void;
  interrupt(sample: number | bigint, fadeS?: number): void;
  reset(options?: { seed?: number | bigint; keepVoice?: boolean }): void;
  setStyle(style: Style | null, strength?: number): void;
  setGuidance(guidance?: { audio?: number; style?: number }): void;
  setListening(on: boolean): void;
  takeResult(): Animation;
}
