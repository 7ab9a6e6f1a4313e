// @ts-check
import { afterAll, beforeEach, expect, test } from "bun:test";
import { keepPlace, keptPlace } from "../../assets/desk/place.js";

const before = globalThis.sessionStorage;
/** @type {Map<string, string>} */
const stored = new Map();

beforeEach(() => {
  stored.clear();
  storage({
    getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
    removeItem: (/** @type {string} */ key) => stored.delete(key),
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => stored.set(key, text),
  });
});
afterAll(() => storage(before));

/** @param {unknown} value of globalThis.sessionStorage */
const storage = (value) =>
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, writable: true, value });

const PLACE = /** @type {const} */ ({ frame: 12, loop: false, speed: 2, task: "cuts" });

test("a place comes back to its video", () => {
  keepPlace(1, PLACE);
  expect(keptPlace(1)).toEqual(PLACE);
  expect(keptPlace(2)).toEqual({});
});

test.each(["", "{", "null", "5", '"abc"', "[]", '{"frame": "x", "loop": 1, "speed": -1, "task": "x"}'])(
  "what is no place is passed over: %s",
  (garbage) => {
    keepPlace(1, PLACE);
    stored.set([...stored.keys()][0], garbage);
    expect(keptPlace(1)).toEqual({});
  },
);

test("a storage that is full keeps nothing, and nothing of before", () => {
  keepPlace(1, PLACE);
  const full = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  storage({ ...globalThis.sessionStorage, setItem: full });
  keepPlace(1, { ...PLACE, frame: 13 });
  expect(keptPlace(1)).toEqual({});
});

test("a storage that is forbidden keeps nothing", () => {
  Object.defineProperty(globalThis, "sessionStorage", {
    configurable: true,
    get() {
      throw new DOMException("denied", "SecurityError");
    },
  });
  keepPlace(1, PLACE);
  expect(keptPlace(1)).toEqual({});
});
