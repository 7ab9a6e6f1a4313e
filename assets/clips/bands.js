// @ts-check
import { clipAt, endOf } from "../desk/session/clips.js";

const GAP_PX = 1;
const GAP_FROM_PX = 4;
const LETTER_FROM_PX = 16;
const LETTER_PX = 10;
/** On the dark grey of what is archived, light in either theme. */
const LETTER_ON_ARCHIVED = "#ececee";

/**
 * The colour of a state.
 * @param {import("../desk/timeline/paper.js").Paper} paper
 * @param {string} letter
 */
export const stateColour = (paper, letter) =>
  paper.colour(letter === "!" ? "mark-failed" : `mark-${letter}`);

/**
 * Draw clips side by side, each as long as it is, in the colour of its state, with its letter where
 * there is room; what is pending has none.
 * @param {import("../desk/timeline/paper.js").Paper} paper
 * @param {import("../desk/timeline/viewport.js").Viewport} viewport
 * @param {import("../desk/session/clips.js").Clips} clips
 * @param {number} top in pixels of the canvas
 * @param {number} height
 */
export function drawBands(paper, viewport, clips, top, height) {
  const { context, scale } = paper;
  let i = clipAt(clips, viewport.from);
  let left = viewport.leftOf(clips.starts[i]);
  for (; i < clips.starts.length && left < viewport.widthPx; i++) {
    const right = viewport.leftOf(endOf(clips, i));
    const width = right - left;
    if (width === 0) continue; // none of the pixels shows it
    const gap = width >= GAP_FROM_PX * scale ? Math.round(GAP_PX * scale) : 0;
    context.fillStyle = stateColour(paper, clips.letters[i]);
    context.fillRect(left, top, width - gap, height);
    if (width >= LETTER_FROM_PX * scale && clips.letters[i] !== "P") {
      drawLetter(paper, clips.letters[i], (left + right) / 2, top + height / 2);
    }
    left = right;
  }
}

/**
 * Write a state's letter on its colour.
 * @param {import("../desk/timeline/paper.js").Paper} paper
 * @param {string} letter
 * @param {number} x its middle
 * @param {number} y
 */
export function drawLetter(paper, letter, x, y) {
  const { context } = paper;
  paper.font(LETTER_PX, 700);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle =
    letter === "D" ? LETTER_ON_ARCHIVED : paper.colour(letter === "P" ? "text" : "surface");
  context.fillText(letter, x, y + paper.scale / 2);
}
