// @ts-check
import { FrameSource } from "./core.js";
import { MediaLost, Unsupported } from "./errors.js";
import { VideoFrames } from "./video_frames.js";

const KEPT_BYTES = 48 << 20;
/** Thumbnails are kept, so the packets that they are made of need not be. */
const KEPT_PACKET_BYTES = 2 << 20;
const BYTES_PER_PIXEL = 4;
/** One is read while another is decoded; more would only stand in the player's way. */
const AT_ONCE = 2;

/**
 * @typedef {object} Job a thumbnail that someone wants and that is not there
 * @property {number} frame
 * @property {number} heightPx
 * @property {Map<unknown, number>} ranks who wants it, and how much: the lower, the more
 * @property {AbortController | null} making
 */

/**
 * Thumbnails of a proxy, decoded when someone looks at them, by a decoder of their own: the player's
 * never waits for them. Each is exactly the frame it is asked for as, or is not there.
 */
export class Filmstrip {
  #source;
  /** @type {Promise<FrameSource | VideoFrames> | null} */
  #frames = null;
  /** @type {Map<string, ImageBitmap>} least recently drawn first */
  #kept = new Map();
  #keptBytes = 0;
  /** @type {Map<string, Job>} */
  #jobs = new Map();
  #making = 0;
  #resting = false;
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #closed = new AbortController();

  /** @param {import("./core.js").Source} source */
  constructor(source) {
    this.#source = source;
  }

  /**
   * A thumbnail, to be drawn at once: it may be gone later. If it is not there it is asked for.
   * @param {number} frame
   * @param {number} heightPx
   * @param {unknown} by who asks
   * @returns {ImageBitmap | null}
   */
  request(frame, heightPx, by = "") {
    const key = `${frame} ${heightPx}`;
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const job = this.#jobs.get(key) ?? { frame, heightPx, ranks: new Map(), making: null };
    if (!job.ranks.has(by)) job.ranks.set(by, this.#jobs.size);
    this.#jobs.set(key, job);
    queueMicrotask(() => this.#work()); // everything that is asked for now, and then the most wanted
    return null;
  }

  /**
   * Of all that someone has asked for, only these frames are still wanted.
   * @param {readonly number[]} frames the most wanted first
   * @param {unknown} by who wants them
   */
  want(frames, by = "") {
    const ranks = new Map(frames.map((frame, rank) => [frame, rank]));
    for (const [key, job] of this.#jobs) {
      if (!job.ranks.delete(by)) continue;
      const rank = ranks.get(job.frame);
      if (rank !== undefined) job.ranks.set(by, rank);
      if (job.ranks.size) continue;
      this.#jobs.delete(key);
      job.making?.abort();
    }
  }

  /**
   * Begin nothing new for a while: someone waits for something more urgent.
   * @param {boolean} resting
   */
  rest(resting) {
    this.#resting = resting;
    this.#work();
  }

  /**
   * @param {() => void} watcher called whenever a thumbnail has come
   * @returns {() => void} ends it
   */
  watch = (watcher) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  close() {
    this.#closed.abort();
    for (const job of this.#jobs.values()) job.making?.abort();
    this.#jobs.clear();
    for (const thumbnail of this.#kept.values()) thumbnail.close();
    this.#kept.clear();
    this.#frames?.then((frames) => frames.close(), () => {});
  }

  #work() {
    while (this.#making < AT_ONCE && !this.#resting && !this.#closed.signal.aborted) {
      const next = mostWanted(this.#jobs);
      if (!next) return;
      this.#making++;
      void this.#make(...next).finally(() => {
        this.#making--;
        this.#work();
      });
    }
  }

  /**
   * @param {string} key
   * @param {Job} job
   */
  async #make(key, job) {
    const { signal } = (job.making = new AbortController());
    const opening = (this.#frames ??= FrameSource.open(this.#source, {
      keptBytes: KEPT_PACKET_BYTES,
      signal: this.#closed.signal,
    }));
    try {
      const picture = await (await opening).picture(job.frame, { signal, urgent: false });
      const thumbnail = await reduced(picture, job.heightPx, this.#source);
      if (signal.aborted) thumbnail.close();
      else this.#keep(key, thumbnail);
    } catch (error) {
      if (error instanceof Unsupported) this.#fallBack(opening);
      else if (!signal.aborted && !isExpected(error)) throw error;
      if (opening !== this.#frames && !signal.aborted) job.making = null; // once more, by the other means
    } finally {
      if (job.making && this.#jobs.get(key) === job) this.#jobs.delete(key);
    }
  }

  /**
   * Frames cannot be had one by one: a `<video>` is to show them.
   * @param {Promise<FrameSource | VideoFrames>} failed
   */
  #fallBack(failed) {
    if (this.#frames !== failed || this.#closed.signal.aborted) return;
    failed.then((frames) => frames.close(), () => {});
    this.#frames = VideoFrames.open(this.#source, this.#closed.signal);
  }

  /**
   * @param {string} key
   * @param {ImageBitmap} thumbnail
   */
  #keep(key, thumbnail) {
    this.#kept.set(key, thumbnail);
    this.#keptBytes += bytesOf(thumbnail);
    for (const [oldKey, old] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES) break;
      this.#keptBytes -= bytesOf(old);
      this.#kept.delete(oldKey);
      old.close();
    }
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** @param {ImageBitmap} thumbnail */
const bytesOf = ({ width, height }) => width * height * BYTES_PER_PIXEL;

/** @param {Map<string, Job>} jobs */
function mostWanted(jobs) {
  /** @type {[string, Job] | null} */
  let found = null;
  let best = Infinity;
  for (const [key, job] of jobs) {
    const rank = job.making ? Infinity : Math.min(...job.ranks.values());
    if (rank < best) [found, best] = [[key, job], rank];
  }
  return found;
}

/**
 * @param {VideoFrame | ImageBitmap} picture closed by this
 * @param {number} heightPx
 * @param {import("./core.js").Source} source
 */
async function reduced(picture, heightPx, { width, height }) {
  try {
    return await createImageBitmap(picture, {
      resizeWidth: Math.max(1, Math.round((heightPx * width) / height)),
      resizeHeight: heightPx,
      resizeQuality: "medium",
    });
  } finally {
    picture.close();
  }
}

/**
 * Whether a thumbnail just does not come: it is not wanted any more, or it cannot be read or decoded,
 * which the player says in words.
 * @param {unknown} error
 */
const isExpected = (error) => error instanceof MediaLost || error instanceof DOMException;
