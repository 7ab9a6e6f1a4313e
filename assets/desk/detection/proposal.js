// @ts-check
import { hasRange, rangeOf } from "../session/clips.js";
import { MIN_SCENE_FRAMES, cutsAt } from "./redetect.js";

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
 * Cuts that a detector found, together with others that stay. A found one that is closer to one that
 * stays than two cuts may be yields to it: it would leave a clip of a few frames.
 * @param {readonly number[]} found
 * @param {readonly number[]} kept
 * @returns {number[]} ascending
 */
export function withKept(found, kept) {
  const taken = new Set();
  for (const cut of kept) {
    for (let near = 1 - MIN_SCENE_FRAMES; near < MIN_SCENE_FRAMES; near++) taken.add(cut + near);
  }
  return [...kept, ...found.filter((cut) => !taken.has(cut))].sort((a, b) => a - b);
}

/**
 * The cuts that people made or confirmed.
 * @param {Pick<import("../context.js").Desk, "session">} desk
 * @returns {number[]} ascending
 */
export function checkedCuts({ session }) {
  const { clips, checked } = session.value;
  return clips.starts.slice(1).filter((cut) => checked.has(cut));
}

/** @type {WeakMap<Float32Array, {about: readonly unknown[], cuts: number[]}>} the answer given last */
const answers = new WeakMap();

/**
 * The cuts that are on trial, while the task is to detect again.
 * @param {Pick<import("../context.js").Desk, "scores" | "session" | "video" | "view">} desk
 * @returns {number[] | null} the same list until something changes; null if nothing is on trial
 */
export function proposedCuts(desk) {
  const { task, threshold, keeps_checked } = desk.view.value;
  const { scores } = desk.scores.value;
  if (task !== "detect" || !scores) return null;
  const { clips, checked } = desk.session.value;
  const about = [threshold, keeps_checked, clips, checked];
  let answer = answers.get(scores);
  if (!answer || answer.about.some((thing, i) => thing !== about[i])) {
    const found = cutsAt(desk.video.detector, scores, threshold);
    answer = { about, cuts: keeps_checked ? withKept(found, checkedCuts(desk)) : found };
    answers.set(scores, answer);
  }
  return answer.cuts;
}
