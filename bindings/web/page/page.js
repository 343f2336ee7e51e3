// The page: a sound is dropped or spoken, and the face says it. Media2FaceWeb is the bundle of ../src/index.js, Media2FaceCurves that of
// ../src/curves.js.

const { Media2Face, setListenerUrl } = Media2FaceWeb;
const { isCurves, playCurves, readCurves } = Media2FaceCurves;
/** stage.js counts in them. */
const DEGREES = 180 / Math.PI;
const byId = (id) => document.getElementById(id);
/** How long a face waits after the last letter of a style, ms. */
const TYPING_MS = 350;
/** Shares that are shown of what was understood. */
const LEAST_SHARE = 0.04;

class Page {
  constructor(face, puppet) {
    Object.assign(this, { face, puppet, audio: null, playing: null, live: null, socket: null, sound: null, job: null, baked: null });
  }

  static async start() {
    const url = (id) => URL.createObjectURL(new Blob([byId(id).textContent], { type: 'text/javascript' }));
    // A page from a disk may not load a worklet from a blob.
    setListenerUrl(`data:text/javascript;base64,${btoa(byId('listener').textContent)}`);
    const worker = new Worker(url('worker'));
    const [wasm, pack] = [bytesOf('wasm').buffer, bytesOf('pack').buffer];
    const face = await Media2Face.start({ wasm, pack, worker });
    const puppet = new Puppet(byId('view'), face.weightNames, face.eyeRangeRad);
    await puppet.load(bytesOf('glb'));
    const page = new Page(face, puppet);
    page.listen();
    for (const id of ['hello', 'speak', 'file', 'stop', 'who', 'style', 'strength']) byId(id).disabled = false;
    byId('who').replaceChildren(...face.identityNames.map((name) => new Option(name)));
    byId('facts').textContent = `media2face ${face.version} · runs in this page: no sound leaves it`;
    note('Drop a sound here, say hello, or speak.');
    return page;
  }

  listen() {
    const on = (id, event, act) => byId(id).addEventListener(event, () => this.tried(act));
    on('hello', 'click', () => this.play(bytesOf('wav').buffer));
    on('speak', 'click', () => (this.live ? this.stop() : this.speak()));
    on('stop', 'click', () => this.stop());
    on('reset', 'click', () => this.puppet.stage.lookFromFront());
    on('connect', 'click', () => this.connect(byId('address').value));
    on('file', 'change', async () => this.play(await byId('file').files[0].arrayBuffer()));
    on('who', 'change', () => this.again());
    on('strength', 'change', () => this.styled());
    let typing = 0;
    byId('style').addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.tried(() => this.styled()), TYPING_MS);
    });
    const stage = byId('stage');
    stage.addEventListener('dragover', (event) => {
      event.preventDefault();
      byId('drop').hidden = false;
    });
    stage.addEventListener('dragleave', () => { byId('drop').hidden = true; });
    stage.addEventListener('drop', (event) => {
      event.preventDefault();
      byId('drop').hidden = true;
      const [file] = event.dataTransfer.files;
      if (file) this.tried(async () => this.play(await file.arrayBuffer()));
    });
    const draw = () => {
      this.tick();
      this.puppet.draw();
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  }

  /** What fails is said, and the page goes on. */
  async tried(act) {
    try {
      await act();
    } catch (error) {
      note(error.message, true);
    }
  }

  get style() {
    return byId('style').value.trim();
  }

  get strength() {
    return Number(byId('strength').value);
  }

  context() {
    this.audio ??= new AudioContext();
    this.audio.resume();
    return this.audio;
  }

  /** Animates a sound file, then plays both; curves that m2f made are played as they are. */
  async play(bytes) {
    this.stop();
    if (isCurves(bytes)) {
      this.playBaked(readCurves(bytes));
      return;
    }
    const context = this.context();
    let decoded;
    try {
      decoded = await context.decodeAudioData(bytes.slice(0));
    } catch {
      throw new Error('This browser cannot read that sound.');
    }
    this.sound = decoded;
    await this.again();
  }

  playBaked(curves) {
    const places = this.face.weightNames.map((name) => curves.weightNames.indexOf(name));
    const show = ({ weights, head }) => this.puppet.show(places.map((place) => weights[place] ?? 0), head);
    const ended = () => { this.baked = null; };
    this.baked = playCurves(curves, { show, ended });
    note(`${curves.frameCount} frames that were made before, without sound.`);
  }

  /** The last sound again, as everything stands now. */
  async again() {
    if (!this.sound || this.live) return;
    this.stop();
    const { sound } = this;
    const job = new AbortController();
    this.job = job;
    const asked = this.face.animate(mixed(sound), {
      sampleRateHz: sound.sampleRate,
      style: this.style || undefined,
      styleStrength: this.strength,
      identity: byId('who').value || undefined,
      tailS: 0.5,
      fps: 60,
      signal: job.signal,
      onProgress: ({ stage, fraction }) => note(`${stage} ${Math.round(100 * fraction)} %`),
    });
    const clip = await asked.catch((error) => {
      if (!job.signal.aborted) throw error;
    });
    // Something else was asked for meanwhile.
    if (!clip || this.job !== job) return;
    this.job = null;
    note(clip.warnings.join('; '));
    const context = this.context();
    const source = new AudioBufferSourceNode(context, { buffer: sound });
    source.connect(context.destination);
    // What is heard now left the context this much earlier.
    const begun = context.currentTime + 0.05;
    source.start(begun);
    this.playing = { clip, source, begun };
  }

  /** A face for what the microphone hears. */
  async speak() {
    this.stop();
    const context = this.context();
    let microphone;
    try {
      microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      throw new Error(`No microphone: ${error.message}`);
    }
    const source = context.createMediaStreamSource(microphone);
    const options = { source, latency: 'fast', styleStrength: this.strength, identity: byId('who').value || undefined };
    if (this.style) options.style = this.style;
    const stream = await this.face.openStream(options);
    this.live = { stream, microphone, behind: Math.ceil(stream.latencyMs / 1000 * context.sampleRate), asked: false };
    byId('speak').setAttribute('aria-pressed', 'true');
    note(`The face is ${Math.round(stream.latencyMs)} ms behind you.`);
  }

  /** Faces of another program. */
  connect(address) {
    this.stop();
    const socket = new WebSocket(address);
    this.socket = socket;
    const own = () => this.socket === socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      note(`Connected to ${address}.`);
    };
    socket.onclose = () => {
      if (!own()) return;
      this.socket = null;
      if (opened) note(`The stream from ${address} has ended.`);
      else note(`Nobody answers at ${address}: run m2f live --to ws there.`, true);
    };
    socket.onmessage = ({ data }) => this.tried(() => own() && this.showLine(data));
  }

  /** A face as `m2f live` sends it. */
  showLine(line) {
    let face = null;
    try {
      face = JSON.parse(line);
    } catch { /* told below */ }
    const { weights, head } = face ?? {};
    if (typeof weights !== 'object' || !Array.isArray(head) || head.length !== 7 || !head.every(Number.isFinite)) {
      throw new Error('That program sends something else than faces.');
    }
    this.puppet.show(this.face.weightNames.map((name) => Number(weights?.[name]) || 0), head);
  }

  /** A style that was typed: what is understood, and the face that shows it. */
  async styled() {
    if (!this.style) {
      byId('understood').textContent = '';
      byId('shares').replaceChildren();
    } else {
      const reading = await this.face.readPrompt(this.style);
      byId('understood').textContent = `Understood: ${reading.sentence}`;
      showShares({ ...reading.emotions, ...reading.headActs });
    }
    if (this.live) await this.live.stream.setStyle(this.style || null, this.strength);
    else await this.again();
  }

  stop() {
    this.job?.abort();
    this.job = null;
    this.baked?.();
    this.baked = null;
    this.playing?.source.stop();
    this.playing = null;
    this.socket?.close();
    this.socket = null;
    if (this.live) {
      const { stream, microphone } = this.live;
      this.live = null;
      stream.close();
      microphone.getTracks().forEach((track) => track.stop());
    }
    byId('speak').setAttribute('aria-pressed', 'false');
  }

  /** The face of this moment. */
  tick() {
    if (this.playing) this.showClip();
    else if (this.live && !this.live.asked) this.tried(() => this.showLive(this.live));
  }

  showClip() {
    const { clip, begun } = this.playing;
    const { audio } = this;
    const heard = audio.currentTime - begun - (audio.outputLatency || 0);
    const frames = clip.heads.length / 7;
    const frame = Math.min(Math.max(Math.round(heard * clip.fps), 0), frames - 1);
    const width = clip.weights.length / frames;
    this.puppet.show(clip.weights.subarray(frame * width, (frame + 1) * width), clip.heads.subarray(7 * frame, 7 * frame + 7));
    if (frame === frames - 1) this.playing = null;
  }

  async showLive(live) {
    live.asked = true;
    try {
      const { weights, head } = await live.stream.sample(Math.max(live.stream.written - live.behind, 0));
      if (this.live === live) this.puppet.show(weights, head);
    } finally {
      live.asked = false;
    }
  }
}

/** One channel. */
function mixed(sound) {
  const out = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    sound.getChannelData(channel).forEach((value, at) => { out[at] += value / sound.numberOfChannels; });
  }
  return out;
}

function showShares(shares) {
  const most = Object.entries(shares).filter(([, share]) => share >= LEAST_SHARE).sort(([, a], [, b]) => b - a);
  byId('shares').replaceChildren(...most.map(([name, share]) => {
    const label = document.createElement('label');
    label.append(Object.assign(document.createElement('meter'), { min: 0, max: 1, value: share }), `${name} ${Math.round(100 * share)} %`);
    return label;
  }));
}

function note(text, fault = false) {
  byId('note').textContent = text;
  byId('note').className = fault ? 'fault' : '';
}

/** What an element holds as base64; a copy, for some are given away. */
function bytesOf(id) {
  const text = byId(id).textContent;
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

Page.start().then((page) => { window.media2face = page; }, (error) => note(error.message, true));
