// @ts-check
import { expect, test } from "bun:test";
import {
  framesAround,
  framesToPlay,
  framesToStep,
  strideOf,
} from "../../assets/webcodecs/ahead.js";

const whole = { start: 0, end: 1_000, loop: false };

test("playing expects the frames that follow, each once", () => {
  expect(framesToPlay(10.7, 1, 4, whole)).toEqual([10, 11, 12, 13]);
  expect(framesToPlay(998, 1, 4, whole)).toEqual([998, 999]);
});

test("near the end of a loop its beginning is expected", () => {
  const loop = { start: 100, end: 110, loop: true };
  expect(framesToPlay(108, 1, 5, loop)).toEqual([108, 109, 100, 101, 102]);
  expect(framesToPlay(118, 1, 50, loop)).toHaveLength(10);
});

test("more frames than a display shows are left out evenly", () => {
  expect([strideOf(30, 0.25), strideOf(30, 1), strideOf(30, 4), strideOf(60, 4)]).toEqual([1, 1, 2, 4]);
  expect(framesToPlay(11, 4, 3, whole)).toEqual([12, 16, 20]);
});

test("steps expect the next steps of the same size, in the same direction", () => {
  expect(framesToStep(50, 1, 1_000).slice(0, 3)).toEqual([51, 52, 53]);
  expect(framesToStep(50, -16, 1_000)).toEqual([34, 18, 2, 66]);
});

test("nothing outside of the video is expected", () => {
  expect(framesToStep(999, 10, 1_000)).toEqual([989]);
  expect(framesAround(0, 1)).toEqual([]);
  expect(framesAround(0, 3)).toEqual([1, 2]);
});
