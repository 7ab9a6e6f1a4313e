// @ts-check
import { hasRange, rangeOf } from "../session/clips.js";
import { withKept } from "../session/edits.js";
import { checkedCuts } from "../session/foresight.js";
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

/**
 * Cuts on trial.
 * @typedef {object} Proposal
 * @property {number[]} found where the scores reach the threshold
 * @property {number[]} cuts with those that stay
 */

/** @type {WeakMap<Float32Array, {about: readonly unknown[], proposal: Proposal}>} the one made last */
const made = new WeakMap();

/**
 * The cuts that are on trial, while the task is to detect again.
 * @param {Pick<import("../context.js").Desk, "scores" | "session" | "video" | "view">} desk
 * @returns {Proposal | null} the same one until something changes; null if nothing is on trial
 */
export function proposalOf(desk) {
  const { task, threshold, keeps_checked } = desk.view.value;
  const { scores } = desk.scores.value;
  if (task !== "detect" || !scores) return null;
  const { clips, checked } = desk.session.value;
  const about = [threshold, keeps_checked, clips, checked];
  let last = made.get(scores);
  if (!last || last.about.some((thing, i) => thing !== about[i])) {
    const found = cutsAt(desk.video.detector, scores, threshold);
    const cuts = keeps_checked ? withKept(found, checkedCuts(desk.session.value)) : found;
    last = { about, proposal: { found, cuts } };
    made.set(scores, last);
  }
  return last.proposal;
}
