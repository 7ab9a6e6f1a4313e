// @ts-check
import { keepInTab, keptInTab } from "./tab_storage.js";

/**
 * Where in a video a tab is. The address names the video and the clip, so that it can be sent to
 * someone; the rest survives a reload of the tab.
 *
 * @typedef {object} Place
 * @property {number} frame
 * @property {boolean} loop
 * @property {number} speed
 * @property {import("./context.js").View["task"]} task
 */

/** @type {Record<keyof Place, (kept: unknown) => boolean>} */
const IS_PLACE = {
  frame: Number.isInteger,
  loop: (kept) => typeof kept === "boolean",
  speed: (kept) => typeof kept === "number" && kept > 0,
  task: (kept) => ["clip", "cuts", "detect"].includes(/** @type {string} */ (kept)),
};

/** @param {number} videoId */
const keyOf = (videoId) => `heaters.place.${videoId}`;

/** The id of the clip that the address names; 0 if it names none. */
export const clipInAddress = () => Number(new URLSearchParams(location.search).get("clip")) || 0;

/**
 * Name another clip of this video in the address; "back" still leaves the desk. Where the address is
 * another video's already, because someone has gone back or forward, it is left alone.
 * @param {number} videoId
 * @param {number} clipId
 */
export function nameClip(videoId, clipId) {
  if (!location.pathname.includes(`/videos/${videoId}/`)) return;
  history.replaceState(history.state, "", `${location.pathname}?clip=${clipId}`);
}

/**
 * @param {number} videoId
 * @param {Place} place
 */
export function keepPlace(videoId, place) {
  keepInTab(keyOf(videoId), JSON.stringify(place));
}

/**
 * @param {number} videoId
 * @returns {Partial<Place>} what was kept in this tab, if anything; nothing that is no place
 */
export function keptPlace(videoId) {
  const kept = keptInTab(keyOf(videoId)) ?? {};
  return Object.fromEntries(
    Object.entries(IS_PLACE).flatMap(([name, is]) => (is(kept[name]) ? [[name, kept[name]]] : [])),
  );
}
