// @ts-check
import { clipAt, rangeOf } from "../session/clips.js";
import { broughtIntoView } from "./viewport.js";

/** A jump of no more frames than this leaves in sight where one was. */
const STEP_FRAMES = 16;
const EDGE_FRAMES = 8;
const EDGE_SHARE = 0.15;
const AROUND_CUT_FRAMES = 16;

/** @typedef {import("./viewport.js").Range} Range */

/**
 * What was chosen here to be shown, and not by the reviewer's zooming and panning.
 * @type {WeakSet<Range>}
 */
const chosen = new WeakSet();

/**
 * Desks of which a pointer holds the strip: it does not move away from under it.
 * @type {WeakSet<object>}
 */
export const heldDesks = new WeakSet();

/**
 * Let the strip show what it is about: the clip that someone has gone to, the cut that is checked. It
 * stays as it is while the playhead only plays or steps on in sight, and keeps the zoom that
 * someone has chosen.
 * @param {import("../context.js").Desk} desk
 * @returns {() => void} ends it
 */
export function showPlayhead(desk) {
  const { player, session, view, video } = desk;
  let lastFrame = -1;
  let lastStart = -1;
  let lastCut = -1;
  const update = () => {
    const { cut, playing, shown, task } = view.value;
    const frame = player.target;
    if (frame < 0) return;
    const { clips } = session.value;
    const [start, end] = rangeOf(clips, clipAt(clips, frame));
    const hasJumped = lastFrame < 0 || (!playing && Math.abs(frame - lastFrame) > STEP_FRAMES);
    const isOtherClip = hasJumped && start !== lastStart;
    const isOtherCut = task === "cuts" && cut >= 0 && cut !== lastCut;
    const hasMoved = frame !== lastFrame;
    lastCut = task === "cuts" ? cut : -1;
    [lastFrame, lastStart] = [frame, start];
    const isFree = chosen.has(shown) && !heldDesks.has(desk);
    if (isOtherCut) show(view, around(cut - AROUND_CUT_FRAMES, cut + AROUND_CUT_FRAMES, video.frame_count));
    else if (isFree && isOtherClip && task !== "cuts") show(view, around(start, end, video.frame_count));
    else if (hasMoved) show(view, broughtIntoView(shown, frame, video.frame_count), chosen.has(shown));
  };
  chosen.add(view.value.shown);
  update();
  return view.watch(update);
}

/**
 * Show the clip at a frame, whatever was zoomed to before.
 * @param {import("../context.js").Desk} desk
 * @param {number} frame
 */
export function showClip({ session, video, view }, frame) {
  const { clips } = session.value;
  const [start, end] = rangeOf(clips, clipAt(clips, frame));
  show(view, around(start, end, video.frame_count));
}

/**
 * @param {import("../context.js").Desk["view"]} view
 * @param {Range} shown
 * @param {boolean} isChosen
 */
function show(view, shown, isChosen = true) {
  if (isChosen) chosen.add(shown);
  view.set({ shown });
}

/**
 * These frames, and enough before and after them to see where they are cut.
 * @param {number} start
 * @param {number} end
 * @param {number} frameCount
 * @returns {Range}
 */
export function around(start, end, frameCount) {
  const edge = Math.max(EDGE_FRAMES, Math.round((end - start) * EDGE_SHARE));
  return [Math.max(0, start - edge), Math.min(frameCount, end + edge)];
}
