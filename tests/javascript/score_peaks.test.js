// @ts-check
import { expect, test } from "bun:test";
import { columns, heightOf, peakNear } from "../../assets/desk/timeline/score_peaks.js";
import { Viewport } from "../../assets/desk/timeline/viewport.js";

test.each([3, 100, 999, 4000])("a single peak is seen on a curve %i pixels wide", (widthPx) => {
  for (const frame of [0, 1, 499, 998, 999]) {
    const scores = new Float32Array(1000);
    scores[frame] = 7;
    const viewport = new Viewport([0, 1000], widthPx);
    const { least, highest } = columns(scores, viewport);
    expect(Math.max(...highest)).toBe(7);
    expect(Math.min(...least)).toBe(0);
    for (let px = 0; px < widthPx; px++) {
      const first = viewport.frameAt(px);
      const shows = first <= frame && frame < Math.max(first + 1, viewport.frameAt(px + 1));
      expect(highest[px]).toBe(shows ? 7 : 0);
    }
  }
});

test("there is no curve beyond the video", () => {
  const { highest } = columns(new Float32Array(2), new Viewport([0, 4], 4));
  expect([...highest]).toEqual([0, 0, NaN, NaN]);
});

test.each([
  [3, 255],
  [0.5, 1],
  [27, 190],
  [1, 0.5],
])("a higher score stands higher, between 0 and 1: threshold %d, highest %d", (threshold, highest) => {
  let before = -1;
  for (let i = 0; i <= 100; i++) {
    const height = heightOf((i / 100) * highest, threshold, highest);
    expect(height).toBeGreaterThan(before);
    expect(height).toBeLessThanOrEqual(1);
    before = height;
  }
  expect(heightOf(threshold, threshold, highest)).toBe(0.4);
});

test("a cut snaps to the highest score within reach", () => {
  const scores = Float32Array.of(0, 9, 1, 0, 5, 5, 0, 8);
  expect(peakNear(scores, 3, 1)).toBe(4);
  expect(peakNear(scores, 3, 2)).toBe(1);
  expect(peakNear(scores, 5, 1)).toBe(5);
  expect(peakNear(scores, 6, 3)).toBe(7);
  expect(peakNear(scores, 0, 0)).toBe(0);
});
