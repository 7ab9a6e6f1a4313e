// @ts-check
import { isAudible, placeOf } from "./clock.js";
import { SoundDecoder } from "./sound_decoder.js";

/** How far ahead of what is heard sound is scheduled. */
const AHEAD_S = 0.4;
const LOOK_MS = 50;
/** From deciding to play until the first sample: time enough to hand it over. */
const LEAD_S = 0.05;
/** After so long in silence the sound card may sleep. */
const REST_MS = 2_000;
/** Shorter pieces are a rounding error. */
const MIN_S = 1e-6;
/** So much is left in silence where a piece of the sound cannot be had. */
const GAP_S = 0.4;

/**
 * A range being heard.
 * @typedef {object} Run
 * @property {import("./clock.js").Range} range
 * @property {import("./clock.js").Clock} clock
 * @property {number} speed
 * @property {number} position where the sound begins; positions are those of clock.js
 * @property {number} at_s when that is, on the audio context's clock
 * @property {Set<AudioBufferSourceNode>} nodes
 */

/**
 * The sound of a proxy. It begins where the clock is, and from then on leads the clock: what is
 * heard cannot be stretched unnoticed, pictures can. Faster or slower it has another pitch.
 */
export class Sound {
  #context;
  #decoder;
  #fps;
  #onSilence;
  /** @type {Run | null} */
  #run = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;

  /**
   * @param {AudioContext} context
   * @param {SoundDecoder} decoder
   * @param {number} fps
   * @param {(words: string) => void} onSilence told why nothing is heard, and "" when it is again
   */
  constructor(context, decoder, fps, onSilence) {
    this.#context = context;
    this.#decoder = decoder;
    this.#fps = fps;
    this.#onSilence = onSilence;
  }

  /**
   * @param {import("./core.js").FrameSource} frames
   * @param {(words: string) => void} onSilence
   * @returns {Promise<Sound | null>} null: there is no sound
   * @throws {Error} this browser does not play it
   */
  static async open({ audio, ranges, source }, onSilence) {
    if (!audio) return null;
    const decoder = await SoundDecoder.open(ranges, audio);
    if (!decoder || !("AudioContext" in globalThis)) throw new Error("this browser cannot play it");
    const context = new AudioContext({ sampleRate: audio.config.sampleRate });
    return new Sound(context, decoder, source.fpsNum / source.fpsDen, onSilence);
  }

  /**
   * Play along with the clock, as soon as the browser lets the page be heard.
   * @param {import("./clock.js").Range} range
   * @param {import("./clock.js").Clock} clock
   */
  play(range, clock) {
    this.stop();
    const { speed } = clock;
    if (!isAudible(speed)) return;
    const run = { range, clock, speed, position: 0, at_s: NaN, nodes: new Set() };
    this.#run = run;
    clearTimeout(this.#resting);
    this.#schedule(run).catch((error) => this.#lose(run, error));
  }

  stop() {
    if (!this.#run) return;
    for (const node of this.#run.nodes) node.stop();
    this.#run = null;
    this.#resting = setTimeout(() => void this.#context.suspend().catch(() => {}), REST_MS);
  }

  close() {
    this.stop();
    clearTimeout(this.#resting);
    this.#decoder.close();
    void this.#context.close().catch(() => {}); // closed already
  }

  /**
   * @param {number} now_ms
   * @returns {number | null} the position that is heard now; null if nothing is
   */
  positionAt(now_ms) {
    const run = this.#run;
    if (!run || Number.isNaN(run.at_s)) return null;
    const { contextTime = 0, performanceTime = 0 } = this.#context.getOutputTimestamp();
    if (this.#context.state !== "running" || performanceTime === 0) return null;
    const told_s = contextTime + (now_ms - performanceTime) / 1000;
    const heard_s = Math.min(told_s, this.#context.currentTime); // told before a rest, it is far ahead
    if (heard_s < run.at_s) return null;
    return run.position + (heard_s - run.at_s) * this.#fps * run.speed;
  }

  /**
   * Hand over piece after piece, until another run begins.
   * @param {Run} run
   */
  async #schedule(run) {
    await this.#context.resume().catch(() => {}); // closed while the browser did not let it be heard
    if (this.#run !== run) return;
    const first_s = placeOf(run.clock.position(performance.now()), run.range) / this.#fps;
    await this.#decoder.piece(first_s).catch(() => {}); // so that it is at hand; asked for again below
    const framesPerS = this.#fps * run.speed;
    run.position = run.clock.position(performance.now()) + LEAD_S * framesPerS;
    run.at_s = this.#context.currentTime + LEAD_S;
    for (let position = run.position; run.range.loop || position < run.range.end; ) {
      const place_s = placeOf(position, run.range) / this.#fps;
      const when_s = run.at_s + (position - run.position) / framesPerS;
      const length_s = await this.#handOver(run, place_s, when_s);
      if (this.#run !== run) return;
      position += length_s * this.#fps;
      while (this.#run === run && when_s - this.#context.currentTime > AHEAD_S) await pause();
    }
  }

  /**
   * Have the sound at a place of the video played. Where that cannot be, say so, and leave a gap.
   * @param {Run} run
   * @param {number} place_s
   * @param {number} when_s
   * @returns {Promise<number>} how long it is, in seconds of the video
   */
  async #handOver(run, place_s, when_s) {
    const most_s = run.range.end / this.#fps - place_s;
    try {
      const piece = await this.#decoder.piece(place_s);
      const { offset_s, length_s } = partOf(piece, place_s, most_s);
      if (this.#run !== run) return length_s;
      this.#start(run, piece.buffer, when_s, offset_s, length_s);
      this.#onSilence("");
      return length_s;
    } catch (error) {
      this.#lose(run, error);
      return Math.max(Math.min(GAP_S, most_s), MIN_S);
    }
  }

  /**
   * @param {Run} run
   * @param {unknown} error
   */
  #lose(run, error) {
    if (this.#run === run) this.#onSilence(silenceWords(error));
  }

  /**
   * @param {Run} run
   * @param {AudioBuffer} buffer
   * @param {number} when_s
   * @param {number} offset_s into the buffer
   * @param {number} length_s of the buffer
   */
  #start(run, buffer, when_s, offset_s, length_s) {
    const late_s = Math.max(0, this.#context.currentTime - when_s);
    const missed_s = late_s * run.speed;
    if (missed_s >= length_s) return;
    const node = new AudioBufferSourceNode(this.#context, { buffer, playbackRate: run.speed });
    node.connect(this.#context.destination);
    node.onended = () => run.nodes.delete(node);
    node.start(when_s + late_s, offset_s + missed_s, length_s - missed_s);
    run.nodes.add(node);
  }
}

/**
 * What of a piece is heard. Rounding may put a place just before or after the piece that holds it.
 * @param {{start_s: number, end_s: number}} piece
 * @param {number} place_s in the video
 * @param {number} most_s
 */
export const partOf = ({ start_s, end_s }, place_s, most_s) => ({
  offset_s: Math.max(0, place_s - start_s),
  length_s: Math.max(Math.min(end_s - place_s, most_s), MIN_S),
});

/**
 * What is said where nothing is heard.
 * @param {unknown} error
 */
export const silenceWords = (error) => `no sound: ${/** @type {Error} */ (error).message}`;

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS));
