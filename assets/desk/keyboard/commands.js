// @ts-check
import { CLIP_COMMANDS, CUT_COMMANDS, DESK_COMMANDS } from "./reviewing.js";
import { FRAME_COMMANDS, PLAY_COMMANDS } from "./playing.js";

/**
 * Something that can be done by a key; which one is in presets.js.
 * @typedef {object} Command
 * @property {string} words what it does
 * @property {boolean} [repeats] whether holding its key does it again
 * @property {boolean} [accelerates] whether it takes larger steps the longer its key is held
 * @property {(desk: import("../context.js").Desk, times: number) => unknown} run
 */

/** @type {Record<string, Record<string, Command>>} */
export const COMMAND_GROUPS = {
  Clips: CLIP_COMMANDS,
  Cuts: CUT_COMMANDS,
  Playing: PLAY_COMMANDS,
  Frames: FRAME_COMMANDS,
  Desk: DESK_COMMANDS,
};

/** @type {Record<string, Command>} */
export const COMMANDS = Object.assign({}, ...Object.values(COMMAND_GROUPS));
