// @ts-check
import { expect, test } from "bun:test";
import { Supply } from "../../assets/webcodecs/supply.js";

/** @typedef {import("../../assets/webcodecs/core.js").FrameSource} FrameSource */

/** Let everything happen that waits for nothing else. */
const settled = () => Bun.sleep(1);

/** Frames that are read when the test says so; those read are decoded at once. */
class Frames {
  source = { src: "", fpsNum: 25, fpsDen: 1, frameCount: 1_000, width: 100, height: 100 };
  plenty = true;
  bytesPerFrame = 600_000; // one a request
  /** @type {Set<number>} */
  read = new Set();
  /** @type {Map<number, Promise<unknown>>} */
  loads = new Map();
  /** @type {Map<number, () => void>} what ends the reading of a frame */
  reading = new Map();
  open = 0;

  /** @param {number} frame */
  has(frame) {
    return this.read.has(frame) || this.reading.has(frame);
  }

  /**
   * @param {number} first
   * @param {number} _end exclusive
   * @param {{signal: AbortSignal}} options
   */
  async load(first, _end, { signal }) {
    const load = new Promise((resolve, reject) => {
      this.reading.set(first, () => (this.read.add(first), resolve(null)));
      signal.addEventListener("abort", () => reject(signal.reason));
    }).finally(() => this.reading.delete(first));
    this.loads.set(first, load);
    await load;
  }

  /** @param {number} frame */
  async picture(frame) {
    await this.loads.get(frame);
    this.open++;
    return { codedWidth: 100, codedHeight: 100, close: () => this.open-- };
  }

  close() {}
}

function opened() {
  const frames = new Frames();
  const asSource = /** @type {FrameSource} */ (/** @type {unknown} */ (frames));
  return { frames, supply: new Supply(asSource, () => {}) };
}

test("what is expected instead is read as soon as what was expected before is given up", async () => {
  const { frames, supply } = opened();
  supply.expect([1, 2, 3]);
  expect([...frames.reading.keys()]).toEqual([1, 2]);
  supply.expect([500, 501]);
  await settled();
  expect([...frames.reading.keys()]).toEqual([500, 501]);
});

test("what has been read is decoded, and what comes next is read", async () => {
  const { frames, supply } = opened();
  supply.expect([1, 2, 3]);
  frames.reading.get(1)?.();
  await settled();
  await settled();
  expect([1, 2, 3].filter((frame) => supply.cache.has(frame))).toEqual([1]);
  expect([...frames.reading.keys()]).toEqual([2, 3]);
});

test("closing gives up what is read, and closes every picture", async () => {
  const { frames, supply } = opened();
  supply.expect([1, 2, 3]);
  frames.reading.get(1)?.();
  await settled();
  frames.reading.get(2)?.();
  supply.close();
  await settled();
  expect([frames.open, frames.reading.size]).toEqual([0, 0]);
});
