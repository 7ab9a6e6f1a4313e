// @ts-check
import { beforeEach, expect, test } from "bun:test";
import { keepUnanswered, keptUnanswered } from "../../assets/desk/outbox.js";
import { clipsOf } from "./timelines.js";

/** @typedef {import("../../assets/desk/session/session.js").Request} Request */

const clips = clipsOf(100, [20, 50]);
const own = { reviewer_id: 1, video_id: 1 };
/** @type {Map<string, string>} */
const storage = new Map();
let room = Infinity;

beforeEach(() => {
  storage.clear();
  room = Infinity;
});

Object.assign(globalThis, {
  sessionStorage: {
    getItem: (/** @type {string} */ key) => storage.get(key) ?? null,
    removeItem: (/** @type {string} */ key) => storage.delete(key),
    setItem(/** @type {string} */ key, /** @type {string} */ text) {
      if (text.length > room) throw new DOMException("full", "QuotaExceededError");
      storage.set(key, text);
    },
  },
});

/** @type {Request[]} */
const REQUESTS = [
  { kind: "add_cut", frame: 30, request_id: "a", ...own },
  { kind: "approve", clips: [[0, 1]], request_id: "b", ...own },
  { kind: "describe", clip: [0, 20], notes: "rain", tags: [], request_id: "c", ...own },
  { kind: "undo", request_id: "d", ...own },
];

test.each([
  { reviewer_id: 1, video_id: 2 },
  { reviewer_id: 2, video_id: 1 },
])("requests come back in order, each person's and each video's: %j", (other) => {
  const others = [{ ...REQUESTS[3], ...other }];
  keepUnanswered(own, REQUESTS);
  keepUnanswered(other, others);
  expect(keptUnanswered(own, clips)).toEqual(REQUESTS);
  expect(keptUnanswered(other, clips)).toEqual(others);
  expect(keptUnanswered({ reviewer_id: 3, video_id: 3 }, clips)).toEqual([]);
  keepUnanswered(own, []);
  expect(keptUnanswered(own, clips)).toEqual([]);
  expect(storage.size).toBe(1);
});

test.each(["", "x", "{", "null", "5", '{"0": {}}', '"abc"', "[null]", "[[]]", '[{"kind": "undo"}]'])(
  "garbage is no request: %s",
  (garbage) => {
    keepUnanswered(own, REQUESTS);
    storage.set([...storage.keys()][0], garbage);
    expect(keptUnanswered(own, clips)).toEqual([]);
  },
);

test.each([
  { kind: "approve", request_id: "x", ...own },
  { kind: "approve", clips: 5, request_id: "x", ...own },
  { kind: "group", clips: [1, 2], request_id: "x", ...own },
  { kind: "replace_cuts", cuts: null, request_id: "x", ...own },
  { kind: "undo", request_id: 7, ...own },
])("what cannot be shown is passed over, the rest is not: %j", (garbage) => {
  const kept = /** @type {Request[]} */ ([garbage, ...REQUESTS]);
  keepUnanswered(own, kept);
  expect(keptUnanswered(own, clips)).toEqual(REQUESTS);
});

test("what names another person or video is passed over, wherever it was kept", () => {
  const others = [{ ...REQUESTS[0], reviewer_id: 2 }, { ...REQUESTS[1], video_id: 2 }];
  keepUnanswered(own, [...others, REQUESTS[3]]);
  expect(keptUnanswered(own, clips)).toEqual([REQUESTS[3]]);
});

test("without room nothing is kept, and nothing of before either", () => {
  keepUnanswered(own, REQUESTS);
  room = 10;
  keepUnanswered(own, REQUESTS.slice(0, 2));
  expect(keptUnanswered(own, clips)).toEqual([]);
  room = Infinity;
  const cuts = Array.from({ length: 300_000 }, (_, index) => index);
  keepUnanswered(own, [{ kind: "replace_cuts", cuts, threshold: 3, request_id: "x", ...own }]);
  expect(storage.size).toBe(0);
});
