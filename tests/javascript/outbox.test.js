// @ts-check
import { beforeEach, expect, test } from "bun:test";
import { keepUnanswered, keptUnanswered } from "../../assets/desk/outbox.js";
import { clipsOf } from "./timelines.js";

/** @typedef {import("../../assets/desk/session/session.js").Request} Request */

const clips = clipsOf(100, [20, 50]);
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
  { kind: "add_cut", frame: 30, request_id: "a" },
  { kind: "approve", clips: [[0, 1]], request_id: "b" },
  { kind: "describe", clip: [0, 20], notes: "rain", tags: [], request_id: "c" },
  { kind: "undo", request_id: "d" },
];

test("requests come back in order, each video's own", () => {
  keepUnanswered(1, REQUESTS);
  keepUnanswered(2, [REQUESTS[3]]);
  expect(keptUnanswered(1, clips)).toEqual(REQUESTS);
  expect(keptUnanswered(2, clips)).toEqual([REQUESTS[3]]);
  expect(keptUnanswered(3, clips)).toEqual([]);
  keepUnanswered(1, []);
  expect(keptUnanswered(1, clips)).toEqual([]);
  expect(storage.size).toBe(1);
});

test.each(["", "x", "{", "null", "5", '{"0": {}}', '"abc"', "[null]", "[[]]", '[{"kind": "undo"}]'])(
  "garbage is no request: %s",
  (garbage) => {
    keepUnanswered(1, REQUESTS);
    storage.set([...storage.keys()][0], garbage);
    expect(keptUnanswered(1, clips)).toEqual([]);
  },
);

test.each([
  { kind: "approve", request_id: "x" },
  { kind: "approve", clips: 5, request_id: "x" },
  { kind: "group", clips: [1, 2], request_id: "x" },
  { kind: "replace_cuts", cuts: null, request_id: "x" },
  { kind: "undo", request_id: 7 },
])("what cannot be shown is passed over, the rest is not: %j", (garbage) => {
  const kept = /** @type {Request[]} */ ([garbage, ...REQUESTS]);
  keepUnanswered(1, kept);
  expect(keptUnanswered(1, clips)).toEqual(REQUESTS);
});

test("without room nothing is kept, and nothing of before either", () => {
  keepUnanswered(1, REQUESTS);
  room = 10;
  keepUnanswered(1, REQUESTS.slice(0, 2));
  expect(keptUnanswered(1, clips)).toEqual([]);
  room = Infinity;
  const cuts = Array.from({ length: 300_000 }, (_, index) => index);
  keepUnanswered(1, [{ kind: "replace_cuts", cuts, threshold: 3, request_id: "x" }]);
  expect(storage.size).toBe(0);
});
