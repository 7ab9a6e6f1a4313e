// @ts-check
import { cutsAt } from "./redetect.js";

/**
 * What other cuts would mean for the clips there are.
 * @typedef {object} Difference
 * @property {number} cuts how many there would be
 * @property {readonly number[]} more cuts that there are not now
 * @property {readonly number[]} fewer cuts that there would be no more
 * @property {Record<string, number>} lost by letter: clips that would not be the same any more
 */

/**
 * @param {import("./clips.js").Clips} clips
 * @param {readonly number[]} cuts ascending, strictly inside the video
 * @returns {Difference}
 */
export function differenceTo({ starts, letters, frameCount }, cuts) {
  const wanted = new Set([0, ...cuts, frameCount]);
  const present = new Set(starts);
  /** @type {Record<string, number>} */
  const lost = {};
  let next = 0;
  starts.forEach((start, i) => {
    while (cuts[next] <= start) next++;
    const end = starts[i + 1] ?? frameCount;
    const isSame = wanted.has(start) && wanted.has(end) && !(cuts[next] < end);
    if (!isSame) lost[letters[i]] = (lost[letters[i]] ?? 0) + 1;
  });
  return {
    cuts: cuts.length,
    more: cuts.filter((cut) => !present.has(cut)),
    fewer: starts.filter((start) => !wanted.has(start)),
    lost,
  };
}

/** @type {WeakMap<Float32Array, {threshold: number, cuts: number[]}>} the answer given last */
const answers = new WeakMap();

/**
 * The cuts that are on trial, while the task is to detect anew.
 * @param {import("./context.js").Desk} desk
 * @returns {number[] | null} the same list until the threshold changes; null if nothing is on trial
 */
export function proposedCuts({ scores: { value }, video, view }) {
  const { task, threshold } = view.value;
  if (task !== "detect" || !value.scores) return null;
  let answer = answers.get(value.scores);
  if (answer?.threshold !== threshold) {
    answer = { threshold, cuts: cutsAt(video.detector, value.scores, threshold) };
    answers.set(value.scores, answer);
  }
  return answer.cuts;
}
