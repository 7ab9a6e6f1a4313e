// @ts-check
import { Refused } from "./session/edits.js";
import { foresee } from "./session/foresight.js";
import { keepInTab, keptInTab } from "./tab_storage.js";

/**
 * What a reviewer has done and the server has not answered for, kept in the tab: it outlives a reload,
 * a crash and a server that is away. A copy of the tab copies it too, which does no harm: the server
 * carries a request out once. What another person has left in the tab stays there for that person.
 * @typedef {import("./session/session.js").Request} Request
 *
 * @typedef {object} Owner whose requests about which video
 * @property {number} reviewer_id
 * @property {number} video_id
 */

/** More is not kept, of one video: the tab has room for about five million characters in all. */
const MAX_CHARACTERS = 1_000_000;

/** @param {Owner} owner */
const keyOf = ({ reviewer_id, video_id }) => `heaters.unanswered.${reviewer_id}.${video_id}`;

/**
 * @param {Owner} owner
 * @param {readonly Request[]} requests all of them, in the order in which they were made
 */
export function keepUnanswered(owner, requests) {
  const kept = requests.length ? JSON.stringify(requests) : "";
  keepInTab(keyOf(owner), kept.length <= MAX_CHARACTERS ? kept : "");
}

/**
 * @param {Owner} owner
 * @param {import("./session/clips.js").Clips} clips
 * @returns {Request[]} what was kept in this tab, but for what is no request to these clips
 */
export function keptUnanswered(owner, clips) {
  const kept = keptInTab(keyOf(owner));
  return Array.isArray(kept) ? kept.filter((one) => isRequest(one, owner, clips)) : [];
}

/**
 * Whether this can be shown; whether it can be done is for the server to say. Another version of
 * Heaters may have kept it.
 * @param {any} kept
 * @param {Owner} owner
 * @param {import("./session/clips.js").Clips} clips
 */
function isRequest(kept, { reviewer_id, video_id }, clips) {
  if (typeof kept?.request_id !== "string") return false;
  if (kept.reviewer_id !== reviewer_id || kept.video_id !== video_id) return false;
  try {
    foresee({ clips, checked: new Set() }, kept);
    return true;
  } catch (error) {
    // What is refused is the server's to refuse; any other error says that this is no request.
    return error instanceof Refused;
  }
}
