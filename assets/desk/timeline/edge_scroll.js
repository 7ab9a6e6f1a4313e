// @ts-check
/** Scrolling the strip with what is dragged to its edge: further, but not faster than can be seen. */

/** In pixels of CSS: how near to the edge it begins, from how far beyond it gets no faster. */
const EDGE_PX = 10;
const FARTHEST_PX = 80;
/** Pixels a second, for each pixel that the pointer is further out. */
const SPEED = 20;
/** After a pause of the page the strip does not leap. */
const LONGEST_S = 0.1;

/** @typedef {import("./viewport.js").Range} Range */

/**
 * How fast a pointer scrolls a canvas.
 * @param {number} x where it is, also beyond the canvas
 * @param {number} widthPx
 * @param {number} scale pixels of the canvas in one of CSS
 * @returns {number} pixels of the canvas a second, to the left if negative
 */
export function edgeSpeed(x, widthPx, scale) {
  const farthest = (EDGE_PX + FARTHEST_PX) * scale;
  const before = Math.min(EDGE_PX * scale - x, farthest);
  const behind = Math.min(x - (widthPx - 1 - EDGE_PX * scale), farthest);
  return SPEED * (Math.max(0, behind) - Math.max(0, before));
}

/**
 * @param {Range} shown
 * @param {number} frames to the right, or to the left if negative
 * @param {Range} reach nothing beyond these frames comes into sight
 * @returns {Range} the same object if that is as far as it goes
 */
export function scrolled(shown, frames, [first, end]) {
  const [from, to] = shown;
  const by = frames > 0 ? Math.min(frames, end - to) : Math.max(frames, first - from);
  return by * frames > 0 ? [from + by, to + by] : shown;
}

/** Scrolls for as long as a pointer is held at an edge. */
export class EdgeScroll {
  #speed = 0;
  #lastMs = 0;
  #request = 0;
  /** @type {Range} */
  #reach = [0, 0];

  /**
   * @param {import("../context.js").Desk} desk
   * @param {import("./paper.js").Paper} paper
   * @param {() => void} onScroll
   */
  constructor(desk, paper, onScroll) {
    this.desk = desk;
    this.paper = paper;
    this.onScroll = onScroll;
  }

  /**
   * @param {number} x where the pointer is, also beyond the canvas
   * @param {Range} reach
   */
  hold(x, reach) {
    this.#speed = edgeSpeed(x, this.paper.width, this.paper.scale);
    this.#reach = reach;
    if (!this.#speed) this.stop();
    else if (!this.#request) {
      this.#lastMs = performance.now();
      this.#request = requestAnimationFrame(this.#step);
    }
  }

  stop() {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
  }

  #step = (/** @type {number} */ nowMs) => {
    this.#request = 0;
    const { view } = this.desk;
    const { shown } = view.value;
    const elapsedS = Math.min(LONGEST_S, Math.max(0, nowMs - this.#lastMs) / 1000);
    const framesPerPx = (shown[1] - shown[0]) / this.paper.width;
    const after = scrolled(shown, this.#speed * elapsedS * framesPerPx, this.#reach);
    this.#lastMs = nowMs;
    this.#request = requestAnimationFrame(this.#step);
    if (after === shown) return;
    view.set({ shown: after });
    this.onScroll();
  };
}
