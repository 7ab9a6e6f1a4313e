// @ts-check

/**
 * @typedef {object} PlayerState
 * @property {boolean} playing
 * @property {number} speed 1 is the video's own
 * @property {boolean} waiting whether a frame that is due is not there yet
 * @property {"" | "webcodecs" | "video"} player what paints; empty before it is known
 * @property {string} whyFallback why it is not WebCodecs; empty if it is
 * @property {string} trouble what keeps pictures from coming; empty if nothing does
 * @property {string} silence why the sound is not heard; empty if it is, or if there is none
 */

/** @type {PlayerState} */
export const INITIAL_STATE = {
  playing: false,
  speed: 1,
  waiting: false,
  player: "",
  whyFallback: "",
  trouble: "",
  silence: "",
};
