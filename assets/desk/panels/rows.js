// @ts-check
/** A list of which only the rows in sight are drawn: all rows are equally high. */

const MARGIN_ROWS = 4;

/**
 * @param {number} scrolledPx
 * @param {number} heightPx of what is in sight
 * @param {number} rowPx
 * @param {number} count of all rows
 * @returns {readonly [number, number]} rows [first, end) to draw
 */
export function rowsInSight(scrolledPx, heightPx, rowPx, count) {
  const first = Math.floor(scrolledPx / rowPx) - MARGIN_ROWS;
  const end = Math.ceil((scrolledPx + heightPx) / rowPx) + MARGIN_ROWS;
  return [Math.max(0, Math.min(first, count)), Math.max(0, Math.min(end, count))];
}

/**
 * Where to scroll so that a row is in sight; rows stay where they are if it is.
 * @param {number} row
 * @param {number} scrolledPx
 * @param {number} heightPx
 * @param {number} rowPx
 */
export function scrolledTo(row, scrolledPx, heightPx, rowPx) {
  const top = row * rowPx;
  if (top >= scrolledPx && top + rowPx <= scrolledPx + heightPx) return scrolledPx;
  return Math.max(0, top - heightPx / 3);
}
