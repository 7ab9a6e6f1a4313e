// @ts-check
import { clipAt, endOf, isCut } from "../session/clips.js";
import { cutsByCertainty } from "./certainty.js";

/**
 * Checking cuts, from the one that the detector was least certain of to the most.
 * @typedef {import("../context.js").Desk} Desk
 */

/** How much is played before and after a cut. */
const LOOP_FRAMES = 12;

/**
 * @param {Desk} desk
 * @returns {import("./certainty.js").ScoredCut[]} all of them, the least certain first
 */
export function cutsInOrder({ session, scores, video }) {
  const { clips, checked } = session.value;
  return cutsByCertainty(clips.starts.slice(1), scores.value.scores, video.threshold, checked);
}

/**
 * The next cut that nobody has checked, beginning after this one.
 * @param {readonly {frame: number, checked: boolean}[]} cuts in the order of checking
 * @param {number} frame -1 to begin with the first
 * @returns {number} -1 if there is none
 */
export function nextUnchecked(cuts, frame) {
  const at = cuts.findIndex((cut) => cut.frame === frame) + 1;
  const next = [...cuts.slice(at), ...cuts.slice(0, at)].find((cut) => !cut.checked);
  return !next || next.frame === frame ? -1 : next.frame;
}

/**
 * Show a cut and play across it again and again.
 * @param {Desk} desk
 * @param {number} cut -1 to show none
 */
export function examine({ view, player, video }, cut) {
  view.set({ cut, cut_to: -1 });
  if (cut >= 0) playAcross(player, cut, video.frame_count);
}

/**
 * Begin with the first cut that nobody has checked, if none is under examination.
 * @param {Desk} desk
 */
export function begin(desk) {
  const { cut, player } = desk.view.value;
  if (player === "" || isCut(desk.session.value.clips, cut)) return;
  const cuts = cutsInOrder(desk);
  const next = nextUnchecked(cuts, -1);
  examine(desk, next >= 0 ? next : (cuts[0]?.frame ?? -1));
}

/**
 * Examine the cut that many places further on, checked or not.
 * @param {Desk} desk
 * @param {number} places
 */
export function examineBeside(desk, places) {
  const cuts = cutsInOrder(desk);
  const at = cuts.findIndex(({ frame }) => frame === desk.view.value.cut);
  const other = cuts[at + places];
  if (other) examine(desk, other.frame);
}

/**
 * Try another place for the cut under examination, strictly between its neighbours.
 * @param {Desk} desk
 * @param {number} frames further on
 */
export function nudge({ view, player, session, video }, frames) {
  const { cut, cut_to } = view.value;
  const { clips } = session.value;
  if (!isCut(clips, cut)) return;
  const index = clipAt(clips, cut);
  const [first, last] = [clips.starts[index - 1] + 1, endOf(clips, index) - 1];
  const wanted = (cut_to < 0 ? cut : cut_to) + frames;
  const place = Math.max(first, Math.min(last, wanted));
  view.set({ cut_to: place === cut ? -1 : place });
  playAcross(player, place, video.frame_count);
}

/**
 * Find the cut under examination right, or move it to the place that was tried, and go on.
 * @param {Desk} desk
 */
export function settle(desk) {
  const { cut, cut_to } = desk.view.value;
  if (cut < 0) return;
  if (cut_to >= 0) moveTo(desk, cut_to);
  else if (desk.session.value.checked.has(cut)) goOn(desk, cutsInOrder(desk), cut, cut);
  else change(desk, { kind: "confirm_cut", frame: cut });
}

/**
 * Move the cut under examination, and go on.
 * @param {Desk} desk
 * @param {number} toFrame
 */
export function moveTo(desk, toFrame) {
  change(desk, { kind: "move_cut", frame: desk.view.value.cut, to_frame: toFrame }, toFrame);
}

/**
 * Take the cut under examination away, and go on.
 * @param {Desk} desk
 */
export function remove(desk) {
  change(desk, { kind: "remove_cut", frame: desk.view.value.cut });
}

/**
 * @param {Desk} desk
 * @param {import("../session/session.js").Intent & {frame: number}} intent
 * @param {number} [where] the cut is then
 */
function change(desk, intent, where = intent.frame) {
  const order = cutsInOrder(desk);
  if (desk.session.act(intent)) goOn(desk, order, intent.frame, where);
}

/**
 * @param {Desk} desk
 * @param {import("./certainty.js").ScoredCut[]} order before anything changed
 * @param {number} frame of the cut that is done with
 * @param {number} where it is now
 */
function goOn(desk, order, frame, where) {
  const next = nextUnchecked(order, frame);
  if (next >= 0) examine(desk, next);
  else desk.view.set({ cut: where, cut_to: -1 });
}

/**
 * @param {import("../../webcodecs/controller.js").Controller} player
 * @param {number} cut
 * @param {number} frameCount
 */
function playAcross(player, cut, frameCount) {
  const start = Math.max(0, cut - LOOP_FRAMES);
  player.setRange({ start, end: Math.min(frameCount, cut + LOOP_FRAMES), loop: true });
  player.seek(start);
  player.play();
}
