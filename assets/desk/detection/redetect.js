// @ts-check
/**
 * Cuts from a detector's stored scores: the counterpart of heaters.media.detectors.redetect, tested
 * to answer the same. Scores and thresholds compare as float32, as they do in NumPy.
 */

/** Two cuts are at least this far apart. */
export const MIN_SCENE_FRAMES = 4;

/**
 * @param {string} detector
 * @param {Float32Array} scores one a frame
 * @param {number} threshold above 0
 * @returns {number[]} first frames of all scenes but the first, ascending
 */
export function cutsAt(detector, scores, threshold) {
  const find = FINDERS[detector];
  if (!find) throw new Error(`unknown detector "${detector}"`);
  return find(scores, Math.fround(threshold));
}

/** @type {Record<string, (scores: Float32Array, threshold: number) => number[]>} */
const FINDERS = {
  adaptive: farEnough,
  content: flurriesMerged,
  transnetv2: highestFrames,
  union: highestFrames,
};

/**
 * Each frame that reaches the threshold and is far enough from the last cut, or from the beginning.
 * @param {Float32Array} scores
 * @param {number} threshold
 */
function farEnough(scores, threshold) {
  const found = [];
  let last = 0;
  for (let frame = MIN_SCENE_FRAMES; frame < scores.length; frame++) {
    if (scores[frame] >= threshold && frame - last >= MIN_SCENE_FRAMES) {
      found.push(frame);
      last = frame;
    }
  }
  return found;
}

/**
 * PySceneDetect's FlashFilter in its mode MERGE: frames that reach the threshold and are closer
 * than the shortest scene are one cut at the last of them, once the first cut is found.
 * @param {Float32Array} scores
 * @param {number} threshold
 */
function flurriesMerged(scores, threshold) {
  const found = [];
  let lastAbove = 0;
  let mergingFrom = -1;
  for (let frame = 0; frame < scores.length; frame++) {
    const isAbove = scores[frame] >= threshold;
    const isFar = frame - lastAbove >= MIN_SCENE_FRAMES;
    if (isAbove) lastAbove = frame;
    if (mergingFrom >= 0) {
      if (isFar && !isAbove && lastAbove - mergingFrom >= MIN_SCENE_FRAMES) {
        mergingFrom = -1;
        found.push(lastAbove);
      }
    } else if (isAbove && isFar) {
      found.push(frame);
    } else if (isAbove && found.length) {
      mergingFrom = frame;
    }
  }
  return found;
}

/**
 * The highest frame of each run that reaches the threshold; of two too close ones the higher.
 * @param {Float32Array} scores
 * @param {number} threshold
 */
function highestFrames(scores, threshold) {
  /** @type {number[]} */
  const found = [];
  for (let first = 0; first < scores.length; first++) {
    if (!(scores[first] >= threshold)) continue;
    let highest = first;
    let end = first + 1;
    for (; scores[end] >= threshold; end++) if (scores[end] > scores[highest]) highest = end;
    first = end;
    const last = found.length - 1;
    if (last < 0 || highest - found[last] >= MIN_SCENE_FRAMES) found.push(highest);
    else if (scores[highest] > scores[found[last]]) found[last] = highest;
  }
  return found;
}
