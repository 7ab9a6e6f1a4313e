// @ts-check
import { framesToPlay, strideOf } from "./ahead.js";
import { Clock, frameOf } from "./clock.js";
import { Sound, silenceWords } from "./sound.js";

/** @typedef {import("./clock.js").Range} Range */

/** Half of the time between two pictures of a display: a frame is due when it will be seen. */
const DISPLAY_LEAD_MS = 8;
/** How long there may be no new picture before the clock waits for one. */
const PATIENCE_MS = 300;
/** After a longer pause between two pictures the computer slept, and playing goes on where it was. */
const SLEPT_MS = 1_000;
const DECODE_AHEAD = 16;
/** So many pictures are here before the clock begins to run. */
const BUFFER = 4;
const READ_AHEAD_S = 1.5;

/**
 * A range of frames being played.
 * @typedef {object} Run
 * @property {Range} range
 * @property {number} shown position of the picture on the canvas
 * @property {number} shown_ms when it was painted
 * @property {number} last_ms when it was last looked whether a picture is due
 * @property {boolean} waits whether the clock stands still until pictures are here
 */

/** Plays: paints each picture when it is due, leaves out those that come too late. */
export class Playback {
  #supply;
  #paint;
  #listener;
  #clock;
  /** @type {Run | null} */
  #run = null;
  #callback = 0;
  /** @type {Promise<void> | null} begun when something is played for the first time */
  #openingSound = null;
  /** @type {Sound | null} */
  #sound = null;

  /**
   * @param {import("./supply.js").Supply} supply
   * @param {(picture: VideoFrame, frame: number) => void} paint
   * @param {import("./codec_player.js").Listener} listener
   */
  constructor(supply, paint, listener) {
    this.#supply = supply;
    this.#paint = paint;
    this.#listener = listener;
    this.#clock = new Clock(supply.frames.source.fpsNum / supply.frames.source.fpsDen);
  }

  get playing() {
    return this.#run !== null;
  }

  /**
   * @param {number} frame where to begin, in the range
   * @param {Range} range
   * @param {number} speed
   */
  start(frame, range, speed) {
    this.stop();
    const now = performance.now();
    this.#clock.speed = speed;
    this.#clock.start(frame, now);
    this.#run = { range, shown: frame - 1, shown_ms: now, last_ms: now, waits: true };
    this.#listener.onWaiting(true);
    this.#openSound();
    this.#tick();
  }

  stop() {
    if (!this.#run) return;
    if (this.#run.waits) this.#listener.onWaiting(false);
    this.#run = null;
    cancelAnimationFrame(this.#callback);
    this.#sound?.stop();
  }

  close() {
    this.stop();
    void this.#openingSound?.then(() => this.#sound?.close());
  }

  #openSound() {
    const open = async () => {
      const { onSilence } = this.#listener;
      try {
        this.#sound = await Sound.open(this.#supply.frames, onSilence);
      } catch (error) {
        onSilence(silenceWords(error));
      }
      if (this.#run && !this.#run.waits) this.#sound?.play(this.#run.range, this.#clock);
    };
    this.#openingSound ??= open();
  }

  #tick = () => {
    const run = this.#run;
    if (!run) return;
    this.#callback = requestAnimationFrame(this.#tick);
    const now = performance.now();
    if (run.waits || now - run.last_ms > SLEPT_MS) this.#goOn(run, now);
    run.last_ms = now;
    const heard = this.#sound?.positionAt(now) ?? null;
    if (heard !== null) this.#clock.follow(heard, now);
    const position = run.waits ? run.shown + 1 : this.#clock.position(now + DISPLAY_LEAD_MS);
    if (!run.waits) this.#show(run, position, now);
    if (this.#run !== run) return; // a listener has stopped it
    this.#expect(run, position);
    const last = run.range.end - 1;
    if (!run.range.loop && run.shown >= last && position > last + 1) this.#listener.onEnd();
  };

  /**
   * Go on after the picture on the canvas, if the next ones are here: the clock begins again, and so
   * does the sound.
   * @param {Run} run
   * @param {number} now
   */
  #goOn(run, now) {
    const next = run.shown + 1;
    this.#clock.start(next, now);
    run.shown_ms = now;
    this.#sound?.stop();
    if (!this.#upcoming(next, BUFFER, run.range).every((frame) => this.#supply.cache.has(frame))) {
      this.#wait(run, true);
      return;
    }
    this.#wait(run, false);
    this.#sound?.play(run.range, this.#clock);
  }

  /**
   * Paint the newest picture that is due and here, unless it is on the canvas already.
   * @param {Run} run
   * @param {number} position
   * @param {number} now
   */
  #show(run, position, now) {
    const { range, shown } = run;
    const due = range.loop ? Math.floor(position) : Math.min(Math.floor(position), range.end - 1);
    const oldest = Math.max(shown + 1, due - Math.ceil(this.#clock.fps * this.#clock.speed));
    for (let each = due; each >= oldest; each--) {
      const frame = frameOf(each, range);
      const picture = this.#supply.at(frame);
      if (!picture) continue;
      run.shown = each;
      run.shown_ms = now;
      this.#paint(picture, frame);
      return;
    }
    if (due > shown && now - run.shown_ms > PATIENCE_MS) this.#wait(run, true);
  }

  /**
   * @param {Run} run
   * @param {boolean} waits
   */
  #wait(run, waits) {
    if (run.waits === waits) return;
    run.waits = waits;
    if (waits) this.#sound?.stop();
    this.#listener.onWaiting(waits);
  }

  /**
   * @param {Run} run
   * @param {number} position
   */
  #expect({ range }, position) {
    const { fps, speed } = this.#clock;
    this.#supply.expect(
      this.#upcoming(position, DECODE_AHEAD, range),
      framesToPlay(position, 1, Math.ceil(READ_AHEAD_S * fps * speed), range),
    );
  }

  /**
   * @param {number} position
   * @param {number} count
   * @param {Range} range
   * @returns {number[]} the frames to be shown next, no more than the supply has room for
   */
  #upcoming(position, count, range) {
    const { fps, speed } = this.#clock;
    return framesToPlay(position, strideOf(fps, speed), Math.min(count, this.#supply.room), range);
  }
}
