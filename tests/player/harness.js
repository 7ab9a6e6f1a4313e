// @ts-check
/** What tests of the player run in a page: bundled, and there as `player`. */
import { Controller } from "../../assets/webcodecs/controller.js";
import { FrameSource } from "../../assets/webcodecs/core.js";
import { SoundDecoder } from "../../assets/webcodecs/sound_decoder.js";
import { readBarcode } from "./barcode.js";

/** Decoded pictures that nobody has closed. */
let openPictures = 0;
/** @type {Set<number>} frames that came out of a decoder since pictures are counted */
const decodedFrames = new Set();
let tellDecoded = () => {};

/**
 * A controller on a canvas of the page, and every frame that it has painted, as it says and as the
 * picture itself says.
 * @typedef {object} Opened
 * @property {Controller} controller
 * @property {HTMLCanvasElement} canvas
 * @property {{frame: number, number: number}[]} painted
 * @property {import("../../assets/webcodecs/controller.js").PlayerState[]} states
 */

/**
 * @param {import("../../assets/webcodecs/core.js").Source} source
 * @param {{player?: "auto" | "webcodecs" | "video"}} [options]
 * @returns {Promise<Opened>}
 */
async function open(source, options) {
  const canvas = document.body.appendChild(document.createElement("canvas"));
  const controller = new Controller(canvas, source, options);
  /** @type {Opened} */
  const opened = { controller, canvas, painted: [], states: [] };
  controller.on("frame", (frame) => opened.painted.push({ frame, number: readBarcode(canvas) }));
  controller.on("state", (state) => opened.states.push(state));
  Object.assign(globalThis, { opened });
  await controller.load();
  return opened;
}

/**
 * Ask for frame after frame, and look at the canvas after each.
 * @param {Opened} opened
 * @param {Iterable<{step: number} | {frame: number}>} moves
 * @returns {Promise<string[]>} what was wrong
 */
async function follow({ controller, canvas, painted }, moves) {
  const wrong = [];
  for (const move of moves) {
    const done = "step" in move ? controller.step(move.step) : controller.seek(move.frame);
    const { target } = controller;
    const isPainted = await done;
    const shown = readBarcode(canvas);
    if (!isPainted || shown !== target || controller.frame !== target) {
      wrong.push(`asked for ${target}, saw ${shown}, told ${controller.frame} (${isPainted})`);
    }
  }
  for (const { frame, number } of painted) {
    if (frame !== number) wrong.push(`told ${frame}, painted ${number}`);
  }
  return wrong;
}

/**
 * The same in every run: a linear congruential generator (Numerical Recipes).
 * @param {number} seed
 */
function randomBelow(seed) {
  let state = seed;
  return (/** @type {number} */ bound) => {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/**
 * Single steps, steps back, ten frames at once, and keys held until they go 16 frames at a time.
 * @param {number} count
 * @param {(bound: number) => number} below
 */
function* steps(count, below) {
  while (count > 0) {
    const sign = below(2) ? 1 : -1;
    const held = below(12) + 1;
    const isAccelerated = below(3) === 0;
    const size = below(4) === 0 ? 10 : 1;
    for (let i = 0; i < held && count > 0; i++, count--) {
      yield { step: sign * (isAccelerated ? 2 ** Math.min(4, i >> 1) : size) };
    }
  }
}

/**
 * @param {number} count
 * @param {number} frameCount
 * @param {(bound: number) => number} below
 */
function* seeks(count, frameCount, below) {
  for (let i = 0; i < count; i++) yield { frame: below(frameCount) };
}

/** Count every picture that comes out of a decoder until it is closed. */
function countPictures() {
  const Decoder = globalThis.VideoDecoder;
  globalThis.VideoDecoder = class extends Decoder {
    /** @param {VideoDecoderInit} init */
    constructor({ output, error }) {
      super({
        output: (picture) => {
          openPictures++;
          decodedFrames.add(picture.timestamp);
          output(picture);
          tellDecoded();
        },
        error,
      });
    }
  };
  const { close } = VideoFrame.prototype;
  VideoFrame.prototype.close = function () {
    if (this.format !== null) openPictures--; // not yet closed
    close.call(this);
  };
}

/**
 * Resolve once pictures of these frames are where they were wanted; they must be counted.
 * @param {number[]} frames
 */
async function whenDecoded(frames) {
  while (!frames.every((frame) => decodedFrames.has(frame))) {
    await new Promise((resolve) => (tellDecoded = () => resolve(undefined)));
  }
  await displayed(1);
}

/**
 * Resolve once the display was drawn so often: in each a picture could have been painted.
 * @param {number} times
 */
async function displayed(times) {
  for (let i = 0; i < times; i++) await new Promise(requestAnimationFrame);
}

/**
 * Break the decoder: the next pictures end in an error.
 * @param {number} count
 */
function breakDecoder(count) {
  const { decode } = VideoDecoder.prototype;
  VideoDecoder.prototype.decode = function (chunk) {
    if (count-- > 0) throw new DOMException("broken for this test", "EncodingError");
    decode.call(this, chunk);
  };
}

/** Make every decoder hold its newest picture back until another comes or it is flushed. */
function holdPicturesBack() {
  const Decoder = globalThis.VideoDecoder;
  globalThis.VideoDecoder = class extends Decoder {
    /** @type {VideoFrame[]} */
    #held;
    #output;
    /** @param {VideoDecoderInit} init */
    constructor({ output, error }) {
      /** @type {VideoFrame[]} */
      const held = [];
      super({
        output: (picture) => {
          if (held.push(picture) > 1) output(/** @type {VideoFrame} */ (held.shift()));
        },
        error,
      });
      this.#held = held;
      this.#output = output;
    }
    async flush() {
      await super.flush();
      for (const picture of this.#held.splice(0)) this.#output(picture);
    }
  };
}

/** @param {number | undefined} gb what the browser says that the device has; undefined: nothing */
function setDeviceMemory(gb) {
  Object.defineProperty(navigator, "deviceMemory", { configurable: true, value: gb });
}

/**
 * Tell the page that it is hidden, or seen again.
 * @param {boolean} hidden
 */
function hide(hidden) {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}

/**
 * Resolve once something is so; it is looked at whenever a frame was painted or the state changed.
 * @param {{controller: Controller}} opened
 * @param {() => boolean} isSo
 * @returns {Promise<void>}
 */
function until({ controller }, isSo) {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return;
      for (const end of ends) end();
      resolve();
    };
    const ends = [controller.on("frame", look), controller.on("state", look)];
    look();
  });
}

/**
 * Play until so many frames were painted, or it stops.
 * @param {Opened} opened
 * @param {number} count
 * @returns {Promise<number[]>} those frames, as the pictures say
 */
async function play(opened, count) {
  const { controller, painted } = opened;
  const before = painted.length;
  await controller.play();
  await until(opened, () => painted.length >= before + count || !controller.playing);
  const wrong = painted.filter(({ frame, number }) => frame !== number);
  if (wrong.length) throw new Error(`painted others than told: ${JSON.stringify(wrong)}`);
  return painted.slice(before).map(({ number }) => number);
}

/**
 * @param {import("../../assets/webcodecs/core.js").Source} source
 * @param {number} until_s
 * @returns {Promise<number[]>} when clicks begin, in seconds
 */
async function clicks(source, until_s) {
  const frames = await FrameSource.open(source);
  if (!frames.audio) throw new Error("there is no sound");
  const decoder = await SoundDecoder.open(frames.ranges, frames.audio);
  if (!decoder) throw new Error("the sound is not decoded");
  const found = [];
  let quiet_s = -1;
  for (let time_s = 0; time_s < until_s; ) {
    const { buffer, start_s, end_s } = await decoder.piece(time_s + 0.01);
    buffer.getChannelData(0).forEach((sample, i) => {
      const at_s = start_s + i / buffer.sampleRate;
      if (Math.abs(sample) < 0.05) return;
      if (at_s - quiet_s > 0.02) found.push(at_s);
      quiet_s = at_s;
    });
    time_s = end_s;
  }
  decoder.close();
  frames.close();
  return found;
}

/**
 * Play a video once from its first frame to its last.
 * @param {Controller} controller that has been opened
 * @param {number} frameCount
 * @returns {Promise<number>} how many of its frames were painted
 */
async function playThrough(controller, frameCount) {
  const seen = new Set();
  const end = controller.on("frame", (frame) => seen.add(frame));
  await controller.seek(0);
  await controller.play();
  await until({ controller }, () => !controller.playing && controller.frame === frameCount - 1);
  end();
  return seen.size;
}

/**
 * The same by a `<video>` on the page, as it tells of the frames that it presents.
 * @param {HTMLVideoElement} video
 * @returns {Promise<number>}
 */
async function playVideoThrough(video) {
  const seen = new Set();
  const look = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ { mediaTime }) => {
    seen.add(mediaTime);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  video.currentTime = 0;
  const ended = new Promise((resolve) => video.addEventListener("ended", resolve, { once: true }));
  await video.play();
  await ended;
  return seen.size;
}

/**
 * Both, in turns, while nothing else is done with the pictures.
 * @param {import("../../assets/webcodecs/core.js").Source} source
 * @param {number} rounds
 * @returns {Promise<{player: number, video: number}[]>} frames shown in each round
 */
async function compare(source, rounds) {
  const controller = new Controller(document.createElement("canvas"), source);
  document.body.append(controller.canvas);
  await controller.load();
  const video = document.body.appendChild(document.createElement("video"));
  video.muted = true;
  video.src = source.src;
  const shown = [];
  for (let round = 0; round < rounds; round++) {
    const player = await playThrough(controller, source.frameCount);
    shown.push({ player, video: await playVideoThrough(video) });
  }
  controller.close();
  return shown;
}

/** What was handed to the sound card: when, from where in its piece, and how fast. */
function recordSound() {
  /** @type {{context: BaseAudioContext, when: number, offset: number, length: number, speed: number}[]} */
  const started = [];
  const { start } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (when = 0, offset = 0, length = 0) {
    const { context, playbackRate } = this;
    started.push({ context, when, offset, length, speed: playbackRate.value });
    start.call(this, when, offset, length);
  };
  return started;
}

Object.assign(globalThis, {
  player: {
    Controller,
    FrameSource,
    open,
    follow,
    randomBelow,
    steps,
    seeks,
    readBarcode,
    countPictures,
    whenDecoded,
    displayed,
    breakDecoder,
    holdPicturesBack,
    setDeviceMemory,
    hide,
    until,
    play,
    clicks,
    recordSound,
    compare,
    openPictures: () => openPictures,
  },
});
