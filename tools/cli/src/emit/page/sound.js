// The sound of the clip and the clock that everything follows.

/** Bytes of the base64 text of an element, whose text is let go. */
function bytesOf(id) {
  const element = document.getElementById(id);
  const text = element.textContent.trim();
  element.textContent = '';
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Loudest sample, 0..1, of `count` equal stretches of a 16-bit WAV file; where they begin is in its head of 44 bytes. */
function peaksOf(wav, count) {
  const peaks = new Float32Array(count);
  if (wav.byteLength <= 44) return peaks;
  const channels = new DataView(wav.buffer, wav.byteOffset).getUint16(22, true);
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + (wav.byteLength & ~1)));
  const frames = Math.floor(samples.length / channels);
  for (let at = 0; at < count; at++) {
    const from = Math.floor(at * frames / count) * channels;
    const to = Math.max(from + channels, Math.floor((at + 1) * frames / count) * channels);
    let peak = 0;
    for (let i = from; i < to && i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]));
    peaks[at] = peak / 32768;
  }
  return peaks;
}

/**
 * Time of the clip, seconds. The sound leads where it plays; the wall clock does where there is none, where the machine has
 * nothing to play it on, and behind its end.
 */
class Clock {
  constructor(duration, wav) {
    this.duration = duration;
    this.time = 0;
    this.playing = false;
    this.loop = true;
    this.rate = 1;
    this.audio = null;
    if (wav.byteLength > 44) {
      this.audio = new Audio(URL.createObjectURL(new Blob([wav], { type: 'audio/wav' })));
      this.audio.preload = 'auto';
      this.audio.preservesPitch = true;
    }
  }

  play() {
    if (this.playing) return;
    if (this.time >= this.duration - 1e-3) this.time = 0;
    this.playing = true;
    this.then = performance.now();
    this.sing();
  }

  pause() {
    this.playing = false;
    this.audio?.pause();
  }

  seek(time) {
    this.time = Math.min(Math.max(time, 0), this.duration);
    if (this.playing) this.sing();
    else if (this.audio) this.audio.currentTime = Math.min(this.time, this.audio.duration || 0);
  }

  setRate(rate) {
    this.rate = rate;
    if (this.audio) this.audio.playbackRate = rate;
  }

  /** Starts the sound at the time, if it has any there. */
  sing() {
    const audio = this.audio;
    if (!audio) return;
    this.heard = this.moved = -1;
    if (this.time >= (audio.duration || this.duration)) return audio.pause();
    audio.currentTime = this.time;
    audio.playbackRate = this.rate;
    // Refused without a sound device or a gesture: the face moves in silence.
    audio.play().catch(() => {});
  }

  /** Moves on to the wall's `now`, ms. */
  tick(now) {
    if (!this.playing) return;
    this.time += Math.max(now - this.then, 0) / 1000 * this.rate;
    this.then = now;
    const audio = this.audio;
    if (audio && !audio.paused && !audio.ended) {
      if (audio.currentTime !== this.heard) {
        // The first position is where it was put, not where it has come to.
        if (this.heard >= 0) this.moved = now;
        this.heard = audio.currentTime;
      }
      const drift = this.heard - this.time;
      if (this.moved >= 0 && now - this.moved < 300) this.time += Math.abs(drift) > 0.1 ? drift : 0.1 * drift;
    }
    if (this.time < this.duration) return;
    if (this.loop && this.duration > 0) {
      this.time = 0;
      this.sing();
    } else {
      this.time = this.duration;
      this.pause();
    }
  }
}
