// @ts-check
import { MIN_SCENE_FRAMES } from "../detection/redetect.js";
import { clipAt, endOf, hasRange, isCut, rangeOf, replaceClips } from "./clips.js";

/**
 * What can be done to clips, each giving new ones: the rules of heaters/domain/cuts.py and
 * timeline.py, with refusals in the same words.
 * @typedef {import("./clips.js").Clips} Clips
 * @typedef {import("./clips.js").Range} Range
 */

/** What is asked for breaks a rule; the message says which. */
export class Refused extends Error {}

/**
 * @param {Clips} clips
 * @param {number} frame
 * @returns {number} index of the clip that starts at this cut
 */
export function cutAt(clips, frame) {
  if (!isCut(clips, frame)) throw new Refused(`there is no cut at frame ${frame}`);
  return clipAt(clips, frame);
}

/**
 * @param {Clips} clips
 * @param {number} frame first of the later clip
 * @returns {Clips}
 */
export function addCut(clips, frame) {
  refuseOutside(clips, frame);
  const index = clipAt(clips, frame);
  if (clips.starts[index] === frame) throw alreadyCut(frame);
  return recut(clips, index, 1, [clips.starts[index], frame]);
}

/**
 * @param {Clips} clips
 * @param {number} frame
 * @returns {Clips}
 */
export function removeCut(clips, frame) {
  const index = cutAt(clips, frame);
  return recut(clips, index - 1, 2, [clips.starts[index - 1]]);
}

/**
 * @param {Clips} clips
 * @param {number} frame
 * @param {number} toFrame strictly between the neighbouring cuts
 * @returns {Clips}
 */
export function moveCut(clips, frame, toFrame) {
  const index = cutAt(clips, frame);
  if (frame === toFrame) throw alreadyCut(frame);
  const [previous, next] = [clips.starts[index - 1], endOf(clips, index)];
  if (toFrame <= previous || toFrame >= next) {
    throw new Refused(`a cut between ${previous} and ${next} cannot be moved to frame ${toFrame}`);
  }
  return recut(clips, index - 1, 2, [previous, toFrame]);
}

/**
 * Cut here and nowhere else; clips whose frames stay the same are left alone.
 * @param {Clips} clips
 * @param {readonly number[]} cuts in any order
 * @returns {Clips}
 */
export function replaceCuts(clips, cuts) {
  const sorted = cuts.toSorted((one, other) => one - other);
  for (const outermost of [...sorted.slice(0, 1), ...sorted.slice(-1)]) {
    refuseOutside(clips, outermost);
  }
  const twice = sorted.find((cut, index) => cut === sorted[index + 1]);
  if (twice !== undefined) throw alreadyCut(twice);
  return recut(clips, 0, clips.starts.length, [0, ...sorted]);
}

/**
 * Cuts that a detector found, together with others that stay. A found one that is closer to one that
 * stays than two cuts may be yields to it: it would leave a clip of a few frames.
 * @param {readonly number[]} found
 * @param {readonly number[]} kept each once
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
 * Set the states of clips; what is approved and on its way to a file stays so when approved again.
 * @param {Clips} clips
 * @param {readonly Range[]} ranges
 * @param {"A" | "S" | "D"} letter
 * @returns {Clips}
 */
export function judge(clips, ranges, letter) {
  const letters = [...clips.letters];
  for (const index of indicesOf(clips, ranges, 1)) {
    if (letter !== "A" || !"AE!".includes(letters[index])) letters[index] = letter;
  }
  return { ...clips, letters: letters.join("") };
}

/**
 * Put clips in a group of their own.
 * @param {Clips} clips
 * @param {readonly Range[]} ranges
 * @returns {Clips}
 */
export function group(clips, ranges) {
  const indices = indicesOf(clips, ranges, 2);
  const present = new Set(indices.map((index) => clips.groups[index]));
  const isGroup = present.size === 1 && !present.has(0);
  return isGroup ? clips : withGroup(clips, indices, lowest(clips.groups) - 1);
}

/**
 * Take clips out of their groups.
 * @param {Clips} clips
 * @param {readonly Range[]} ranges
 * @returns {Clips}
 */
export const ungroup = (clips, ranges) => withGroup(clips, indicesOf(clips, ranges, 1), 0);

/** @param {number} start where a clip starts: what stands for its id until it has one */
const nameless = (start) => -1 - start;

/** @param {readonly number[]} groups */
const lowest = (groups) => groups.reduce((low, name) => Math.min(low, name), 0);

/** @param {number} frame */
const alreadyCut = (frame) => new Refused(`there is already a cut at frame ${frame}`);

/**
 * @param {Clips} clips
 * @param {number} frame
 */
function refuseOutside({ frameCount }, frame) {
  if (frame > 0 && frame < frameCount) return;
  throw new Refused(
    `frame ${frame} cannot be a cut: cuts lie strictly between 0 and ${frameCount}`,
  );
}

/**
 * @param {Clips} clips
 * @param {readonly Range[]} ranges
 * @param {number} atLeast
 */
function indicesOf(clips, ranges, atLeast) {
  if (ranges.length < atLeast) {
    throw new Refused(`choose at least ${atLeast} clip${atLeast > 1 ? "s" : ""}`);
  }
  return ranges.map((range) => {
    if (!hasRange(clips, range)) {
      throw new Refused(`[${range[0]}, ${range[1]}) is not a clip: the cuts have changed`);
    }
    return clipAt(clips, range[0]);
  });
}

/**
 * @param {Clips} clips
 * @param {number[]} indices
 * @param {number} name
 * @returns {Clips}
 */
function withGroup(clips, indices, name) {
  const groups = [...clips.groups];
  for (const index of indices) groups[index] = name;
  return { ...clips, groups };
}

/**
 * Let some clips start elsewhere. Those whose frames change become new ones, pending.
 * @param {Clips} clips
 * @param {number} at index of the first one
 * @param {number} removed how many of them
 * @param {number[]} starts the first is where it was
 * @returns {Clips}
 */
function recut(clips, at, removed, starts) {
  const end = endOf(clips, at + removed - 1);
  const after = { ...clips, starts, frameCount: end };
  const kept = starts.map((start, index) =>
    hasRange(clips, [start, endOf(after, index)]) ? clipAt(clips, start) : -1,
  );
  const inherited = inheritedGroups(clips, at, removed, after, kept);
  return replaceClips(clips, at, removed, {
    starts,
    ids: kept.map((old, index) => (old < 0 ? nameless(starts[index]) : clips.ids[old])),
    letters: kept.map((old) => (old < 0 ? "P" : clips.letters[old])).join(""),
    groups: kept.map((old, index) => (old < 0 ? inherited[index] : clips.groups[old])),
  });
}

/**
 * The group of each new clip: the one of all the clips that it takes the place of. A clip is
 * succeeded by all that are made inside of it, or else by the one that shares most frames with it.
 * @param {Clips} clips
 * @param {number} at
 * @param {number} removed
 * @param {Clips} after where clips start now
 * @param {number[]} kept index of the same clip before, -1 for a new one
 */
function inheritedGroups(clips, at, removed, after, kept) {
  /** @type {Set<number>[]} */
  const groups = kept.map(() => new Set());
  for (let old = at; old < at + removed; old++) {
    const [start, end] = rangeOf(clips, old);
    const first = clipAt(after, start);
    if (kept[first] === old) continue;
    const last = clipAt(after, end - 1);
    const heirs = [];
    let [most, mostFrames] = [first, 0];
    for (let index = first; index <= last; index++) {
      const [from, to] = rangeOf(after, index);
      const shared = Math.min(end, to) - Math.max(start, from);
      if (shared === to - from) heirs.push(index);
      if (shared > mostFrames) [most, mostFrames] = [index, shared];
    }
    for (const heir of heirs.length ? heirs : [most]) groups[heir].add(clips.groups[old]);
  }
  return groups.map((names) => (names.size === 1 ? [...names][0] : 0));
}
