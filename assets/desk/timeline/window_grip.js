// @ts-check
import { LANE_PX, windowSides } from "./overview_drawing.js";
import { panned, resized } from "./viewport.js";

/** In pixels of CSS. */
const SIDE_REACH_PX = 5;
const FINGER_REACH_PX = 14;

/**
 * What of the strip's window a pointer touches.
 * @typedef {"from" | "to" | "all" | "lane" | ""} Part a side, all of it, the lane beside it, nothing
 */

/**
 * @param {import("./paper.js").Paper} paper
 * @param {import("./viewport.js").Viewport} viewport of the whole video
 * @param {import("./viewport.js").Range} shown
 * @param {import("./hand.js").Point} point
 * @param {string} pointerType
 * @returns {Part}
 */
export function windowPartAt(paper, viewport, shown, { x, y }, pointerType) {
  const isTouch = pointerType === "touch";
  if (y < paper.height - (isTouch ? FINGER_REACH_PX : LANE_PX) * paper.scale) return "";
  const [left, right] = windowSides(paper, viewport, shown);
  const reach = (isTouch ? FINGER_REACH_PX : SIDE_REACH_PX) * paper.scale;
  const inside = Math.min(reach, (right - left) / 4);
  if (x < left - reach || x > right + reach) return "lane";
  if (x < left + inside) return "from";
  return x > right - inside ? "to" : "all";
}

/**
 * The grip on the window: the strip shows what it is moved over.
 * @param {import("../context.js").Desk} desk
 * @param {Exclude<Part, "">} part
 * @param {number} startX where it was taken hold of
 * @param {() => import("./viewport.js").Viewport} viewport of the whole video
 * @returns {import("./hand.js").Grip}
 */
export function windowGrip({ video, view }, part, startX, viewport) {
  const before = view.value.shown;
  const count = video.frame_count;
  const middle = (before[0] + before[1]) / 2;
  const start = part === "lane" ? panned(before, viewport().pointAt(startX) - middle, count) : before;
  return {
    move({ x }) {
      const frames = (x - startX) / viewport().pxPerFrame;
      const shown =
        part === "from" || part === "to"
          ? resized(start, part, start[part === "from" ? 0 : 1] + frames, count)
          : panned(start, frames, count);
      view.set({ shown });
    },
    drop() {},
    cancel: () => view.set({ shown: before }),
  };
}
