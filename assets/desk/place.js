// @ts-check
/**
 * Where in a video a tab is. The address names the video and the clip, so that it can be sent to
 * somebody, and back and forward work; the rest survives a reload of the tab.
 *
 * @typedef {object} Place
 * @property {number} frame
 * @property {boolean} loop
 * @property {number} speed
 * @property {import("./context.js").View["task"]} task
 */

/** @param {number} videoId */
const keyOf = (videoId) => `heaters.place.${videoId}`;

/** The id of the clip that the address names; 0 if it names none. */
export const clipInAddress = () => Number(new URLSearchParams(location.search).get("clip")) || 0;

/**
 * Name another clip in the address.
 * @param {number} clipId
 * @param {boolean} isNewEntry whether "back" returns to the clip named before
 */
export function nameClip(clipId, isNewEntry) {
  const address = `${location.pathname}?clip=${clipId}`;
  const state = history.state ?? {};
  // The router numbers its entries in `idx`, and has to find ours numbered too.
  if (isNewEntry) history.pushState({ ...state, idx: (state.idx ?? 0) + 1 }, "", address);
  else history.replaceState(state, "", address);
}

/**
 * @param {number} videoId
 * @param {Place} place
 */
export function keepPlace(videoId, place) {
  sessionStorage.setItem(keyOf(videoId), JSON.stringify(place));
}

/**
 * @param {number} videoId
 * @returns {Partial<Place>} what was kept in this tab, if anything
 */
export function keptPlace(videoId) {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(videoId)) ?? "{}") ?? {};
  } catch {
    return {};
  }
}
