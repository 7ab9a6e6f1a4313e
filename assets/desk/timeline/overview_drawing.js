// @ts-check
import { drawBands } from "../../clips/bands.js";
import { doubtfulCuts } from "../detection/certainty.js";
import { differenceTo, proposalOf } from "../detection/proposal.js";

/** In pixels of CSS: signs above the clips, and the lane of the window below. */
const SIGNS_PX = 8;
const SIGN_PX = 5;
export const LANE_PX = 11;
const WINDOW_MIN_PX = 10;
const GAP_PX = 2;

/**
 * The window's sides, so that it can be seen and taken hold of in the longest video.
 * @param {import("./paper.js").Paper} paper
 * @param {import("./viewport.js").Viewport} viewport
 * @param {import("./viewport.js").Range} shown
 * @returns {[number, number]} in pixels of the canvas
 */
export function windowSides({ scale }, viewport, [from, to]) {
  const [left, right] = [from, to].map((frame) => (frame - viewport.from) * viewport.pxPerFrame);
  const lacking = Math.max(0, WINDOW_MIN_PX * scale - (right - left)) / 2;
  return [left - lacking, right + lacking];
}

/** What changes rarely: drawn once and kept as a picture. */
export class VideoLayer {
  #picture = document.createElement("canvas");
  /** @type {unknown[]} what the picture was made of */
  #of = [];

  /**
   * @param {import("./paper.js").Paper} paper
   * @param {import("../context.js").Desk} desk
   * @param {import("./viewport.js").Viewport} viewport of the whole video
   */
  draw(paper, desk, viewport) {
    const { clips, checked } = desk.session.value;
    const of = [clips, checked, desk.scores.value.scores, proposalOf(desk)?.cuts, paper.edition];
    if (of.some((thing, i) => thing !== this.#of[i])) {
      this.#of = of;
      drawVideo(paper, desk, viewport);
      this.#picture.width = paper.width;
      this.#picture.height = paper.height;
      this.#picture.getContext("2d")?.drawImage(paper.canvas, 0, 0);
    } else {
      paper.context.drawImage(this.#picture, 0, 0);
    }
  }
}

/**
 * @param {import("./paper.js").Paper} paper
 * @param {import("../context.js").Desk} desk
 * @param {import("./viewport.js").Viewport} viewport
 */
function drawVideo(paper, desk, viewport) {
  const { context, scale, width, height } = paper;
  const { clips } = desk.session.value;
  context.fillStyle = paper.colour("ground");
  context.fillRect(0, 0, width, height);
  const top = SIGNS_PX * scale;
  drawBands(paper, viewport, clips, top, height - top - (LANE_PX + GAP_PX) * scale);
  const proposed = proposalOf(desk)?.cuts;
  if (proposed) {
    const { more, fewer } = differenceTo(clips, proposed);
    drawSigns(paper, viewport, more, "accent", false);
    drawSigns(paper, viewport, fewer, "faint", true);
  } else {
    drawSigns(paper, viewport, [...doubtfulCuts(desk)], "text", false);
  }
}

/**
 * Point at frames from above the clips.
 * @param {import("./paper.js").Paper} paper
 * @param {import("./viewport.js").Viewport} viewport
 * @param {readonly number[]} frames
 * @param {string} colour
 * @param {boolean} isHollow
 */
function drawSigns(paper, viewport, frames, colour, isHollow) {
  const { context, scale } = paper;
  const size = SIGN_PX * scale;
  const bottom = (SIGNS_PX - 1) * scale;
  context.fillStyle = context.strokeStyle = paper.colour(colour);
  context.lineWidth = scale;
  context.beginPath();
  for (const frame of frames) {
    const x = viewport.leftOf(frame) + 0.5;
    context.moveTo(x, bottom);
    context.lineTo(x - size / 2, bottom - size);
    context.lineTo(x + size / 2, bottom - size);
    context.closePath();
  }
  if (isHollow) context.stroke();
  else context.fill();
}

/**
 * Draw what the strip shows: a window over the clips, and its handle in the lane below.
 * @param {import("./paper.js").Paper} paper
 * @param {import("./viewport.js").Viewport} viewport
 * @param {import("./viewport.js").Range} shown
 */
export function drawWindow(paper, viewport, shown) {
  const { context, scale, width, height } = paper;
  const [left, right] = windowSides(paper, viewport, shown);
  const lane = LANE_PX * scale;
  const top = height - lane;
  context.fillStyle = paper.colour("raised");
  context.beginPath();
  context.roundRect(0, top + 3 * scale, width, lane - 6 * scale, 3 * scale);
  context.fill();
  context.fillStyle = paper.colour("faint");
  context.beginPath();
  context.roundRect(left, top + scale, right - left, lane - 2 * scale, 4 * scale);
  context.fill();
  context.strokeStyle = paper.colour("text");
  context.lineWidth = Math.max(1, Math.round(scale));
  context.strokeRect(left, SIGNS_PX * scale, right - left, top - (SIGNS_PX + GAP_PX) * scale);
}
