// @ts-check
import { hasRange, rangeOf } from "../session/clips.js";
import { cutsAt } from "./redetect.js";

/**
 * What other cuts would mean for the clips there are.
 * @typedef {object} Difference
 * @property {number[]} more cuts that there are not now
 * @property {number[]} fewer cuts that there would be no more
 * @property {Record<string, number>} lost by letter: how many clips would not be the same any more
 */

/**
 * @param {import("../session/clips.js").Clips} clips
 * @param {readonly number[]} cuts ascending, strictly inside the video
 * @returns {Difference}
 */
export function differenceTo(clips, cuts) {
  const after = { ...clips, starts: [0, ...cuts] };
  const present = new Set(clips.starts);
  const wanted = new Set(after.starts);
  /** @type {Record<string, number>} */
  const lost = {};
  [...clips.letters].forEach((letter, index) => {
    if (!hasRange(after, rangeOf(clips, index))) lost[letter] = (lost[letter] ?? 0) + 1;
  });
  return {
    more: cuts.filter((cut) => !present.has(cut)),
    fewer: clips.starts.filter((start) => !wanted.has(start)),
    lost,
  };
}

/** @type {WeakMap<Float32Array, {threshold: number, cuts: number[]}>} the answer given last */
const answers = new WeakMap();

/**
 * The cuts that are on trial, while the task is to detect anew.
 * @param {Pick<import("../context.js").Desk, "scores" | "video" | "view">} desk
 * @returns {number[] | null} the same list until the threshold changes; null if nothing is on trial
 */
export function proposedCuts(desk) {
  const { task, threshold } = desk.view.value;
  const { scores } = desk.scores.value;
  if (task !== "detect" || !scores) return null;
  let answer = answers.get(scores);
  if (answer?.threshold !== threshold) {
    answer = { threshold, cuts: cutsAt(desk.video.detector, scores, threshold) };
    answers.set(scores, answer);
  }
  return answer.cuts;
}
