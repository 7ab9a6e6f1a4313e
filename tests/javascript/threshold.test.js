// @ts-check
import { expect, test } from "bun:test";
import { placeOf, reach, thresholdAt } from "../../assets/desk/detection/threshold.js";

test("the slider reaches every score, however far above the detector's own threshold", () => {
  const limits = reach(3, Float32Array.from([0, 24.78, 128, 2]));
  expect(thresholdAt(1, limits)).toBe(128);
  expect(thresholdAt(0, limits)).toBeLessThan(3);
});

test("the slider stands where it was put, and at its ends for what is beyond them", () => {
  const limits = reach(3, Float32Array.from([30]));
  expect(placeOf(thresholdAt(0.4, limits), limits)).toBeCloseTo(0.4, 2);
  expect([placeOf(0.001, limits), placeOf(1000, limits)]).toEqual([0, 1]);
});
