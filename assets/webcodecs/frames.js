// @ts-check
/**
 * Exact frame arithmetic: the counterpart of heaters/domain/time.py. A rate is a fraction
 * `fpsNum / fpsDen` of whole numbers, frames count from 0, seconds are only for asking the browser.
 */

/**
 * Where to seek to see a frame: its middle, which rounding cannot turn into a neighbour.
 * @param {number} frame
 * @param {number} fpsNum
 * @param {number} fpsDen
 * @returns {number} seconds
 */
export const middleOfFrame = (frame, fpsNum, fpsDen) => ((frame + 0.5) * fpsDen) / fpsNum;

/**
 * Which frame a browser presents, by the time it says the frame starts at, give or take half of one.
 * @param {number} seconds
 * @param {number} fpsNum
 * @param {number} fpsDen
 */
export const frameStartingAt = (seconds, fpsNum, fpsDen) => Math.round((seconds * fpsNum) / fpsDen);
