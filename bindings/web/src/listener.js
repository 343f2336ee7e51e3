// The audio worklet: mixes what it hears to one channel and hands it to the worker in blocks of 512 samples. It makes no sound.

const BLOCK = 512;

class Listener extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Float32Array(BLOCK);
    this.filled = 0;
    this.written = 0;
    this.worker = null;
    this.ended = false;
    this.port.onmessage = ({ data }) => {
      if (data === 'end') this.ended = true;
      else this.worker = data;
    };
  }

  process([channels]) {
    if (this.ended) return false;
    // An input that nothing is connected to has no channels: then it is silent.
    const length = channels[0]?.length ?? 128;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      this.block[this.filled++] = channels.length ? sum / channels.length : 0;
      if (this.filled === BLOCK) this.hand();
    }
    return true;
  }

  hand() {
    this.filled = 0;
    if (!this.worker) return;
    // A copy: the block is written again at once.
    this.worker.postMessage(this.block.slice());
    this.written += BLOCK;
    this.port.postMessage(this.written);
  }
}

registerProcessor('media2face-listener', Listener);
