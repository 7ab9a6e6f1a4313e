// @ts-check
/**
 * A piece of the filmstrip: frames [start, end), shown as the picture of one of them.
 * @typedef {{start: number, end: number, picture: number}} Cell
 */

/**
 * How many frames a cell holds so that it is about as wide as a picture. A power of two: most of
 * the pictures stay while someone zooms.
 * @param {number} pxPerFrame
 * @param {number} pictureWidthPx
 */
export const framesPerCell = (pxPerFrame, pictureWidthPx) =>
  2 ** Math.max(0, Math.round(Math.log2(pictureWidthPx / pxPerFrame)));

/**
 * The cells of one clip. The first begins with the clip and shows its first frame; the last, of a clip
 * of several, ends with the clip and shows its last frame: at every cut stand the two frames it parts.
 * @param {number} start
 * @param {number} end
 * @param {number} step frames in a cell
 * @param {import("./viewport.js").Range} shown cells outside of it are left out
 * @returns {Cell[]}
 */
export function cellsOf(start, end, step, [from, to]) {
  const last = end - step;
  if (last <= start) return [{ start, end, picture: start }];
  /** @type {Cell[]} */
  const cells = [];
  const skipped = Math.max(0, Math.floor((from - start) / step));
  for (let first = start + skipped * step; first < Math.min(last, to); first += step) {
    cells.push({ start: first, end: Math.min(first + step, last), picture: first });
  }
  if (to > last && from < end) cells.push({ start: last, end, picture: end - 1 });
  return cells;
}
