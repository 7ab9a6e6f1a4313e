// @ts-check
import { FrameCache } from "./cache.js";
import { MediaLost } from "./errors.js";

/** Of each GB that the device has, for pictures: a tablet's browser ends a page that takes too much. */
const CACHE_BYTES_A_GB = 24 << 20;
const CACHE_GB = { least: 2, most: 8, unsaid: 4 };
const CACHE_COUNT = 240;
/** Where pictures are scarce (they are a decoder's own buffers), no more than these. */
const SCARCE_COUNT = 4;
const REQUESTS = 2;
const REQUEST_BYTES = 1 << 20;
const DECODING = 4;

/**
 * Pictures of one video: those decoded lately, those wanted now, and those expected next, which are
 * read by the run and decoded while nothing is wanted.
 */
export class Supply {
  /** @type {number[]} to decode, most wanted first */
  #expected = [];
  /** @type {Set<number>} to read; among them the expected */
  #read = new Set();
  /** @type {Map<AbortController, number[]>} requests under way, and their frames */
  #requests = new Map();
  /** @type {Map<number, AbortController>} expected frames being decoded */
  #decoding = new Map();
  /** @type {Set<number>} frames that could not be decoded */
  #broken = new Set();
  #onBroken;

  /**
   * @param {import("./core.js").FrameSource} frames closed with this
   * @param {(frame: number, error: unknown) => void} onBroken told of frames that cannot be decoded
   */
  constructor(frames, onBroken) {
    this.frames = frames;
    this.#onBroken = onBroken;
    const maxCount = frames.plenty ? CACHE_COUNT : SCARCE_COUNT;
    this.cache = new FrameCache({ maxBytes: cacheBytes(), maxCount });
  }

  /** How many frames may be expected at a time: half of what the cache holds. */
  get room() {
    const { width, height } = this.frames.source;
    const { maxBytes, maxCount } = this.cache;
    return Math.max(1, Math.floor(Math.min(maxBytes / (width * height * 1.5), maxCount) / 2));
  }

  /**
   * @param {number} frame
   * @returns {VideoFrame | null} if it is here; the supply's own, to be used at once
   */
  at(frame) {
    return this.cache.get(frame);
  }

  /**
   * @param {number} frame
   * @param {AbortSignal} signal
   * @returns {Promise<VideoFrame>} the supply's own, to be used at once
   */
  want(frame, signal) {
    return this.#decoded(frame, signal, true);
  }

  /**
   * Expect exactly these from now on.
   * @param {number[]} frames to be decoded, most wanted first
   * @param {number[]} [toRead] to be read only, after those
   */
  expect(frames, toRead = []) {
    this.#expected = frames.slice(0, this.room);
    this.#read = new Set([...this.#expected, ...toRead]);
    for (const frame of this.#expected) this.cache.get(frame); // so that it stays
    for (const [request, covered] of this.#requests) {
      if (!covered.some((frame) => this.#read.has(frame))) request.abort();
    }
    for (const [frame, job] of this.#decoding) if (!this.#read.has(frame)) job.abort();
    this.#pump();
  }

  close() {
    this.expect([]);
    this.frames.close();
    this.cache.clear();
  }

  #pump() {
    for (const frame of this.#read) {
      if (this.#requests.size >= REQUESTS) break;
      if (!this.cache.has(frame) && !this.frames.has(frame)) void this.#request(frame);
    }
    for (const frame of this.#expected) {
      if (this.#decoding.size >= DECODING) break;
      const idle = !this.#decoding.has(frame) && !this.#broken.has(frame);
      if (idle && !this.cache.has(frame) && this.frames.has(frame)) void this.#decode(frame);
    }
  }

  /** @param {number} frame to read, with the frames beside it that are to be read too */
  async #request(frame) {
    const missing = (/** @type {number} */ each) =>
      this.#read.has(each) && !this.cache.has(each) && !this.frames.has(each);
    const most = Math.max(1, Math.floor(REQUEST_BYTES / this.frames.bytesPerFrame));
    let [first, end] = [frame, frame + 1];
    while (end - first < most && missing(end)) end++;
    while (end - first < most && missing(first - 1)) first--;
    const request = new AbortController();
    this.#requests.set(request, Array.from({ length: end - first }, (_, i) => first + i));
    try {
      await this.frames.load(first, end, { signal: request.signal });
    } catch {
      if (!request.signal.aborted) return; // lost, which the source has told
    } finally {
      this.#requests.delete(request);
    }
    this.#pump(); // if this was not expected any more, for what is now
  }

  /** @param {number} frame that is expected */
  async #decode(frame) {
    const job = new AbortController();
    this.#decoding.set(frame, job);
    try {
      await this.#decoded(frame, job.signal, false);
    } catch {
      if (!job.signal.aborted) return; // lost or broken, which someone was told
    } finally {
      this.#decoding.delete(frame);
    }
    this.#pump();
  }

  /**
   * @param {number} frame
   * @param {AbortSignal} signal
   * @param {boolean} urgent
   */
  async #decoded(frame, signal, urgent) {
    try {
      const picture = await this.frames.picture(frame, { signal, urgent });
      if (!signal.aborted) return this.cache.put(frame, picture);
      picture.close();
    } catch (error) {
      if (!signal.aborted && !(error instanceof MediaLost)) {
        this.#broken.add(frame);
        this.#onBroken(frame, error);
      }
      throw error;
    }
    throw signal.reason;
  }
}

/** What pictures may take, by the memory that the browser says the device has: most do not say. */
function cacheBytes() {
  const { least, most, unsaid } = CACHE_GB;
  const { deviceMemory = unsaid } = /** @type {{deviceMemory?: number}} */ (navigator);
  return CACHE_BYTES_A_GB * Math.min(most, Math.max(least, deviceMemory));
}
