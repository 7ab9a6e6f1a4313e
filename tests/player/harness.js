// @ts-check
/** What tests of the player run in a page: bundled, and there as `player`. */
import { Controller } from "../../assets/webcodecs/controller.js";
import { FrameSource } from "../../assets/webcodecs/core.js";
import { readBarcode } from "./barcode.js";

/** Decoded pictures that nobody has closed. */
let openPictures = 0;

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

/** Count every picture that comes out of a decoder, or is cloned, until it is closed. */
function countPictures() {
  const Decoder = globalThis.VideoDecoder;
  globalThis.VideoDecoder = class extends Decoder {
    /** @param {VideoDecoderInit} init */
    constructor({ output, error }) {
      super({ output: (picture) => (openPictures++, output(picture)), error });
    }
  };
  const { close, clone } = VideoFrame.prototype;
  VideoFrame.prototype.close = function () {
    if (this.format !== null) openPictures--;
    close.call(this);
  };
  VideoFrame.prototype.clone = function () {
    openPictures++;
    return clone.call(this);
  };
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
    openPictures: () => openPictures,
  },
});
