// @ts-check
import { expect, test } from "bun:test";
import { frameStartingAt, middleOfFrame } from "../../assets/webcodecs/frames.js";
import cases from "./frame_cases.json";

/**
 * @param {string} fraction
 * @returns {[number, number]}
 */
function parts(fraction) {
  const [num, den] = fraction.split("/");
  return [Number(num), Number(den)];
}

test.each(cases)("the middle of a frame is where Python says it is: %o", (one) => {
  const [num, den] = parts(one.middle_s);
  expect(middleOfFrame(one.frame, ...parts(one.fps))).toBeCloseTo(num / den, 9);
});

test.each(cases)("a frame is known by the time that a browser says it starts at: %o", (one) => {
  const [num, den] = parts(one.fps);
  const microseconds = Math.floor((one.frame * den * 1e6) / num);
  expect(frameStartingAt(microseconds / 1e6, num, den)).toBe(one.frame);
});
