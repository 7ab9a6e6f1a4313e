// @ts-check
/**
 * How sure a detector was of a cut: how far its score is from the threshold, in units of the
 * threshold. Near it, on either side, another threshold would have decided otherwise. Far below it
 * are cuts that people made where the detector saw nothing; nobody doubts these more than those far
 * above.
 *
 * @typedef {object} ScoredCut
 * @property {number} frame
 * @property {number} score 0 without scores
 * @property {number} margin 0 at the threshold; 1 at twice the threshold, and where the score is 0
 * @property {boolean} checked whether somebody has confirmed it
 */

/** Cuts with a smaller margin are marked as doubtful. */
const DOUBTFUL_MARGIN = 0.5;

/**
 * @param {readonly number[]} cuts
 * @param {Float32Array | null} scores one a frame
 * @param {number} threshold
 * @param {ReadonlySet<number>} checked cuts that somebody has confirmed
 * @returns {ScoredCut[]} the least certain first, equal ones by frame; checked ones in their places
 */
export function cutsByCertainty(cuts, scores, threshold, checked) {
  return scoredCuts(cuts, scores, threshold, checked).sort(
    (a, b) => a.margin - b.margin || a.frame - b.frame,
  );
}

/**
 * @param {readonly number[]} cuts
 * @param {Float32Array | null} scores one a frame
 * @param {number} threshold
 * @param {ReadonlySet<number>} checked cuts that somebody has confirmed
 * @returns {ScoredCut[]} in the order of `cuts`
 */
const scoredCuts = (cuts, scores, threshold, checked) =>
  cuts.map((frame) => {
    const score = scores?.[frame] ?? 0;
    const margin = Math.abs(score - threshold) / threshold;
    return { frame, score, margin, checked: checked.has(frame) };
  });

/**
 * Cuts to look at: the detector was unsure of them, and nobody has confirmed them yet.
 * @param {ScoredCut[]} cuts
 */
export const doubtful = (cuts) => cuts.filter((cut) => !cut.checked && cut.margin < DOUBTFUL_MARGIN);

/**
 * @typedef {object} Doubts
 * @property {readonly unknown[]} about what they are about
 * @property {ReadonlySet<number>} frames
 */

/** @type {WeakMap<import("../session/clips.js").Clips, Doubts>} the answer given last */
const answers = new WeakMap();

/**
 * The doubtful cuts of a desk.
 * @param {Pick<import("../context.js").Desk, "scores" | "session" | "video">} desk
 * @returns {ReadonlySet<number>} the same one until something changes
 */
export function doubtfulCuts({ scores, session, video }) {
  const { clips, checked } = session.value;
  const about = [checked, scores.value.scores];
  let answer = answers.get(clips);
  if (!answer || answer.about.some((thing, i) => thing !== about[i])) {
    const cuts = scores.value.scores ? clips.starts.slice(1) : [];
    const scored = scoredCuts(cuts, scores.value.scores, video.threshold, checked);
    answer = { about, frames: new Set(doubtful(scored).map((cut) => cut.frame)) };
    answers.set(clips, answer);
  }
  return answer.frames;
}
