// @ts-check
/**
 * Which frame is where on a canvas. Pixels are the canvas's own, whole, and count from 0; a pixel
 * shows one frame, or the first of several. What is drawn at a pixel is what a pointer there means.
 *
 * @typedef {readonly [from: number, to: number]} Range frames [from, to), not always whole
 */

const FEWEST_FRAMES = 4;

export class Viewport {
  /**
   * @param {Range} shown not empty
   * @param {number} widthPx above 0
   */
  constructor([from, to], widthPx) {
    this.from = from;
    this.to = to;
    this.widthPx = widthPx;
  }

  get pxPerFrame() {
    return this.widthPx / (this.to - this.from);
  }

  /**
   * The frame at a pixel; beyond the canvas as if it were longer.
   * @param {number} px
   */
  frameAt(px) {
    return Math.floor(this.pointAt(px));
  }

  /**
   * The point in time at a pixel's left side, in frames, not always whole.
   * @param {number} px
   */
  pointAt(px) {
    return this.from + (px * (this.to - this.from)) / this.widthPx;
  }

  /**
   * The first pixel that shows this frame or a later one: cells are [leftOf(i), leftOf(i + 1)).
   * @param {number} frame
   */
  leftOf(frame) {
    let px = Math.ceil((frame - this.from) * this.pxPerFrame);
    // The product may be off by its rounding; what `frameAt` says decides.
    while (this.frameAt(px - 1) >= frame) px--;
    while (this.frameAt(px) < frame) px++;
    return px;
  }

  /**
   * The frame whose left edge is nearest to a pixel: where a cut there would land.
   * @param {number} px
   */
  edgeAt(px) {
    const frame = this.frameAt(px);
    return this.leftOf(frame + 1) - px < px - this.leftOf(frame) ? frame + 1 : frame;
  }
}

/**
 * Show more or fewer frames; the given point in time stays where it is, as far as the video allows.
 * @param {Range} shown
 * @param {number} factor times as many frames as now
 * @param {number} anchor a point in frames, not always whole
 * @param {number} frameCount
 * @returns {Range}
 */
export function zoomed([from, to], factor, anchor, frameCount) {
  const span = to - from;
  const wanted = clamp(span * factor, Math.min(FEWEST_FRAMES, frameCount), frameCount);
  return moved(anchor - ((anchor - from) * wanted) / span, wanted, frameCount);
}

/**
 * Show two points in time at two pixels: what two fingers hold stays under them.
 * @param {{frame: number, x: number}} one
 * @param {{frame: number, x: number}} other at another frame
 * @param {number} widthPx
 * @param {number} frameCount
 * @returns {Range}
 */
export function pinched(one, other, widthPx, frameCount) {
  const framesPerPx = (other.frame - one.frame) / (other.x - one.x || 1);
  const span = clamp(framesPerPx * widthPx, Math.min(FEWEST_FRAMES, frameCount), frameCount);
  const [middle, x] = [(one.frame + other.frame) / 2, (one.x + other.x) / 2];
  return moved(middle - (x * span) / widthPx, span, frameCount);
}

/**
 * @param {Range} shown
 * @param {number} frames to the right, or to the left if negative
 * @param {number} frameCount
 * @returns {Range}
 */
export const panned = ([from, to], frames, frameCount) => moved(from + frames, to - from, frameCount);

/**
 * Move one end of what is shown.
 * @param {Range} shown
 * @param {"from" | "to"} end
 * @param {number} frame where it should be
 * @param {number} frameCount
 * @returns {Range}
 */
export function resized([from, to], end, frame, frameCount) {
  const fewest = Math.min(FEWEST_FRAMES, frameCount);
  return end === "from"
    ? [clamp(frame, 0, to - fewest), to]
    : [from, clamp(frame, from + fewest, frameCount)];
}

/**
 * The same number of frames, moved if the frame is not wholly among them: just enough if a part of it
 * is, else so that a sixth of the others is on the side it comes from.
 * @param {Range} shown
 * @param {number} frame
 * @param {number} frameCount
 * @returns {Range} the same object if nothing moved
 */
export function broughtIntoView(shown, frame, frameCount) {
  const [from, to] = shown;
  if (frame >= from && frame + 1 <= to) return shown;
  const span = to - from;
  const isPartlyShown = frame + 1 > from && frame < to;
  if (frame < from) return moved(isPartlyShown ? frame : frame - Math.ceil((span * 5) / 6), span, frameCount);
  return moved(isPartlyShown ? frame + 1 - span : frame - Math.floor(span / 6), span, frameCount);
}

/**
 * @param {number} from
 * @param {number} span
 * @param {number} frameCount
 * @returns {Range}
 */
function moved(from, span, frameCount) {
  const start = clamp(from, 0, frameCount - span);
  return [start, start + span];
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
export const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
