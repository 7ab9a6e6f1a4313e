// @ts-check
import { expect, test } from "bun:test";
import { differenceTo, proposalOf } from "../../assets/desk/detection/proposal.js";
import { clipsOf } from "./timelines.js";

const clips = { ...clipsOf(40, [10, 20, 30]), letters: "AAEP" };

test("the same cuts change nothing", () => {
  expect(differenceTo(clips, [10, 20, 30])).toEqual({ more: [], fewer: [], lost: {} });
});

test("a cut more loses the clip that it divides", () => {
  expect(differenceTo(clips, [10, 15, 20, 30])).toEqual({ more: [15], fewer: [], lost: { A: 1 } });
});

test("a cut fewer loses the clips on both sides of it", () => {
  expect(differenceTo(clips, [10, 30])).toEqual({ more: [], fewer: [20], lost: { A: 1, E: 1 } });
});

test("a moved cut is one more and one fewer", () => {
  expect(differenceTo(clips, [10, 20, 31])).toEqual({ more: [31], fewer: [30], lost: { E: 1, P: 1 } });
});

test("no cuts leave none of several clips", () => {
  expect(differenceTo(clips, [])).toEqual({ more: [], fewer: [10, 20, 30], lost: { A: 2, E: 1, P: 1 } });
});

test("a detection keeps what people made or confirmed, unless they want it gone", () => {
  const scores = Float32Array.from({ length: 40 }, (_, frame) => (frame === 15 ? 9 : 0));
  const view = { value: { task: "detect", threshold: 5, keeps_checked: true } };
  const desk = /** @type {any} */ ({
    scores: { value: { scores } },
    session: { value: { clips, checked: new Set([20, 30]) } },
    video: { detector: "adaptive" },
    view,
  });
  expect(proposalOf(desk)).toEqual({ found: [15], cuts: [15, 20, 30] });
  view.value = { ...view.value, keeps_checked: false };
  expect(proposalOf(desk)).toEqual({ found: [15], cuts: [15] });
});
