// @ts-check
import { CodecPlayer } from "./codec_player.js";
import { MediaLost } from "./errors.js";
import { VideoPlayer } from "./fallback.js";

/**
 * @typedef {object} OpenedPlayer
 * @property {CodecPlayer | VideoPlayer} player
 * @property {"webcodecs" | "video"} name
 * @property {string} whyFallback why it is not WebCodecs; empty if it is
 */

/**
 * Open the best player for a source: WebCodecs, or a `<video>` where that is not to be had.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./core.js").Source} source
 * @param {"auto" | "webcodecs" | "video"} wish
 * @param {import("./codec_player.js").Listener} listener
 * @param {AbortSignal} signal
 * @returns {Promise<OpenedPlayer>}
 * @throws {MediaLost} the file cannot be read
 * @throws {import("./errors.js").Unsupported} it was to be WebCodecs and cannot
 */
export async function openPlayer(canvas, source, wish, listener, signal) {
  if (wish === "video") return openVideo(canvas, source, "asked for", listener, signal);
  try {
    const player = await CodecPlayer.open(canvas, source, listener, signal);
    return { player, name: "webcodecs", whyFallback: "" };
  } catch (error) {
    if (wish === "webcodecs" || error instanceof MediaLost || signal.aborted) throw error;
    const { message } = /** @type {Error} */ (error);
    return openVideo(canvas, source, message, listener, signal);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./core.js").Source} source
 * @param {string} whyFallback
 * @param {import("./codec_player.js").Listener} listener
 * @param {AbortSignal} signal
 * @returns {Promise<OpenedPlayer>}
 */
export async function openVideo(canvas, source, whyFallback, listener, signal) {
  const player = await VideoPlayer.open(canvas, source, listener, signal);
  return { player, name: "video", whyFallback };
}
