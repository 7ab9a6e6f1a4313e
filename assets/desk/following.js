// @ts-check
import { clipAt, endOf } from "./clips.js";
import { clipInAddress, keepPlace, nameClip } from "./place.js";

/** A clip that is passed through faster than this is not gone to. */
const SETTLED_MS = 250;

/**
 * Keep everything on the clip that holds the playhead: what is played, what the timeline shows,
 * what the server tells more about, what the address names.
 * @param {import("./context.js").Desk} desk
 * @param {(startFrame: number, endFrame: number) => void} look
 * @returns {() => void} ends it
 */
export function followClip(desk, look) {
  const { player, session, view, video } = desk;
  let shownId = 0;
  let range = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;

  const update = () => {
    const { clips } = session.value;
    const index = clipAt(clips, Math.max(0, player.target));
    const [start, end, id] = [clips.starts[index], endOf(clips, index), clips.ids[index]];
    const { loop, preview, task } = view.value;
    const wanted = task === "cuts" ? "" : `${start} ${end} ${loop} ${preview}`;
    const isOther = wanted !== "" && wanted !== range;
    range = wanted; // first: the player answers at once, and calls this again
    if (isOther) player.setRange(preview || loop ? { start, end, loop: !preview } : null);
    if (id === shownId) return;
    shownId = id;
    view.set({ shown: around(start, end, video.frame_count) });
    clearTimeout(settling);
    if (id > 0) settling = setTimeout(() => settle(start, end, id), SETTLED_MS);
  };

  const settle = (/** @type {number} */ start, /** @type {number} */ end, /** @type {number} */ id) => {
    look(start, end);
    const named = clipInAddress();
    const isStillThere = session.value.clips.ids.includes(named);
    if (named !== id) nameClip(id, isStillThere && !view.value.playing);
  };

  const goBack = () => {
    const { clips } = session.value;
    const index = clips.ids.indexOf(clipInAddress());
    if (index >= 0) player.seek(clips.starts[index]);
  };

  let wasPlaying = false;
  const endPreview = () => {
    const { playing, preview } = view.value;
    if (wasPlaying && !playing && preview) view.set({ preview: false });
    wasPlaying = playing;
  };

  const keep = () => {
    const { loop, speed, task } = view.value;
    keepPlace(video.id, { frame: player.target, loop, speed, task });
  };

  const ends = [session.watch(update), view.watch(update), view.watch(endPreview)];
  addEventListener("popstate", goBack);
  addEventListener("pagehide", keep);
  return () => {
    clearTimeout(settling);
    keep();
    removeEventListener("popstate", goBack);
    removeEventListener("pagehide", keep);
    for (const end of ends) end();
  };
}

/**
 * The clip, and enough of its neighbours to see where it is cut.
 * @param {number} start
 * @param {number} end
 * @param {number} frameCount
 * @returns {readonly [number, number]}
 */
export function around(start, end, frameCount) {
  const edge = Math.max(8, Math.round((end - start) * 0.15));
  return [Math.max(0, start - edge), Math.min(frameCount, end + edge)];
}
