// @ts-check
import { clipAt, endOf, rangeOf } from "./clips.js";

/**
 * What the keys and buttons ask for, given where the desk is: at the frame on the screen, or, while a
 * hand is quicker than the pictures, at the one that its last key leads to.
 * @typedef {import("../context.js").Desk} Desk
 * @typedef {import("./session.js").Intent} Intent
 */

/** @type {Record<string, (desk: Desk) => Intent | null>} null where there is nothing to act on */
export const INTENTS = {
  approve: (desk) => verdict(desk, "approve"),
  skip: (desk) => verdict(desk, "skip"),
  archive: (desk) => verdict(desk, "archive"),
  group: (desk) => ({ kind: "group", clips: chosenClips(desk, 2) }),
  ungroup: (desk) => ({ kind: "ungroup", clips: chosenClips(desk, 1) }),
  cut: (desk) => (isOpen(desk) ? { kind: "add_cut", frame: desk.player.target } : null),
  remove_cut: (desk) => {
    const frame = nearestCut(desk);
    return frame < 0 ? null : { kind: "remove_cut", frame };
  },
  start_here: (desk) => move(desk, startAt(desk), desk.player.target),
  end_here: (desk) => move(desk, endAt(desk), desk.player.target + 1),
  next_start_here: (desk) => move(desk, endAt(desk), desk.player.target),
};

/**
 * The clip that holds the playhead.
 * @param {Desk} desk
 * @returns {number} its index
 */
export const currentClip = ({ session, player }) =>
  clipAt(session.value.clips, Math.max(0, player.target));

/**
 * The clips that a group would be of: those marked, and the current one if that makes it enough.
 * @param {Desk} desk
 * @param {number} atLeast
 * @returns {import("./clips.js").Range[]} in order
 */
function chosenClips(desk, atLeast) {
  const { clips } = desk.session.value;
  const current = currentClip(desk);
  const marked = clips.starts.flatMap((start, i) => (desk.view.value.marked.has(start) ? [i] : []));
  const isEnough = marked.length >= atLeast || marked.includes(current);
  const chosen = isEnough ? marked : [...marked, current].sort((one, other) => one - other);
  return chosen.map((index) => rangeOf(clips, index));
}

/**
 * The cut that the playhead is nearest to; the one under examination, if one is.
 * @param {Desk} desk
 * @returns {number} -1 if the video is one clip
 */
export function nearestCut(desk) {
  const { task, cut } = desk.view.value;
  const frame = desk.player.target;
  if (task === "cuts") return cut;
  const [start, end] = [startAt(desk), endAt(desk)];
  if (end === desk.video.frame_count) return start || -1;
  return start > 0 && frame - start <= end - frame ? start : end;
}

/**
 * @param {Desk} desk
 * @param {"approve" | "skip" | "archive"} kind
 * @returns {Intent}
 */
const verdict = (desk, kind) => ({
  kind,
  clips: [rangeOf(desk.session.value.clips, currentClip(desk))],
});

/**
 * @param {Desk} desk
 * @param {number} frame
 * @param {number} toFrame
 * @returns {Intent | null}
 */
function move(desk, frame, toFrame) {
  const isCut = frame > 0 && frame < desk.video.frame_count;
  return isCut && isOpen(desk) ? { kind: "move_cut", frame, to_frame: toFrame } : null;
}

/** @param {Desk} desk */
const isOpen = ({ view }) => view.value.frame >= 0;

/** @param {Desk} desk @returns {number} where the current clip starts */
const startAt = (desk) => desk.session.value.clips.starts[currentClip(desk)];

/** @param {Desk} desk @returns {number} where the clip after it starts */
const endAt = (desk) => endOf(desk.session.value.clips, currentClip(desk));
