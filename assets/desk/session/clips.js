// @ts-check
/**
 * The clips of a video, in timeline order: clip i is the frames from `starts[i]` to the next start,
 * the last one's to `frameCount`, so clips always tile the video. They are replaced, never changed.
 * @typedef {object} Clips
 * @property {number} frameCount
 * @property {readonly number[]} starts ascending, from 0
 * @property {readonly number[]} ids negative while the server has not named the clip
 * @property {string} letters of the clips' states, one each: P A E S D !
 * @property {readonly number[]} groups 0 for none, negative while the server has not named it
 *
 * @typedef {Pick<Clips, "starts" | "ids" | "letters" | "groups">} Row clips next to each other
 * @typedef {readonly [number, number]} Range frames [start, end)
 */

/**
 * The index of the clip that holds a frame, or would if there were more frames.
 * @param {Clips} clips
 * @param {number} frame
 */
export function clipAt({ starts }, frame) {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= frame) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * @param {Clips} clips
 * @param {number} index
 * @returns {number} the first frame after the clip
 */
export const endOf = ({ starts, frameCount }, index) => starts[index + 1] ?? frameCount;

/**
 * @param {Clips} clips
 * @param {number} index
 * @returns {Range}
 */
export const rangeOf = (clips, index) => [clips.starts[index], endOf(clips, index)];

/**
 * @param {Clips} clips
 * @param {number} frame
 */
export const isCut = (clips, frame) => frame > 0 && clips.starts[clipAt(clips, frame)] === frame;

/**
 * Whether this is still a clip.
 * @param {Clips} clips
 * @param {Range} range
 */
export function hasRange(clips, [start, end]) {
  const index = clipAt(clips, start);
  return clips.starts[index] === start && endOf(clips, index) === end;
}

/**
 * Whether both say the same of every clip.
 * @param {Clips} one
 * @param {Clips} other
 */
export const isSame = (one, other) =>
  one.letters === other.letters &&
  areEqual(one.starts, other.starts) &&
  areEqual(one.ids, other.ids) &&
  areEqual(one.groups, other.groups);

/**
 * @param {readonly number[]} one
 * @param {readonly number[]} other
 */
const areEqual = (one, other) =>
  one.length === other.length && one.every((number, i) => number === other[i]);

/**
 * Put a row of clips in the place of others.
 * @param {Clips} clips
 * @param {number} at index of the first one that goes
 * @param {number} removed how many go
 * @param {Row} row covers the same frames
 * @returns {Clips}
 */
export const replaceClips = (clips, at, removed, row) => ({
  frameCount: clips.frameCount,
  starts: splice(clips.starts, at, removed, row.starts),
  ids: splice(clips.ids, at, removed, row.ids),
  letters: clips.letters.slice(0, at) + row.letters + clips.letters.slice(at + removed),
  groups: splice(clips.groups, at, removed, row.groups),
});

/**
 * @param {readonly number[]} all
 * @param {number} at
 * @param {number} removed
 * @param {readonly number[]} fresh of any length, unlike the arguments of `toSpliced`
 */
const splice = (all, at, removed, fresh) => [
  ...all.slice(0, at),
  ...fresh,
  ...all.slice(at + removed),
];
