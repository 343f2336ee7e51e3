// Controls: buttons, keys, chips; and the loop that draws.

const byId = (id) => document.getElementById(id);
const SHAPES = { play: 'M8 5v14l11-7z', pause: 'M7 5h4v14H7zm6 0h4v14h-4z' };
const MOST_CURVES = 8;

function clockText(time, duration) {
  const minutes = Math.floor(duration / 60) > 0;
  const text = (seconds) => {
    if (!minutes) return seconds.toFixed(2);
    return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, '0')}`;
  };
  return `${text(time)} / ${text(duration)} s`;
}

function note(text) {
  byId('note').textContent = text;
  byId('note').hidden = !text;
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
}

async function start() {
  const clip = JSON.parse(byId('clip').textContent);
  const darkness = window.matchMedia('(prefers-color-scheme: dark)');
  setTheme(darkness.matches ? 'dark' : 'light');
  byId('facts').textContent = clip.facts.join(' · ');

  const wav = bytesOf('wav');
  const glb = bytesOf('glb');
  const clock = new Clock(clip.duration_s, wav);
  let stage = null;
  try {
    stage = new Stage(byId('view'));
  } catch {
    note('This browser cannot draw the face here (no WebGL); sound and curves play all the same.');
  }
  const gltf = await new THREE.GLTFLoader().parseAsync(glb.buffer, '');
  const figures = await readFigures(gltf);
  stage?.take(gltf);
  if (!clock.audio) {
    byId('sound').disabled = true;
    note('The sound is too long for a page: play its file beside.');
  }

  let resume = false;
  const timeline = new Timeline(byId('timeline'), {
    duration: clip.duration_s,
    peaks: peaksOf(wav, 4096),
    bands: clip.bands,
    onSeek: (time) => clock.seek(time),
    // The sound is still while the playhead is dragged.
    onStep: (held) => {
      if (held) {
        resume = clock.playing;
        clock.pause();
      } else if (resume) clock.play();
    },
  });

  // Curves.
  let figure = figures[0] ?? { name: '', times: new Float32Array(1), channels: [] };
  let shown = FIRST.filter((name) => figure.channels.some((channel) => channel.name === name));
  if (!shown.length) shown = figure.channels.slice(0, 4).map((channel) => channel.name);
  const readouts = [];
  const meters = [];
  const channelOf = (name) => figure.channels.find((channel) => channel.name === name);

  function toggle(name) {
    shown = shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name].slice(-MOST_CURVES);
    showCurves();
  }

  function showCurves() {
    const channels = shown.map(channelOf).filter(Boolean);
    timeline.show(figure, channels);
    readouts.length = 0;
    byId('chips').replaceChildren(...channels.map((channel, place) => {
      const chip = document.createElement('button');
      Object.assign(chip, { type: 'button', className: 'chip', title: `Hide ${channel.name}` });
      chip.style.setProperty('--colour', timeline.colour(place));
      const value = document.createElement('b');
      chip.append(document.createElement('i'), channel.name, value);
      chip.addEventListener('click', () => toggle(channel.name));
      readouts.push([channel, value]);
      return chip;
    }));
    for (const box of byId('channels').querySelectorAll('input')) box.checked = shown.includes(box.name);
    tell();
  }

  function listChannels() {
    meters.length = 0;
    byId('channels').replaceChildren(...figure.channels.map((channel) => {
      const label = document.createElement('label');
      const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: channel.name, checked: shown.includes(channel.name) });
      const meter = Object.assign(document.createElement('meter'), { min: 0, max: 1 });
      box.addEventListener('change', () => toggle(channel.name));
      label.append(box, channel.name, meter);
      meters.push([channel, meter]);
      return label;
    }));
  }

  /** Values at the time. */
  function tell() {
    byId('time').textContent = clockText(clock.time, clip.duration_s);
    for (const [channel, readout] of readouts) readout.textContent = textOf(channel, valueAt(figure, channel, clock.time));
    if (byId('channels').hidden) return;
    for (const [channel, meter] of meters) meter.value = heightOf(channel, valueAt(figure, channel, clock.time));
  }

  byId('who').replaceChildren(...figures.map(({ name }, index) => new Option(name, index)));
  byId('who-choice').hidden = figures.length < 2;
  byId('who').addEventListener('change', () => {
    figure = figures[byId('who').value];
    listChannels();
    showCurves();
  });

  // Buttons.
  const frame_s = 1 / clip.fps;
  const actions = {
    play: () => (clock.playing ? clock.pause() : clock.play()),
    begin: () => clock.play(),
    loop: () => {
      clock.loop = !clock.loop;
      byId('loop').setAttribute('aria-pressed', clock.loop);
    },
    sound: () => {
      if (!clock.audio) return;
      clock.audio.muted = !clock.audio.muted;
      byId('sound').setAttribute('aria-pressed', !clock.audio.muted);
    },
    more: () => {
      const open = byId('channels').hidden;
      byId('channels').hidden = !open;
      byId('more').setAttribute('aria-expanded', open);
      tell();
    },
    reset: () => stage?.lookFromFront(),
    theme: () => {
      setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
      showCurves();
    },
  };
  for (const [id, act] of Object.entries(actions)) byId(id).addEventListener('click', act);
  byId('view').addEventListener('dblclick', actions.reset);
  byId('rate').addEventListener('change', () => clock.setRate(Number(byId('rate').value)));
  darkness.addEventListener('change', () => {
    setTheme(darkness.matches ? 'dark' : 'light');
    showCurves();
  });

  const step = (frames) => {
    clock.pause();
    clock.seek((Math.round(clock.time / frame_s) + frames) * frame_s);
  };
  const faster = (way) => {
    const rate = byId('rate');
    rate.selectedIndex = Math.min(Math.max(rate.selectedIndex + way, 0), rate.options.length - 1);
    clock.setRate(Number(rate.value));
  };
  const keys = {
    ' ': actions.play, k: actions.play, l: actions.loop, m: actions.sound, c: actions.more, r: actions.reset, d: actions.theme,
    ArrowLeft: (event) => step(event.shiftKey ? -10 : -1), ArrowRight: (event) => step(event.shiftKey ? 10 : 1),
    ',': () => step(-1), '.': () => step(1), Home: () => clock.seek(0), End: () => clock.seek(clip.duration_s),
    '-': () => faster(-1), '+': () => faster(1),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // A list takes all keys for itself, a button or a box the space.
    const { tagName } = event.target;
    if (tagName === 'SELECT' || (['BUTTON', 'INPUT'].includes(tagName) && event.key === ' ')) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });

  let playing = null;
  let told = -1;
  function frame(now) {
    clock.tick(now);
    if (playing !== clock.playing) {
      playing = clock.playing;
      byId('play').innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${playing ? SHAPES.pause : SHAPES.play}"/></svg>`;
      byId('play').setAttribute('aria-label', playing ? 'Pause' : 'Play');
      if (playing) byId('begin').hidden = true;
    }
    if (told !== clock.time) {
      told = clock.time;
      tell();
      timeline.move(clock.time);
    }
    stage?.draw(clock.time);
    requestAnimationFrame(frame);
  }
  listChannels();
  showCurves();
  requestAnimationFrame(frame);
  // For whoever embeds or checks the page.
  window.media2face = { clock, figures, stage };
}

start().catch((error) => {
  console.error(error);
  note(`This page cannot be shown: ${error.message}`);
});
