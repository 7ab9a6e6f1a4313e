// @ts-check
/**
 * The slider of a threshold: equal ways on it are equal ratios.
 * @typedef {{least: number, most: number}} Limits
 */

const REACH = 8;
const DIGITS = 3;

/**
 * How far a threshold is worth changing: from an eighth of the detector's own up to the highest score,
 * above which nothing is found.
 * @param {number} own
 * @param {Float32Array} scores
 * @returns {Limits}
 */
export function reach(own, scores) {
  const highest = scores.reduce((most, score) => Math.max(most, score), own);
  return { least: own / REACH, most: highest };
}

/**
 * @param {number} place 0 to 1
 * @param {Limits} limits
 * @returns {number} a number that is short to write
 */
export const thresholdAt = (place, { least, most }) =>
  Number((least * (most / least) ** place).toPrecision(DIGITS));

/**
 * @param {number} threshold
 * @param {Limits} limits
 * @returns {number} 0 to 1, also for one beyond the limits
 */
export const placeOf = (threshold, { least, most }) =>
  Math.max(0, Math.min(1, Math.log(threshold / least) / Math.log(most / least)));
