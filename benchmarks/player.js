// @ts-check
/** What benchmarks/player.py runs in a page: bundled, and there as `bench`. */
import { Controller } from "../assets/webcodecs/controller.js";
import { frameStartingAt, middleOfFrame } from "../assets/webcodecs/frames.js";
import { readBarcode } from "../tests/player/barcode.js";

/** @typedef {import("../assets/webcodecs/core.js").Source} Source */
/** @typedef {{ms: number, isWrong: boolean}} Timed */

/** As fast as a held key repeats. */
const REPEAT_MS = 33;
/** Longer than either player goes on working after a request. */
const REST_MS = 500;

/** @type {Source} */
let source;
/** @type {Controller} */
let controller;
const video = document.createElement("video");
const canvas = document.createElement("canvas");

/** @param {Source} opened */
async function open(opened) {
  source = opened;
  canvas.width = source.width;
  canvas.height = source.height;
  controller = new Controller(document.createElement("canvas"), source, { player: "webcodecs" });
  document.body.append(video, canvas);
  await controller.load();
  video.muted = true;
  video.preload = "auto";
  video.src = source.src;
  await new Promise((resolve) => video.addEventListener("canplay", resolve, { once: true }));
}

/** @param {number} ms */
const rest = (ms = REST_MS) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * From asking until the picture is drawn: one of its points is read, so that the drawing is over.
 * @param {() => Promise<boolean>} ask
 * @returns {Promise<Timed>}
 */
async function time(ask) {
  const began = performance.now();
  const done = ask();
  const { target } = controller;
  await done;
  const { canvas: painted } = controller;
  painted.getContext("2d")?.getImageData(0, 0, 1, 1);
  return { ms: performance.now() - began, isWrong: readBarcode(painted) !== target };
}

/**
 * From setting `currentTime` until the frame is presented and its seek is over.
 * @param {number} frame
 * @returns {Promise<Timed>}
 */
async function timeVideo(frame) {
  const { fpsNum, fpsDen } = source;
  const began = performance.now();
  const sought = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  const presented = new Promise((resolve) => {
    const look = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ { mediaTime }) => {
      if (frameStartingAt(mediaTime, fpsNum, fpsDen) === frame) resolve(null);
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
  video.currentTime = middleOfFrame(frame, fpsNum, fpsDen);
  await Promise.all([sought, presented]);
  const ms = performance.now() - began;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return { ms, isWrong: readBarcode(canvas) !== frame };
}

/**
 * Random frames, by WebCodecs and by `<video>`; they take turns.
 * @param {number[][]} turns
 */
async function seekUncached(turns) {
  const [codec, element] = [/** @type {Timed[]} */ ([]), /** @type {Timed[]} */ ([])];
  let bytes = 0;
  for (const frames of turns) {
    const before = fetchedBytes();
    for (const frame of frames) codec.push(await time(() => controller.seek(frame)));
    bytes += fetchedBytes() - before;
    await rest();
    for (const frame of frames) element.push(await timeVideo(frame));
    await rest();
  }
  return { codec, element, bytes };
}

/**
 * Frames that were shown before, some time ago.
 * @param {number[]} frames
 */
async function seekCached(frames) {
  for (const frame of frames) await controller.seek(frame);
  const timed = [];
  for (const frame of frames) timed.push(await time(() => controller.seek(frame)));
  return timed;
}

/**
 * A key held down: a step each time it repeats.
 * @param {number} from
 * @param {number[]} steps
 */
async function hold(from, steps) {
  await controller.seek(from);
  await rest();
  const timed = [];
  for (const step of steps) {
    const next = rest(REPEAT_MS);
    timed.push(await time(() => controller.step(step)));
    await next;
  }
  return timed;
}

/** Give back what the `<video>` holds. */
function closeVideo() {
  video.removeAttribute("src");
  video.load();
  video.remove();
}

/** @param {number[]} frames */
async function seekOften(frames) {
  for (const frame of frames) await controller.seek(frame);
  return controller.figures;
}

const fetchedBytes = () => controller.figures?.fetchedBytes ?? 0;

Object.assign(globalThis, { bench: { open, seekUncached, seekCached, hold, closeVideo, seekOften } });
