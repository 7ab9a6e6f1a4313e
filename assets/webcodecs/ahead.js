// @ts-check
import { frameOf } from "./clock.js";

/** @typedef {import("./clock.js").Range} Range */

/** Displays show 60 pictures a second: of more than that, frames are left out evenly. */
const SHOWN_PER_S = 60;
const STEPS_AHEAD = 6;

/**
 * Every how many frames a picture is decoded while playing.
 * @param {number} fps
 * @param {number} speed
 */
export const strideOf = (fps, speed) => Math.max(1, Math.round((fps * speed) / SHOWN_PER_S));

/**
 * The frames that playing shows next, the nearest first.
 * @param {number} position where playing is
 * @param {number} stride
 * @param {number} count how many at most
 * @param {Range} range
 */
export function framesToPlay(position, stride, count, range) {
  const first = Math.ceil(Math.floor(position) / stride) * stride;
  const positions = Array.from({ length: count }, (_, i) => first + i * stride);
  return [...new Set(positions.map((each) => frameOf(each, range)))];
}

/**
 * The frames that someone who steps will want, the likeliest first: the next steps, the same steps
 * doubled (a held key accelerates), and a step back.
 * @param {number} frame
 * @param {number} step in frames, negative backward
 * @param {number} frameCount
 */
export function framesToStep(frame, step, frameCount) {
  const steps = Array.from({ length: STEPS_AHEAD }, (_, i) => frame + (i + 1) * step);
  return inside([...steps, frame + 2 * STEPS_AHEAD * step, frame - step], frameCount);
}

/**
 * The frames around one that is looked at.
 * @param {number} frame
 * @param {number} frameCount
 */
export const framesAround = (frame, frameCount) =>
  inside([frame + 1, frame - 1, frame + 2, frame - 2, frame + 3, frame + 4], frameCount);

/**
 * @param {number[]} frames
 * @param {number} frameCount
 */
const inside = (frames, frameCount) => frames.filter((frame) => frame >= 0 && frame < frameCount);
