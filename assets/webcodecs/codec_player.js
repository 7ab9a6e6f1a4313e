// @ts-check
import { framesAround, framesToStep } from "./ahead.js";
import { FrameSource } from "./core.js";
import { MediaLost } from "./errors.js";
import { Playback } from "./playback.js";
import { Supply } from "./supply.js";

/**
 * What a player tells whoever made it.
 * @typedef {object} Listener
 * @property {(frame: number) => void} onFrame after each painted frame
 * @property {(waiting: boolean) => void} onWaiting whether a frame that is due is not there yet
 * @property {(words: string) => void} onTrouble why pictures do not come; "" when they do again
 * @property {(words: string) => void} onSilence why nothing is heard; "" when it is again
 * @property {() => void} onEnd playing came to the end of its range
 * @property {(reason: string) => void} onDead it cannot show frames any more
 */

/** After so long without a request, frames nearby are decoded. */
const IDLE_MS = 150;
/** Steps no longer than this, one after the other in one direction, are scrubbing. */
const SCRUB_FRAMES = 64;

/** Paints frames decoded by WebCodecs. */
export class CodecPlayer {
  #canvas;
  #context;
  #supply;
  #listener;
  #playback;
  /** @type {{number: number, abort: AbortController}[]} frames asked for that are not here yet */
  #requests = [];
  #asked = 0;
  #painted = 0;
  #target = -1;
  #step = 0;
  /** @type {number[]} */
  #hinted = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {FrameSource} frames closed with this
   * @param {Listener} listener
   */
  constructor(canvas, frames, listener) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#supply = new Supply(frames, (frame, error) =>
      listener.onDead(`frame ${frame} could not be decoded: ${error}`),
    );
    this.#listener = listener;
    this.#playback = new Playback(this.#supply, (picture, frame) => {
      this.#target = frame;
      this.#paint(picture, frame);
    }, listener);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./core.js").Source} source
   * @param {Listener} listener
   * @param {AbortSignal} signal
   * @throws {import("./errors.js").Unsupported}
   * @throws {MediaLost}
   */
  static async open(canvas, source, listener, signal) {
    const frames = await FrameSource.open(source, { onTrouble: listener.onTrouble, signal });
    return new CodecPlayer(canvas, frames, listener);
  }

  /** What it holds, and has read. */
  get figures() {
    const { cache, frames } = this.#supply;
    return { cacheBytes: cache.bytes, cacheCount: cache.count, fetchedBytes: frames.fetchedBytes };
  }

  /**
   * Paint a frame. Of frames asked for in quick succession the first and the last are painted for
   * sure, those between if there is time; none is painted after a later one.
   * @param {number} frame
   * @param {boolean} stepping whether more steps of this kind are likely
   * @returns {Promise<boolean>} whether it was painted
   */
  async show(frame, stepping) {
    const request = { number: ++this.#asked, abort: new AbortController() };
    const before = this.#target;
    this.#target = frame;
    const there = this.#supply.at(frame);
    if (there) this.#paintAsked(there, frame, request.number);
    this.#foresee(before, frame, stepping);
    if (there) return true;
    if (this.#requests.length > 1) this.#requests.pop()?.abort.abort();
    this.#requests.push(request);
    this.#listener.onWaiting(true);
    try {
      const picture = await this.#supply.want(frame, request.abort.signal);
      return this.#paintAsked(picture, frame, request.number);
    } catch {
      return false; // overtaken; or lost, or not to be decoded, which the listener is told
    } finally {
      this.#requests = this.#requests.filter((each) => each !== request);
      if (this.#requests.length === 0) this.#listener.onWaiting(false);
    }
  }

  /** Paint again what the canvas has lost. */
  repaint() {
    if (this.#target >= 0) void this.show(this.#target, false);
  }

  /** @param {number[]} frames to be decoded when there is nothing else to do */
  hint(frames) {
    this.#hinted = frames;
    this.#whenIdle();
  }

  /**
   * @param {number} frame where to begin, in the range
   * @param {import("./clock.js").Range} range
   * @param {number} speed
   */
  play(frame, range, speed) {
    this.#dropRequests(Infinity);
    this.#playback.start(frame, range, speed);
  }

  pause() {
    this.#playback.stop();
    this.#whenIdle();
  }

  close() {
    clearTimeout(this.#idle);
    this.#dropRequests(Infinity);
    this.#playback.close();
    this.#supply.close();
  }

  /**
   * @param {VideoFrame} picture
   * @param {number} frame
   * @param {number} number of the request
   */
  #paintAsked(picture, frame, number) {
    if (number < this.#painted) return false;
    this.#painted = number;
    this.#dropRequests(number);
    this.#paint(picture, frame);
    return true;
  }

  /**
   * @param {VideoFrame} picture
   * @param {number} frame
   */
  #paint(picture, frame) {
    this.#context?.drawImage(picture, 0, 0, this.#canvas.width, this.#canvas.height);
    this.#canvas.dataset.frame = String(frame);
    this.#listener.onFrame(frame);
  }

  /** @param {number} number requests made before this one are dropped */
  #dropRequests(number) {
    for (const request of this.#requests) if (request.number < number) request.abort.abort();
  }

  /**
   * Expect what will be wanted after this frame.
   * @param {number} before the frame asked for before
   * @param {number} frame
   * @param {boolean} stepping
   */
  #foresee(before, frame, stepping) {
    const step = frame - before;
    const isScrubbing = Math.abs(step) <= SCRUB_FRAMES && step * this.#step > 0;
    const { frameCount } = this.#supply.frames.source;
    this.#step = Math.abs(step) <= SCRUB_FRAMES ? step : 0;
    this.#supply.expect(
      step && (stepping || isScrubbing) ? framesToStep(frame, step, frameCount) : [],
    );
    this.#whenIdle();
  }

  #whenIdle() {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#playback.playing || this.#requests.length > 0) return;
      const { frameCount } = this.#supply.frames.source;
      const near = this.#target < 0 ? [] : framesAround(this.#target, frameCount);
      this.#supply.expect([...near, ...this.#hinted]);
    }, IDLE_MS);
  }
}
