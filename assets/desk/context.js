// @ts-check
import { createContext, useContext, useSyncExternalStore } from "react";

/**
 * A video as the desk gets it from the server; frames count from 0, the rate is a fraction.
 * @typedef {object} DeskVideo
 * @property {number} id
 * @property {string} title
 * @property {string} src address of the proxy; empty while there is none
 * @property {number} fps_num
 * @property {number} fps_den
 * @property {number} width
 * @property {number} height
 * @property {number} frame_count
 * @property {boolean} has_audio
 * @property {number} size_bytes of the proxy
 * @property {string} scores_src address of the detector's scores, float32 little-endian, one a frame
 * @property {string} detector
 * @property {number} threshold with which the detector found the first cuts
 *
 * What the reviewer looks at and how; nothing of it is in the database.
 * @typedef {object} View
 * @property {number} frame the frame on the screen; -1 before the first one is
 * @property {boolean} playing
 * @property {number} speed 1 is the video's own
 * @property {boolean} loop whether playing stays in the clip
 * @property {boolean} preview whether the clip plays as it will be exported: once, and nothing else
 * @property {boolean} waiting whether a frame asked for is not there yet
 * @property {string} player "webcodecs", "video", or empty before it is known
 * @property {string} why_fallback why it is not WebCodecs; empty if it is
 * @property {string} trouble what keeps pictures from coming, in words; empty if nothing does
 * @property {string} silence why the sound is not heard, in words; empty if it is, or if there is none
 * @property {"clip" | "cuts" | "detect"} task judging clips, checking cuts, detecting again
 * @property {number} cut the cut under examination while the task is "cuts"; -1 for none
 * @property {number} cut_to where that cut would be moved to; -1 for nowhere
 * @property {number} threshold of the detection that is tried while the task is "detect"
 * @property {boolean} keeps_checked whether that keeps the cuts that people made or confirmed
 * @property {ReadonlySet<number>} marked first frames of clips chosen for a group
 * @property {readonly [number, number]} shown frames [from, to) in the zoomed timeline
 * @property {boolean} snaps whether dragged cuts snap to peaks of the score
 * @property {"" | "keys" | "frame"} overlay all keys, or the field for a frame number
 *
 * @typedef {object} Desk
 * @property {DeskVideo} video
 * @property {import("./session/session.js").Session} session the clips, and what is done to them
 * @property {import("./store.js").Store<View>} view
 * @property {HTMLCanvasElement} canvas where the player paints
 * @property {import("../webcodecs/controller.js").Controller} player
 * @property {import("../webcodecs/filmstrip.js").Filmstrip} filmstrip
 * @property {import("./store.js").Store<{scores: Float32Array | null}>} scores
 * @property {import("./store.js").Store<{words: string, can_undo: boolean, can_redo: boolean}>} last
 *   what the reviewer did last and can undo, as the server says
 * @property {import("./store.js").Store<import("./keyboard/keymap.js").Keys>} keys the reviewer's keyboard
 * @property {(keys: import("./keyboard/keymap.js").Keys) => void} saveKeys keeps them for this reviewer
 */

/** @type {import("react").Context<Desk | null>} */
export const DeskContext = createContext(/** @type {Desk | null} */ (null));

/** The desk that this part of the page belongs to. */
export function useDesk() {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("outside of a desk");
  return desk;
}

/**
 * Part of a store's value, as a React hook: renders again only when that part is another.
 * @template T, P
 * @param {import("./store.js").Store<T>} store
 * @param {(value: T) => P} part must return the same object for the same value
 * @returns {P}
 */
export const useStore = (store, part) =>
  useSyncExternalStore(store.watch, () => part(store.value));
