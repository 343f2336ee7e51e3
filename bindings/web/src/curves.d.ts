// Types of curves.js: faces that were made before, without the module.

import type { HeadPose } from './types.js';

/** A file that has no curves, or is damaged. */
export declare class CurvesError extends Error {}

/** A face of curves. */
export interface BakedFace {
  /** 0..1, in the order of `weightNames`. */
  weights: Float32Array;
  head: HeadPose;
  /** Yaw and pitch of the left and of the right eye, radians: positive to the character's left and down. Null without `--eyes`. */
  eyes: Float32Array | null;
}

export declare class Curves {
  private constructor();
  readonly weightNames: string[];
  readonly frameCount: number;
  readonly fps: number;
  readonly durationS: number;
  readonly hasEyes: boolean;
  /** Where the file comes from, as it says. */
  readonly provenance: unknown;
  /** The face at a time, which is limited to the clip; written into an earlier one if that is given. */
  sample(timeS: number, into?: BakedFace): BakedFace;
  /** Room for a face. */
  face(): BakedFace;
}

/** Whether bytes begin as curves do. */
export declare function isCurves(bytes: Uint8Array | ArrayBuffer): boolean;

/** Reads a file. Throws a CurvesError. */
export declare function readCurves(bytes: Uint8Array | ArrayBuffer): Curves;

/** Shows a face for each frame that is drawn, until the curves end. Gives a function that stops. */
export declare function playCurves(curves: Curves, given: {
  /** Seconds of the clip, such as the time of an audio element; without it time goes by from now on. */
  clock?: () => number;
  /** Gets each face, and may not keep it: it is written again. */
  show: (face: BakedFace, timeS: number) => void;
  ended?: () => void;
  draw?: (next: () => void) => void;
}): () => void;
