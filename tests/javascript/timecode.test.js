// @ts-check
import { expect, test } from "bun:test";
import { timecode } from "../../assets/desk/timeline/timecode.js";
import cases from "./frame_cases.json";

test.each(cases)("a frame has the timecode that Python gives it: %o", (one) => {
  const [fps_num, fps_den] = one.fps.split("/").map(Number);
  expect(timecode(one.frame, { fps_num, fps_den })).toBe(one.timecode);
});
