// @ts-check
import { examine } from "../detection/examining.js";
import { clipAt, endOf } from "../session/clips.js";
import { peakNear } from "./score_peaks.js";
import { clamp } from "./viewport.js";

/** In pixels of CSS. A finger is less exact than a mouse. */
const REACH_PX = 6;
const FINGER_REACH_PX = 18;
const SNAP_PX = 10;

/**
 * A cut that a pointer holds.
 * @typedef {object} MovedCut
 * @property {number} frame where it is
 * @property {number} toFrame where it would land
 * @property {boolean} isPeak whether that is a peak of the score, to which it has snapped
 */

/**
 * The cut that a pointer can take hold of. Where cuts are close, there is room between them to press
 * without touching one.
 * @param {import("../session/clips.js").Clips} clips
 * @param {import("./viewport.js").Viewport} viewport
 * @param {number} x pixel of the canvas
 * @param {number} scale pixels of the canvas in one of CSS
 * @param {string} pointerType
 * @returns {number} its frame; -1 if there is none
 */
export function cutNear(clips, viewport, x, scale, pointerType) {
  const reach = scale * (pointerType === "touch" ? FINGER_REACH_PX : REACH_PX);
  const index = clipAt(clips, viewport.frameAt(x));
  const [left, right] = [viewport.leftOf(clips.starts[index]), viewport.leftOf(endOf(clips, index))];
  const near = Math.min(reach, (right - left) / 3);
  if (index > 0 && x - left <= near) return clips.starts[index];
  if (index + 1 < clips.starts.length && right - x <= near) return clips.starts[index + 1];
  return -1;
}

/**
 * The grip on a cut: it follows the pointer between its neighbours, and the player shows the frame
 * that would be the first after it. Letting go moves the cut there; one that is being checked is
 * shown there then.
 * @param {import("../context.js").Desk} desk
 * @param {number} cut
 * @param {() => import("./viewport.js").Viewport} viewport as it is at the moment
 * @param {() => number} scale pixels of the canvas in one of CSS
 * @param {(event: {shiftKey: boolean}) => boolean} snaps whether to snap to peaks of the score
 * @param {(moved: MovedCut | null) => void} show
 * @returns {import("./hand.js").Grip}
 */
export function cutGrip(desk, cut, viewport, scale, snaps, show) {
  const { player, scores, session, view } = desk;
  const { clips } = session.value;
  const index = clipAt(clips, cut);
  const [least, most] = [clips.starts[index - 1] + 1, endOf(clips, index) - 1];
  const before = player.target;
  let toFrame = cut;
  /** Where it was taken hold of, and how far beside the cut: a press alone moves nothing. */
  let heldX = NaN;
  let besidePx = 0;
  const heldShown = viewport();
  player.pause();
  return {
    move({ x }, event) {
      const shown = viewport();
      if (isNaN(heldX)) {
        heldX = x;
        besidePx = shown.leftOf(cut) - x;
      }
      const isMoved = x !== heldX || shown.from !== heldShown.from;
      toFrame = isMoved ? clamp(shown.edgeAt(x + besidePx), least, most) : cut;
      const curve = isMoved && snaps(event) ? scores.value.scores : null;
      if (curve) {
        const reach = Math.max(1, Math.round((SNAP_PX * scale()) / shown.pxPerFrame));
        toFrame = clamp(peakNear(curve, toFrame, reach), least, most);
      }
      show({ frame: cut, toFrame, isPeak: curve !== null });
      player.seek(toFrame);
    },
    drop() {
      show(null);
      if (toFrame === cut) return;
      const isOnItsWay = session.act({ kind: "move_cut", frame: cut, to_frame: toFrame });
      if (isOnItsWay && view.value.cut === cut) examine(desk, toFrame);
    },
    cancel() {
      show(null);
      player.seek(before);
    },
    reach: [least - 1, most + 1],
  };
}
