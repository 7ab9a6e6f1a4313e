// @ts-check
import { clamp } from "./viewport.js";

/** The height of the threshold on the curve; what is above it has the rest. */
const THRESHOLD_HEIGHT = 0.4;

/**
 * The least and the highest score at each pixel, so that no peak vanishes at any zoom.
 * @param {Float32Array} scores one a frame
 * @param {import("./viewport.js").Viewport} viewport
 * @returns {{least: Float32Array, highest: Float32Array}} one a pixel; NaN beyond the video
 */
export function columns(scores, viewport) {
  const least = new Float32Array(viewport.widthPx).fill(NaN);
  const highest = new Float32Array(viewport.widthPx).fill(NaN);
  let first = viewport.frameAt(0);
  for (let px = 0; px < viewport.widthPx; px++) {
    const next = viewport.frameAt(px + 1);
    for (let frame = first; frame === first || frame < next; frame++) {
      if (!(scores[frame] >= least[px])) least[px] = scores[frame];
      if (!(scores[frame] <= highest[px])) highest[px] = scores[frame];
    }
    first = next;
  }
  return { least, highest };
}

/**
 * How high a score stands on the curve: evenly up to the threshold, above it by its logarithm, since
 * ratios reach 255 and all that matters happens around 3.
 * @param {number} score
 * @param {number} threshold
 * @param {number} highest the highest score of the video
 * @returns {number} 0 to 1
 */
export function heightOf(score, threshold, highest) {
  const ratio = score / threshold;
  if (ratio <= 1) return THRESHOLD_HEIGHT * Math.max(0, ratio);
  const top = Math.log(Math.max(2, highest / threshold));
  return Math.min(1, THRESHOLD_HEIGHT + ((1 - THRESHOLD_HEIGHT) * Math.log(ratio)) / top);
}

/**
 * The highest score near a frame: where a cut snaps to.
 * @param {Float32Array} scores one a frame
 * @param {number} frame
 * @param {number} reach frames on either side
 * @returns {number} of equal ones the nearest to the frame
 */
export function peakNear(scores, frame, reach) {
  let peak = clamp(frame, 0, scores.length - 1);
  for (let distance = 1; distance <= reach; distance++) {
    for (const near of [frame - distance, frame + distance]) {
      if (scores[near] > scores[peak]) peak = near;
    }
  }
  return peak;
}
