// @ts-check
import { expect, test } from "bun:test";
import { edgeSpeed, scrolled } from "../../assets/desk/timeline/edge_scroll.js";

test("a pointer within the canvas scrolls nothing, one at an edge towards it", () => {
  expect(edgeSpeed(500, 1000, 1)).toBe(0);
  expect(edgeSpeed(0, 1000, 1)).toBeLessThan(0);
  expect(edgeSpeed(999, 1000, 1)).toBe(-edgeSpeed(0, 1000, 1));
});

test("the further out, the faster, up to a limit that can be followed", () => {
  expect(edgeSpeed(1020, 1000, 1)).toBeGreaterThan(edgeSpeed(999, 1000, 1));
  expect(edgeSpeed(9000, 1000, 1)).toBe(edgeSpeed(5000, 1000, 1));
});

test("on a finer screen it is as fast to the eye", () => {
  expect(edgeSpeed(2039, 2000, 2)).toBe(2 * edgeSpeed(1019, 1000, 1));
});

test("nothing comes into sight that what is held cannot reach", () => {
  expect(scrolled([10, 50], 5, [0, 100])).toEqual([15, 55]);
  expect(scrolled([10, 50], 5, [0, 52])).toEqual([12, 52]);
  expect(scrolled([10, 50], -25, [0, 100])).toEqual([0, 40]);
});

test("what is in sight already stays, even beyond the reach", () => {
  /** @type {readonly [number, number]} */
  const shown = [10, 50];
  expect(scrolled(shown, 5, [20, 50])).toBe(shown);
  expect(scrolled(shown, 5, [20, 40])).toBe(shown);
  expect(scrolled(shown, -5, [20, 40])).toBe(shown);
});
