// @ts-check
import { expect, test } from "bun:test";
import { FrameCache } from "../../assets/webcodecs/cache.js";

const PICTURE_BYTES = 100 * 100 * 1.5;

/** @type {Set<object>} pictures that nobody has closed */
const open = new Set();

function picture() {
  const made = { codedWidth: 100, codedHeight: 100, close: () => open.delete(made) };
  open.add(made);
  return /** @type {VideoFrame} */ (/** @type {unknown} */ (made));
}

/**
 * @param {Partial<{maxBytes: number, maxCount: number}>} [bounds]
 * @param {number[]} [frames]
 */
function cacheOf({ maxBytes = Infinity, maxCount = Infinity } = {}, frames = []) {
  open.clear();
  const cache = new FrameCache({ maxBytes, maxCount });
  for (const frame of frames) cache.put(frame, picture());
  return cache;
}

test("what was used longest ago leaves first, and is closed", () => {
  const cache = cacheOf({ maxCount: 3 }, [1, 2, 3]);
  cache.get(1);
  cache.put(4, picture());
  expect([1, 2, 3, 4].filter((frame) => cache.has(frame))).toEqual([1, 3, 4]);
  expect(open.size).toBe(3);
});

test("neither bytes nor number ever exceed their bound", () => {
  const cache = cacheOf({ maxBytes: 5.5 * PICTURE_BYTES, maxCount: 7 });
  for (let i = 0; i < 5_000; i++) {
    cache.put((i * 7919) % 400, picture());
    expect(cache.bytes).toBeLessThanOrEqual(cache.maxBytes);
    expect(cache.bytes).toBe(cache.count * PICTURE_BYTES);
    expect(open.size).toBe(cache.count);
  }
  expect(cache.count).toBe(5);
});

test("a picture larger than the bound is kept until the next one comes", () => {
  const cache = cacheOf({ maxBytes: PICTURE_BYTES / 2 }, [1]);
  expect(cache.has(1)).toBe(true);
  cache.put(2, picture());
  expect([cache.has(1), cache.has(2)]).toEqual([false, true]);
});

test("a second picture of a frame is closed, the first stays", () => {
  const cache = cacheOf({}, [1]);
  const first = cache.get(1);
  expect(cache.put(1, picture())).toBe(/** @type {VideoFrame} */ (first));
  expect(open.size).toBe(1);
});

test("clearing closes everything", () => {
  const cache = cacheOf({}, [1, 2, 3]);
  cache.clear();
  expect([cache.count, cache.bytes, open.size]).toEqual([0, 0, 0]);
});
