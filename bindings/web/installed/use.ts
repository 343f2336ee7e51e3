// What types say to a host that installed the package; it is compiled, not run.
import { HEAD_FLOATS, Media2Face, Media2FaceError } from 'media2face';
import type { Clip, LiveFace, StreamState } from 'media2face';
import { isCurves, playCurves, readCurves } from 'media2face/curves';
import type { BakedFace, Curves } from 'media2face/curves';
import { finishTogether, load } from 'media2face/library';
import type { Model, Session } from 'media2face/library';

export async function page(microphone: AudioNode): Promise<StreamState> {
  const face = await Media2Face.start({ wasm: 'media2face.wasm', pack: new URL('starter.m2f', location.href) });
  const clip: Clip = await face.animate(new Float32Array(16000), { style: 'happy', onProgress: ({ fraction }) => console.log(fraction) });
  console.log(clip.weights.length / face.weightNames.length, clip.heads.length / HEAD_FLOATS, face.eyeRangeRad[0]);
  const live: LiveFace = await face.openStream({ source: microphone, latency: 'fast' });
  const { head }: { head: Float32Array } = await live.sample(0n);
  console.log(head[3]);
  return live.state;
}

export function told(error: unknown): boolean {
  return error instanceof Media2FaceError && error.status === 'INVALID_PACK';
}

export async function worker(bytes: ArrayBuffer, pack: Uint8Array): Promise<bigint> {
  const model: Model = (await load(bytes, { portable: true })).model(pack);
  const sessions: Session[] = ['sad', 'happy'].map((style) => model.session({ style }));
  sessions[0].setStyleStrength(sessions[0].addStyle('calm'), 0.5);
  sessions[1].setGuidance({ style: [[0, 1], [1, 2]] });
  finishTogether(sessions);
  return sessions[0].pull().seed;
}

export function baked(bytes: ArrayBuffer, voice: HTMLAudioElement): () => void {
  if (!isCurves(bytes)) throw new Error('no curves');
  const curves: Curves = readCurves(bytes);
  const last: BakedFace = curves.face();
  curves.sample(0.5, last);
  return playCurves(curves, { clock: () => voice.currentTime, show: ({ weights, eyes }) => console.log(weights[0], eyes?.[0]) });
}

// @ts-expect-error a name that is no option
export const wrong = (face: Media2Face) => face.animate(new Float32Array(1), { styleSrength: 1 });
// @ts-expect-error a latency that there is not
export const slow = (face: Media2Face) => face.openStream({ latency: 'slow' });
