// The waveform, the curves over it, who speaks and which style holds when; a playhead that can be dragged.

/** Colours of curves, told apart on dark and on light, and by those who tell red and green badly. */
const COLOURS = {
  dark: ['#f6aa54', '#5cc8f2', '#7ddf92', '#f27ea9', '#c9a7ff', '#f2e35c', '#ff7a5c', '#9fb4c9'],
  light: ['#b85c00', '#006fa8', '#16803a', '#b3165c', '#6b3fc4', '#8a7400', '#c4321a', '#4d6073'],
};
const AXIS = 18;
const BAND = 16;

class Timeline {
  constructor(element, { duration, peaks, bands, onSeek, onStep }) {
    Object.assign(this, { element, duration, peaks, bands, figure: null, shown: [] });
    this.canvas = element.querySelector('canvas');
    this.still = document.createElement('canvas');
    element.setAttribute('aria-valuemax', duration.toFixed(2));
    const seek = (event) => {
      const box = this.canvas.getBoundingClientRect();
      onSeek((event.clientX - box.left) / box.width * duration);
    };
    element.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      onStep(true);
      seek(event);
    });
    element.addEventListener('pointermove', (event) => {
      if (element.hasPointerCapture(event.pointerId)) seek(event);
    });
    for (const end of ['pointerup', 'pointercancel']) element.addEventListener(end, () => onStep(false));
    new ResizeObserver(() => this.paint()).observe(element);
  }

  /** Curves of a figure's channels, in the order of their colours. */
  show(figure, shown) {
    Object.assign(this, { figure, shown });
    this.paint();
  }

  colour(place) {
    const colours = COLOURS[document.documentElement.dataset.theme];
    return colours[place % colours.length];
  }

  /** Draws what does not move with the time. */
  paint() {
    const box = this.element.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.max(1, Math.round(box.width * ratio)), Math.max(1, Math.round(box.height * ratio))];
    for (const canvas of [this.canvas, this.still]) Object.assign(canvas, { width, height });
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.ink = colour('ink');
    const draw = this.still.getContext('2d');
    draw.scale(ratio, ratio);
    const [w, h] = [box.width, box.height];
    const top = this.bands.length ? BAND + 2 : 2;
    const plot = { top, height: Math.max(h - top - AXIS, 1) };
    this.bandsOn(draw, w, colour);
    this.waveOn(draw, w, plot, colour('wave'));
    this.axisOn(draw, w, h, colour);
    this.shown.forEach((channel, place) => this.curveOn(draw, w, plot, channel, this.colour(place)));
    this.move(this.time ?? 0);
  }

  bandsOn(draw, width, colour) {
    draw.font = '11px system-ui, sans-serif';
    draw.textBaseline = 'middle';
    const place = (time) => Math.min(time, this.duration) / this.duration * width;
    for (const { label, start_s, end_s } of this.bands) {
      const [from, to] = [place(start_s), place(end_s ?? this.duration)];
      draw.fillStyle = colour('accent');
      draw.globalAlpha = 0.18;
      draw.fillRect(from, 0, Math.max(to - from - 1, 1), BAND);
      draw.globalAlpha = 1;
      draw.save();
      draw.beginPath();
      draw.rect(from, 0, Math.max(to - from - 4, 0), BAND);
      draw.clip();
      draw.fillStyle = colour('ink');
      draw.fillText(label, from + 5, BAND / 2);
      draw.restore();
    }
  }

  waveOn(draw, width, { top, height }, colour) {
    draw.fillStyle = colour;
    const { peaks } = this;
    const loudest = Math.max(peaks.reduce((a, b) => Math.max(a, b), 0), 1e-4);
    for (let x = 0; x < width; x++) {
      const from = Math.floor(x * peaks.length / width);
      const to = Math.max(from + 1, Math.floor((x + 1) * peaks.length / width));
      let peak = 0;
      for (let i = from; i < to && i < peaks.length; i++) peak = Math.max(peak, peaks[i]);
      const bar = Math.max(peak / loudest * height * 0.94, 1);
      draw.fillRect(x, top + (height - bar) / 2, 1, bar);
    }
  }

  axisOn(draw, width, height, colour) {
    draw.font = '11px system-ui, sans-serif';
    draw.textBaseline = 'alphabetic';
    draw.fillStyle = colour('soft');
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600];
    const step = steps.find((step) => step / this.duration * width >= 56) ?? 3600;
    for (let number = 0; number * step <= this.duration; number++) {
      const x = number * step / this.duration * width;
      draw.fillRect(x, height - AXIS + 1, 1, 4);
      const label = step >= 60 ? `${number * step / 60} min` : `${(number * step).toFixed(step < 1 ? 1 : 0)} s`;
      draw.fillText(label, Math.min(x + 3, width - draw.measureText(label).width - 2), height - 4);
    }
  }

  curveOn(draw, width, { top, height }, channel, colour) {
    draw.strokeStyle = colour;
    draw.lineWidth = 1.8;
    draw.lineJoin = 'round';
    draw.beginPath();
    const { times } = this.figure;
    const place = (value) => top + 2 + (height - 4) * (1 - heightOf(channel, value));
    // Of a long clip each column has its highest and lowest value.
    const stride = Math.max(1, Math.floor(times.length / (2 * width)));
    for (let frame = 0; frame < times.length; frame += stride) {
      let [low, high] = [Infinity, -Infinity];
      for (let i = frame; i < Math.min(frame + stride, times.length); i++) {
        low = Math.min(low, channel.values[i]);
        high = Math.max(high, channel.values[i]);
      }
      const x = times[frame] / this.duration * width;
      draw.lineTo(x, place(high));
      if (stride > 1) draw.lineTo(x, place(low));
    }
    draw.stroke();
  }

  /** Puts the playhead. */
  move(time) {
    this.time = time;
    const ratio = window.devicePixelRatio || 1;
    const { canvas, still } = this;
    const draw = canvas.getContext('2d');
    draw.clearRect(0, 0, canvas.width, canvas.height);
    draw.drawImage(still, 0, 0);
    const x = Math.round(Math.min(this.duration > 0 ? time / this.duration : 0, 1) * (canvas.width - 2 * ratio));
    draw.fillStyle = this.ink;
    draw.fillRect(x, 0, Math.max(2 * ratio, 1), canvas.height);
    this.element.setAttribute('aria-valuenow', time.toFixed(2));
    this.element.setAttribute('aria-valuetext', `${time.toFixed(2)} of ${this.duration.toFixed(2)} seconds`);
  }
}
