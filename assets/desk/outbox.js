// @ts-check
import { Refused } from "./session/edits.js";
import { foresee } from "./session/foresight.js";

/**
 * What a reviewer has done and the server has not answered for, kept in the tab: it outlives a reload,
 * a crash and a server that is away. A copy of the tab copies it too, which does no harm: the server
 * carries a request out once.
 * @typedef {import("./session/session.js").Request} Request
 */

/** More is not kept, of one video: the tab has room for about five million characters in all. */
const MAX_CHARACTERS = 1_000_000;

/** @param {number} videoId */
const keyOf = (videoId) => `heaters.unanswered.${videoId}`;

/**
 * @param {number} videoId
 * @param {readonly Request[]} requests all of them, in the order in which they were made
 */
export function keepUnanswered(videoId, requests) {
  const kept = requests.length ? JSON.stringify(requests) : "";
  try {
    // Out with the old ones first: if there is no room for these, those are not to be sent again.
    sessionStorage.removeItem(keyOf(videoId));
    if (kept && kept.length <= MAX_CHARACTERS) sessionStorage.setItem(keyOf(videoId), kept);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // full, or forbidden: the desk works without
  }
}

/**
 * @param {number} videoId
 * @param {import("./session/clips.js").Clips} clips
 * @returns {Request[]} what was kept in this tab, but for what is no request to these clips
 */
export function keptUnanswered(videoId, clips) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(videoId)) ?? "[]");
    return kept.filter((/** @type {unknown} */ one) => isRequest(one, clips));
  } catch {
    return [];
  }
}

/**
 * Whether this can be shown; whether it can be done is for the server to say. Another version of
 * Heaters may have kept it.
 * @param {any} kept
 * @param {import("./session/clips.js").Clips} clips
 */
function isRequest(kept, clips) {
  if (typeof kept?.request_id !== "string") return false;
  try {
    foresee(clips, kept);
    return true;
  } catch (error) {
    return error instanceof Refused;
  }
}
