// What index.js and library.js share. Names are those of include/media2face.h in camel case; its comments say what they mean.

/** A call that failed; `status` is the name of its m2f_status. */
export declare class Media2FaceError extends Error {
  readonly status:
    | 'INVALID_ARGUMENT' | 'INVALID_STRUCT_SIZE' | 'BUFFER_TOO_SMALL' | 'INVALID_UTF8' | 'INVALID_AUDIO' | 'INVALID_PICTURE'
    | 'INVALID_PACK' | 'MISSING_PART' | 'IO' | 'INVALID_STATE' | 'CANCELLED' | 'OUT_OF_MEMORY' | 'UNSUPPORTED' | 'DEVICE_LOST'
    | 'INTERNAL';
}

/** Interleaved samples: -1..1, or 16 bits. */
export type Sound = Float32Array | Int16Array;
/** Quaternion x, y, z, w, then x, y, z in mm. */
export type HeadPose = Float32Array;
export type Bytes = Uint8Array;

export interface RuntimeOptions {
  /** The bits of every other machine; true by default. */
  portable?: boolean;
  logLevel?: 'error' | 'warning' | 'info';
  maxPicturePixels?: number;
}

/** A face: a name of the pack, a mix of names, or a neutral mesh on the model's topology. */
export interface FaceIdentity {
  name?: string;
  mix?: Record<string, number>;
  verticesMm?: ArrayLike<number>;
}

export interface StyleOptions {
  text?: string;
  picture?: Bytes;
  code?: ArrayLike<number>;
  preset?: string;
  strength?: number;
  startS?: number;
  endS?: number;
  rampS?: number;
}

export interface KeyframeOptions {
  startS?: number;
  endS?: number;
  rampS?: number;
  hold?: number;
  weights?: ArrayLike<number>;
  latent?: ArrayLike<number>;
  meshMm?: ArrayLike<number>;
  expression?: string;
  picture?: Bytes;
  pictureBox?: ArrayLike<number>;
  pictureParts?: number;
  head?: ArrayLike<number>;
}

export interface SessionOptions {
  sampleRateHz?: number;
  channelCount?: number;
  stepCount?: number;
  seed?: number | bigint;
  eta?: number;
  guidanceAudio?: number;
  guidanceStyle?: number;
  /** A text: words or one emoji. */
  style?: string;
  stylePicture?: Bytes;
  styleCode?: ArrayLike<number>;
  styleStrength?: number;
  repaintLoops?: number;
  noiseScale?: number;
  noDefaultStyle?: boolean;
  packAdjustments?: boolean;
  editable?: boolean;
  tailS?: number;
}

export interface StreamOptions {
  sampleRateHz?: number;
  channelCount?: number;
  latency?: 'careful' | 'fast';
  underrun?: 'idle' | 'hold';
  seed?: number | bigint;
  hopFrames?: number;
  lookAheadFrames?: number;
  stepCount?: number;
  ringMs?: number;
  keepMs?: number;
  noiseScale?: number;
  guidanceAudio?: number;
  guidanceStyle?: number;
  styleStrength?: number;
  noDefaultStyle?: boolean;
  packAdjustments?: boolean;
}

export interface StreamState {
  generation: number;
  seed: bigint;
  nextSample: bigint;
  firstSample: bigint;
  readySample: bigint;
  dropped: bigint;
  silenced: bigint;
  idled: bigint;
  underruns: bigint;
  windows: bigint;
  lateWindows: bigint;
  latencyMs: number;
  windowMs: number;
}

export interface PromptReading {
  saysNothing: boolean;
  confidence: number;
  strength: number;
  headStrength: number;
  emotions: Record<string, number>;
  headActs: Record<string, number>;
}
