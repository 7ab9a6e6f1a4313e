// @ts-check
import { expect, test } from "bun:test";
import { framesPerStep } from "../../assets/desk/keyboard/acceleration.js";

test("a held key steps over 1, 2, 4, 8, then 16 frames at a time, and never more", () => {
  const steps = Array.from({ length: 100 }, (_, tenth) => framesPerStep(tenth * 100));
  expect([...new Set(steps)]).toEqual([1, 2, 4, 8, 16]);
  expect(steps).toEqual(steps.toSorted((one, other) => one - other));
});

test("a tap is one frame", () => {
  expect(framesPerStep(0)).toBe(1);
  expect(framesPerStep(500)).toBe(1);
});
