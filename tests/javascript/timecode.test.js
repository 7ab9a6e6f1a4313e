// @ts-check
import { expect, test } from "bun:test";
import { timecode, typedFrame } from "../../assets/desk/timeline/timecode.js";
import cases from "./frame_cases.json";

test.each(cases)("a frame has the timecode that Python gives it: %o", (one) => {
  const [fps_num, fps_den] = one.fps.split("/").map(Number);
  expect(timecode(one.frame, { fps_num, fps_den })).toBe(one.timecode);
});

test.each(cases)("a timecode that is typed leads to its frame: %o", (one) => {
  const [fps_num, fps_den] = one.fps.split("/").map(Number);
  const video = { fps_num, fps_den, frame_count: one.frame + 1 };
  expect(typedFrame(one.timecode, video)).toEqual({ frame: one.frame, refused: "" });
});

const video = { fps_num: 25, fps_den: 1, frame_count: 100_000 };

test.each([
  ["0", 0],
  [" 99999 ", 99_999],
  ["00:05", 125],
  ["1:00:05", 90_125],
  ["00:00:05:10", 135],
  ["00:00:05;10", 135],
  ["0:05.5", 137],
  ["00:00:05,48", 137],
  ["0:05", 125],
  ["1:02:03", 93_075],
  ["5s", 125],
  ["5 s", 125],
  ["12.5", 312],
  ["12,5S", 312],
  ["0.04", 1],
  ["12", 12],
])("%p is frame %d", (typed, frame) => {
  expect(typedFrame(typed, video)).toEqual({ frame, refused: "" });
});

test.each([
  ["100000", "the last frame is 99999, at 01:06:39:24"],
  ["9".repeat(400), "the last frame is 99999"],
  ["02:00:00", "the last frame is 99999"],
  ["00:00:05:25", "the frames 00 to 24"],
  ["00:75", "up to 59"],
  ["", "type a frame from 0 to 99999"],
  ["-1", "type a frame"],
  ["1.5.5", "type a frame"],
  ["s", "type a frame"],
  [".5s", "type a frame"],
  ["5000s", "the last frame is 99999"],
  ["1e3", "type a frame"],
  ["1:2:3:4:5", "type a frame"],
])("%p leads nowhere, and why is said", (typed, reason) => {
  expect(typedFrame(typed, video).frame).toBe(-1);
  expect(typedFrame(typed, video).refused).toContain(reason);
});
