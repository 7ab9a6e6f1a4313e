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
  /** @type {Run | null} */
  #run = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;

  /**
   * @param {AudioContext} context
   * @param {SoundDecoder} decoder
   * @param {number} fps
   */
  constructor(context, decoder, fps) {
    this.#context = context;
    this.#decoder = decoder;
    this.#fps = fps;
  }

  /**
   * @param {import("./core.js").FrameSource} frames
   * @returns {Promise<Sound | null>} null: there is no sound, or this browser does not play it
   */
  static async open({ audio, ranges, source }) {
    if (!audio || !("AudioContext" in globalThis)) return null;
    const decoder = await SoundDecoder.open(ranges, audio);
    if (!decoder) return null;
    const context = new AudioContext({ sampleRate: audio.config.sampleRate });
    return new Sound(context, decoder, source.fpsNum / source.fpsDen);
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
    void this.#schedule(run);
  }

  stop() {
    if (!this.#run) return;
    for (const node of this.#run.nodes) node.stop();
    this.#run = null;
    this.#resting = setTimeout(() => void this.#context.suspend(), REST_MS);
  }

  close() {
    this.stop();
    clearTimeout(this.#resting);
    this.#decoder.close();
    void this.#context.close();
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
    await this.#pieceAt(run, run.clock.position(performance.now())); // so that the first is at hand
    const framesPerS = this.#fps * run.speed;
    run.position = run.clock.position(performance.now()) + LEAD_S * framesPerS;
    run.at_s = this.#context.currentTime + LEAD_S;
    for (let position = run.position; run.range.loop || position < run.range.end; ) {
      const piece = await this.#pieceAt(run, position);
      if (this.#run !== run || !piece) return;
      const place_s = placeOf(position, run.range) / this.#fps;
      const end_s = Math.min(piece.end_s, run.range.end / this.#fps);
      const length_s = Math.max(end_s - place_s, MIN_S);
      const when_s = run.at_s + (position - run.position) / framesPerS;
      this.#start(run, piece.buffer, when_s, place_s - piece.start_s, length_s);
      position += length_s * this.#fps;
      while (this.#run === run && when_s - this.#context.currentTime > AHEAD_S) await pause();
    }
  }

  /**
   * @param {Run} run
   * @param {number} position
   */
  #pieceAt(run, position) {
    return this.#decoder.piece(placeOf(position, run.range) / this.#fps).catch(() => null);
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

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS));
