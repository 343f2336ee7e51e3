// Runs a lip-sync worklet made for browsers over a sound, in Node: what it needs of WebAudio is stood in for here.
//
//   node lipsync.mjs headaudio PACKAGE SOUND RATE FPS OUT
//   node lipsync.mjs wlipsync PACKAGE SOUND RATE FPS OUT PROFILE.json
//   node lipsync.mjs mfcc PACKAGE SOUND RATE FPS OUT
//
// PACKAGE is the unpacked package's folder; SOUND and OUT are raw float32, little-endian. SOUND is mono at RATE Hz. OUT has a row
// per frame of FPS, read when the sound has been played up to the frame's middle: of headaudio its 15 visemes in the order of
// VISEMES, of wlipsync the weight of each name of the profile times the volume. `mfcc` writes wlipsync's features instead: a row
// (s, 12 values) per block.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const VISEMES = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"];
const BLOCK = 128; // samples that a browser hands to a worklet at once
const TICKS_PER_FRAME = 2; // a browser's page moves at 60 Hz

const [kind, folder, sound, rate, fps, out, profile] = process.argv.slice(2);
if (!out) throw new Error("usage: lipsync.mjs headaudio|wlipsync|mfcc PACKAGE SOUND RATE FPS OUT [PROFILE.json]");

/** Two ports, each of which hands its messages to the other at once. */
function channel() {
    const [page, worklet] = [{}, {}];
    page.postMessage = (data) => worklet.onmessage?.({ data });
    worklet.postMessage = (data) => page.onmessage?.({ data });
    return [page, worklet];
}

const registered = {};
let port; // of the worklet that is being made
globalThis.sampleRate = Number(rate);
globalThis.currentTime = 0;
globalThis.registerProcessor = (name, processor) => { registered[name] = processor; };
globalThis.AudioWorkletProcessor = class { port = port; };
globalThis.AudioWorkletNode = class {
    constructor(_context, name, options) {
        [this.port, port] = channel();
        this.processor = new registered[name](options);
        const wanted = registered[name].parameterDescriptors ?? [];
        this.values = Object.fromEntries(wanted.map((p) => [p.name, Float32Array.of(p.defaultValue)]));
    }
};
globalThis.fetch = async (path) => new Response(readFileSync(path));

const load = (name) => import(pathToFileURL(join(folder, "package", name)));
const samples = new Float32Array(Uint8Array.from(readFileSync(sound)).buffer);

/** Plays the sound; `tick(k)` is called TICKS_PER_FRAME times a frame, `k` counts the ticks from 1. */
function play(node, tick) {
    const frames = Math.floor((samples.length / rate) * fps + 0.5);
    let played = 0;
    for (let k = 1; k < TICKS_PER_FRAME * frames + 1; k++) {
        for (; (played + BLOCK) / rate <= k / (TICKS_PER_FRAME * fps); played += BLOCK) {
            globalThis.currentTime = played / rate;
            const block = new Float32Array(BLOCK);
            block.set(samples.subarray(played, played + BLOCK));
            node.processor.process([[block]], [], node.values);
        }
        tick(k);
    }
}

/** Whether a tick is at the middle of a frame. */
const inMiddle = (k) => k % TICKS_PER_FRAME === TICKS_PER_FRAME / 2;

async function headaudio() {
    await load("modules/headworklet.mjs");
    const { HeadAudio } = await load("modules/headaudio.mjs");
    const node = new HeadAudio(null), values = {}, rows = [];
    await node.loadModel(join(folder, "package", "dist", "model-en-mixed.bin"));
    node.onvalue = (name, value) => { values[name.replace("viseme_", "")] = value; };
    play(node, (k) => {
        node.update(1000 / (TICKS_PER_FRAME * fps));
        if (inMiddle(k)) rows.push(...VISEMES.map((name) => values[name] ?? 0));
    });
    return rows;
}

async function wlipsync(profile) {
    await load("dist/audio-processor.js");
    const { WLipSyncAudioNode } = await load("dist/wlipsync.js");
    const wasm = await WebAssembly.compile(readFileSync(join(folder, "package", "dist", "wlipsync.wasm")));
    const node = new WLipSyncAudioNode(null, profile, wasm);
    while (node.processor.volumeView === null) await new Promise((done) => setTimeout(done, 1)); // it is made ready elsewhere
    return node;
}

async function weights() {
    const told = JSON.parse(readFileSync(profile, "utf8")), node = await wlipsync(told), rows = [];
    play(node, (k) => {
        if (inMiddle(k)) rows.push(...Object.values(node.weights).map((weight) => weight * node.volume));
    });
    return rows;
}

async function mfcc() {
    // Version 1.3.1 computes as many coefficients as the profile has entries.
    const blank = Array(12).fill({ name: "-", mfccCalibrationDataList: [{ array: Array(12).fill(0) }] });
    const node = await wlipsync({ targetSampleRate: 16000, sampleCount: 1024, melFilterBankChannels: 30, compareMethod: 1,
                                  mfccNum: 12, mfccDataCount: 1, useStandardization: false, mfccs: blank });
    const { processor } = node, rows = [];
    const values = new Float32Array(processor.inputBuffer.buffer, processor.exports.mfccOut.value, 12);
    node.port.onmessage = ({ data }) => rows.push(data.timestamp + BLOCK / rate, ...values);
    play(node, () => {});
    return rows;
}

writeFileSync(out, Buffer.from(Float32Array.from(await { headaudio, wlipsync: weights, mfcc }[kind]()).buffer));
