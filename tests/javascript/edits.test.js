// @ts-check
import { expect, test } from "bun:test";
import {
  Refused,
  addCut,
  group,
  judge,
  moveCut,
  removeCut,
  replaceCuts,
  ungroup,
  withKept,
} from "../../assets/desk/session/edits.js";
import cases from "./cut_cases.json";
import keptCases from "./kept_cases.json";
import { clipsOf } from "./timelines.js";

/**
 * @param {import("../../assets/desk/session/clips.js").Clips} clips
 * @param {any} operation
 */
function apply(clips, operation) {
  switch (operation.kind) {
    case "add_cut":
      return addCut(clips, operation.frame);
    case "remove_cut":
      return removeCut(clips, operation.frame);
    case "move_cut":
      return moveCut(clips, operation.frame, operation.to_frame);
    default:
      return replaceCuts(clips, operation.cuts);
  }
}

test.each(cases)("cuts change, or are refused, as in Python: %j", (one) => {
  const before = clipsOf(one.frame_count, one.cuts, { groups: one.groups });
  if (one.refused) {
    expect(() => apply(before, one.operation)).toThrow(new Refused(one.refused));
  } else {
    const after = apply(before, one.operation);
    expect(after.starts).toEqual([0, .../** @type {any} */ (one.then).cuts]);
    expect(after.groups).toEqual(/** @type {any} */ (one.then).groups);
  }
});

test("clips whose frames change are new and pending, all others stay what they are", () => {
  const before = clipsOf(40, [10, 20, 30], { ids: [5, 6, 7, 8], letters: "AESD" });
  const after = addCut(before, 15);
  expect(after.letters).toBe("APPSD");
  expect(after.ids.filter((id) => id > 0)).toEqual([5, 7, 8]);
  expect(new Set(after.ids).size).toBe(5);
  expect(before.starts).toEqual([0, 10, 20, 30]);
});

test("cutting anew keeps the clips that are the same", () => {
  const before = clipsOf(40, [10, 20, 30], { ids: [5, 6, 7, 8], letters: "AESD" });
  const after = replaceCuts(before, [30, 10]);
  expect(after.letters).toBe("APD");
  expect([after.ids[0], after.ids[2]]).toEqual([5, 8]);
});

test("approving anew leaves what is approved or exported as it is", () => {
  const before = clipsOf(60, [10, 20, 30, 40, 50], { letters: "PAESD!" });
  const all = before.starts.map((start) => /** @type {const} */ ([start, start + 10]));
  expect(judge(before, all, "A").letters).toBe("AAEAA!");
  expect(judge(before, all, "S").letters).toBe("SSSSSS");
});

test("a group is of two clips at least, and has a name of its own", () => {
  const before = clipsOf(30, [10, 20], { groups: [4, 4, 0] });
  expect(() => group(before, [[0, 10]])).toThrow("choose at least 2 clips");
  const [first, second, third] = group(before, [
    [10, 20],
    [20, 30],
  ]).groups;
  expect(first).toBe(4);
  expect(second).toBe(third);
  expect(second).not.toBe(4);
  expect(
    group(before, [
      [0, 10],
      [10, 20],
    ]),
  ).toBe(before);
});

test("clips leave their groups", () => {
  const before = clipsOf(30, [10, 20], { groups: [4, 4, 0] });
  expect(ungroup(before, [[0, 10]]).groups).toEqual([0, 4, 0]);
});

test("frames that are no clip any more are refused", () => {
  expect(() => judge(clipsOf(30, [10]), [[0, 12]], "A")).toThrow(
    "[0, 12) is not a clip: the cuts have changed",
  );
});

for (const { found, kept, cuts } of keptCases) {
  test(`of ${JSON.stringify(found)} with ${JSON.stringify(kept)} kept`, () => {
    expect(withKept(found, kept)).toEqual(cuts);
  });
}
