// @ts-check
import { expect, test } from "bun:test";
import { cellsOf, framesPerCell } from "../../assets/desk/timeline/cells.js";

/** @type {[number, number]} */
const EVERYTHING = [0, 1000];

test("a cell is about as wide as a picture, and at least one frame", () => {
  for (const pxPerFrame of [0.01, 0.3, 1, 7, 59, 99, 140]) {
    const widthPx = framesPerCell(pxPerFrame, 100) * pxPerFrame;
    expect(widthPx).toBeGreaterThanOrEqual(100 / Math.SQRT2);
    expect(widthPx).toBeLessThanOrEqual(100 * Math.SQRT2);
  }
  expect(framesPerCell(500, 100)).toBe(1);
});

test.each([1, 2, 3, 4, 5, 7, 16, 100])("cells of %i frames tile a clip without gap or overlap", (step) => {
  for (let end = 11; end < 60; end++) {
    const cells = cellsOf(10, end, step, EVERYTHING);
    expect(cells[0].start).toBe(10);
    expect(cells[0].picture).toBe(10);
    expect(cells.at(-1)?.end).toBe(end);
    cells.forEach((cell, i) => {
      expect(cell.end).toBeGreaterThan(cell.start);
      expect(cell.end).toBe(cells[i + 1]?.start ?? end);
      expect(cell.picture).toBeGreaterThanOrEqual(cell.start);
      expect(cell.picture).toBeLessThan(cell.end);
    });
    if (cells.length > 1) expect(cells.at(-1)?.picture).toBe(end - 1);
  }
});

test("only cells in view are laid out, the same as if all were", () => {
  const all = cellsOf(10, 500, 8, EVERYTHING);
  const shown = cellsOf(10, 500, 8, [100.5, 200.5]);
  expect(shown).toEqual(all.filter((cell) => cell.end > 100.5 && cell.start < 200.5));
  expect(cellsOf(10, 500, 8, [490, 520]).at(-1)).toEqual({ start: 492, end: 500, picture: 499 });
});
