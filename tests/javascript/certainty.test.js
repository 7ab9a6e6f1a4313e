// @ts-check
import { expect, test } from "bun:test";
import { cutsByCertainty, doubtful } from "../../assets/desk/detection/certainty.js";

const scores = new Float32Array(100);
scores.set([9, 3.25, 2.5, 3], 10);

test("the cut nearest to the threshold comes first, on whichever side it is", () => {
  const cuts = cutsByCertainty([10, 11, 12, 13], scores, 3, new Set());
  expect(cuts.map((cut) => cut.frame)).toEqual([13, 11, 12, 10]);
});

test("a cut where the detector saw nothing is as certain as one at twice the threshold", () => {
  const [cut] = cutsByCertainty([50], scores, 3, new Set());
  expect(cut).toEqual({ frame: 50, score: 0, margin: 1, checked: false });
  expect(doubtful([cut])).toEqual([]);
});

test("a confirmed cut keeps its place, and is not doubted any more", () => {
  const cuts = cutsByCertainty([10, 11, 12], scores, 3, new Set([11]));
  expect(cuts.map((cut) => [cut.frame, cut.checked])).toEqual([[11, true], [12, false], [10, false]]);
  expect(doubtful(cuts).map((cut) => cut.frame)).toEqual([12]);
});

test("without scores cuts come in their order", () => {
  const cuts = cutsByCertainty([11, 20, 30], null, 3, new Set());
  expect(cuts.map((cut) => cut.frame)).toEqual([11, 20, 30]);
});
