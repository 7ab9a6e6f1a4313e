// @ts-check
import { openPlayer, openVideo } from "./opening.js";
import { INITIAL_STATE } from "./player_state.js";

/** @typedef {import("./core.js").Source} Source */
/** @typedef {import("./clock.js").Range} Range */
/** @typedef {import("./player_state.js").PlayerState} PlayerState */
/** @typedef {{frame: number, state: PlayerState}} Told after each painted frame, each change */

const SPEEDS = { slowest: 0.25, fastest: 4 };

/**
 * The player, as pages see it: frame numbers in and out, painted on a canvas of the proxy's size.
 * Frames are decoded by WebCodecs, or where that is not to be had by a `<video>`.
 */
export class Controller {
  canvas;
  #source;
  #wish;
  /** @type {import("./opening.js").OpenedPlayer["player"] | null} */
  #player = null;
  #closed = new AbortController();
  /** @type {() => void} */
  #opened = () => {};
  /** Resolves when there is a player, or never will be. */
  #ready = new Promise((/** @type {(value: void) => void} */ resolve) => (this.#opened = resolve));
  #frame = -1;
  #target = -1;
  /** Counts requests, so that an older one knows that it is overtaken. */
  #asked = 0;
  /** @type {Range | null} */
  #range = null;
  /** @type {number[]} */
  #hinted = [];
  /** @type {{[Name in keyof Told]: Set<(told: Told[Name]) => void>}} */
  #listeners = { frame: new Set(), state: new Set() };
  #state = INITIAL_STATE;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Source} source
   * @param {{player?: "auto" | "webcodecs" | "video"}} [options]
   */
  constructor(canvas, source, { player = "auto" } = {}) {
    this.canvas = canvas;
    this.#source = source;
    this.#wish = player;
    canvas.width = source.width;
    canvas.height = source.height;
    const { signal } = this.#closed;
    canvas.addEventListener("contextrestored", () => this.#player?.repaint(), { signal });
    document.addEventListener("visibilitychange", () => this.#heedVisibility(), { signal });
  }

  /** Resolve once frames can be shown, or never will be: then there is trouble in the state. */
  async load() {
    const { signal } = this.#closed;
    await this.#use(openPlayer(this.canvas, this.#source, this.#wish, this.#listener, signal));
    this.#opened();
  }

  /** Free everything. May be called at any time, and again. */
  close() {
    this.#closed.abort();
    this.#opened();
    this.#listeners.frame.clear();
    this.#listeners.state.clear();
    this.#player?.close();
    this.#player = null;
  }

  /** The frame on the canvas; -1 before the first. */
  get frame() {
    return this.#frame;
  }

  /** The frame that was asked for last; while playing, the one on the canvas. */
  get target() {
    return this.#target;
  }

  get state() {
    return this.#state;
  }

  get playing() {
    return this.#state.playing;
  }

  get speed() {
    return this.#state.speed;
  }

  set speed(speed) {
    this.#set({ speed: Math.min(SPEEDS.fastest, Math.max(SPEEDS.slowest, speed)) });
    if (this.playing) this.#start("whole");
  }

  get figures() {
    return this.#player?.figures ?? null;
  }

  /**
   * Show a frame, or the nearest one there is. Playing goes on from there.
   * @param {number} frame
   * @returns {Promise<boolean>} true once it is painted; false if a later request overtook it
   */
  async seek(frame) {
    const painted = await this.#show(frame, false);
    if (painted && this.playing) this.#start("whole");
    return painted;
  }

  /**
   * Show the frame so many after the one asked for last. Playing stops.
   * @param {number} delta in frames, negative backward
   * @returns {Promise<boolean>} as `seek`
   */
  step(delta) {
    this.pause();
    return this.#show(this.#target + delta, true);
  }

  /** Play on from the frame asked for last, or from the range's start if that is not inside of it. */
  async play() {
    if (this.playing) return;
    this.#set({ playing: true });
    await this.#ready;
    if (this.playing) this.#start("range");
  }

  pause() {
    if (!this.playing) return;
    this.#player?.pause();
    this.#set({ playing: false, waiting: false });
  }

  /**
   * Where playing stays: it loops, or stops on the last frame. Null: the whole video, once.
   * @param {Range | null} range frames [start, end), as far as there are any
   */
  setRange(range) {
    const start = Math.max(0, range?.start ?? 0);
    const end = Math.min(range?.end ?? 0, this.#source.frameCount);
    this.#range = range && start < end ? { start, end, loop: range.loop } : null;
    if (this.playing) this.#start("range");
  }

  /**
   * Decode these when there is nothing else to do; replaces what was hinted before.
   * @param {number[]} frames
   */
  prefetch(frames) {
    this.#hinted = frames.filter((frame) => frame >= 0 && frame < this.#source.frameCount);
    this.#player?.hint(this.#hinted);
  }

  /**
   * @template {keyof Told} Name
   * @param {Name} name
   * @param {(told: Told[Name]) => void} listener
   * @returns {() => void} ends it
   */
  on(name, listener) {
    this.#listeners[name].add(listener);
    return () => this.#listeners[name].delete(listener);
  }

  /** @type {import("./codec_player.js").Listener} */
  #listener = {
    onFrame: (frame) => {
      this.#frame = frame;
      if (this.playing) this.#target = frame;
      for (const listener of this.#listeners.frame) listener(frame);
    },
    onWaiting: (waiting) => this.#set({ waiting }),
    onTrouble: (trouble) => this.#set({ trouble }),
    onSilence: (silence) => this.#set({ silence }),
    onEnd: () => this.pause(),
    onDead: (reason) => {
      if (this.#state.player === "webcodecs" && this.#wish === "auto") void this.#fallBack(reason);
      else this.#set({ trouble: reason });
    },
  };

  /**
   * @param {number} frame
   * @param {boolean} stepping
   */
  async #show(frame, stepping) {
    const number = ++this.#asked;
    this.#target = Math.min(Math.max(Math.round(frame), 0), this.#source.frameCount - 1);
    if (!this.#player) {
      this.#set({ waiting: true });
      await this.#ready;
    }
    if (!this.#player || number !== this.#asked) return false;
    this.#player.pause();
    return this.#player.show(this.#target, stepping);
  }

  /** A hidden page is told of no frame that is due: it plays on where it was, once it is seen again. */
  #heedVisibility() {
    if (!this.playing) return;
    if (document.hidden) this.#player?.pause();
    else this.#start("whole");
  }

  /** @param {"range" | "whole"} outside what is played if the frame asked for is not in the range */
  #start(outside) {
    const whole = { start: 0, end: this.#source.frameCount, loop: false };
    const isKept = this.#range && (outside === "range" || isIn(this.#target, this.#range));
    const range = (isKept && this.#range) || whole;
    const isOver = !range.loop && this.#target === range.end - 1;
    const frame = isIn(this.#target, range) && !isOver ? this.#target : range.start;
    this.#player?.play(frame, range, this.speed);
  }

  /** @param {string} reason */
  async #fallBack(reason) {
    this.#player?.close();
    this.#player = null;
    const { signal } = this.#closed;
    this.#ready = this.#use(
      openVideo(this.canvas, this.#source, reason, this.#listener, signal),
    );
    await this.seek(this.#target);
  }

  /** @param {Promise<import("./opening.js").OpenedPlayer>} opening */
  async #use(opening) {
    const { signal } = this.#closed;
    try {
      const { player, name, whyFallback } = await opening;
      if (signal.aborted) {
        player.close();
        return;
      }
      this.#player = player;
      player.hint(this.#hinted);
      this.#set({ player: name, whyFallback });
    } catch (error) {
      if (!signal.aborted) this.#set({ trouble: /** @type {Error} */ (error).message });
    }
  }

  /** @param {Partial<PlayerState>} changes */
  #set(changes) {
    const entries = /** @type {[keyof PlayerState, unknown][]} */ (Object.entries(changes));
    if (entries.every(([name, value]) => this.#state[name] === value)) return;
    this.#state = { ...this.#state, ...changes };
    for (const listener of this.#listeners.state) listener(this.#state);
  }
}

/**
 * @param {number} frame
 * @param {Range} range
 */
const isIn = (frame, { start, end }) => frame >= start && frame < end;
