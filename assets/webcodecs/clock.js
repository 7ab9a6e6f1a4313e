// @ts-check
/**
 * Time while playing. A position counts frames from the video's start, goes on through fractions of
 * a frame, and in a loop past the loop's end: `placeOf` says which place of the video that is.
 *
 * @typedef {object} Range frames [start, end)
 * @property {number} start
 * @property {number} end
 * @property {boolean} loop whether playing goes on at the start; else it stops on the last frame
 */

/** How much of its distance from the sound the clock makes up each time it is told of it. */
const SLEW = 0.05;
/** Beyond this distance, in seconds, it does not slew but jumps. */
const JUMP_S = 0.25;

/** Sound that is played slower or faster than this is not understood, and left out. */
const AUDIBLE = { slowest: 0.5, fastest: 2 };

/** @param {number} speed */
export const isAudible = (speed) => speed >= AUDIBLE.slowest && speed <= AUDIBLE.fastest;

/** Runs by the computer's clock, led by the sound that is heard. It never goes back. */
export class Clock {
  #position = 0;
  #since_ms = 0;
  #last = 0;

  /** @param {number} fps */
  constructor(fps) {
    this.fps = fps;
    this.speed = 1;
  }

  /**
   * @param {number} position
   * @param {number} now_ms
   */
  start(position, now_ms) {
    this.#position = this.#last = position;
    this.#since_ms = now_ms;
  }

  /** @param {number} now_ms */
  position(now_ms) {
    this.#last = Math.max(this.#last, this.#at(now_ms));
    return this.#last;
  }

  /**
   * @param {number} speed 1 is the video's own
   * @param {number} now_ms
   */
  setSpeed(speed, now_ms) {
    this.start(this.position(now_ms), now_ms);
    this.speed = speed;
  }

  /**
   * Come closer to what is heard, so gently that frames do not jitter.
   * @param {number} heard position
   * @param {number} now_ms
   */
  follow(heard, now_ms) {
    const position = this.#at(now_ms);
    const ahead = heard - position;
    const far = Math.abs(ahead) > JUMP_S * this.fps * this.speed;
    this.#position = far ? heard : position + SLEW * ahead;
    if (far) this.#last = heard;
    this.#since_ms = now_ms;
  }

  /** @param {number} now_ms */
  #at(now_ms) {
    return this.#position + ((now_ms - this.#since_ms) / 1000) * this.fps * this.speed;
  }
}

/**
 * @param {number} position
 * @param {Range} range
 * @returns {number} the place in the video, in frames, in [start, end) or before it
 */
export function placeOf(position, { start, end, loop }) {
  if (position < end) return position;
  return loop ? start + ((position - start) % (end - start)) : end - 1;
}

/**
 * @param {number} position
 * @param {Range} range
 * @returns {number} the frame that is shown then, which is never `end` or later
 */
export const frameOf = (position, range) =>
  Math.min(Math.floor(placeOf(Math.floor(position), range)), range.end - 1);
