// @ts-check
import { clipAt, endOf } from "./session/clips.js";
import { examine } from "./detection/examining.js";
import { clipInAddress, keepPlace, nameClip } from "./place.js";

/** A clip that is passed through faster than this is not gone to. */
const SETTLED_MS = 250;

/**
 * Keep everything on the clip that holds the playhead, or on the cut under examination: what is
 * played, what the server tells more about, what the address names. What the strip shows follows by
 * itself: see showing.js.
 * @param {import("./context.js").Desk} desk
 * @param {(startFrame: number, endFrame: number) => void} look
 * @returns {() => void} ends it
 */
export function follow(desk, look) {
  const { player, session, view, video } = desk;
  let followed = "";
  let range = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;

  const update = () => {
    const { task, cut } = view.value;
    if (task === "cuts") followCut(cut);
    else followClip();
  };

  /** Whoever examines a cut plays across it: into one clip and the other, and stays at the cut. */
  const followCut = (/** @type {number} */ cut) => {
    const place = `cut ${cut}`;
    if (cut < 0 || place === followed) return;
    followed = place;
    range = "";
    clearTimeout(settling);
  };

  const followClip = () => {
    const { clips } = session.value;
    const index = clipAt(clips, Math.max(0, player.target));
    const [start, end, id] = [clips.starts[index], endOf(clips, index), clips.ids[index]];
    const { loop, preview } = view.value;
    const wanted = `${start} ${end} ${loop} ${preview}`;
    const isOther = wanted !== range;
    range = wanted; // first: the player answers at once, and calls this again
    if (isOther) player.setRange(preview || loop ? { start, end, loop: !preview } : null);
    const place = `clip ${id}`;
    if (place === followed) return;
    followed = place;
    clearTimeout(settling);
    if (id > 0) settling = setTimeout(() => settle(start, end, id), SETTLED_MS);
  };

  const settle = (/** @type {number} */ start, /** @type {number} */ end, /** @type {number} */ id) => {
    look(start, end);
    if (clipInAddress() !== id) nameClip(video.id, id);
  };

  let { said } = session.value;
  /** What is undone is to be seen: a verdict had gone on to the next clip, a check to the next cut. */
  const showBroughtBack = () => {
    if (said === session.value.said) return;
    said = session.value.said;
    const { task, cut } = view.value;
    const cutBack = said?.cut_back ?? -1;
    if (task === "cuts" && cutBack >= 0 && cutBack !== cut) examine(desk, cutBack);
    const [start, end] = said?.brought_back ?? [0, video.frame_count];
    const isSeen = player.target >= start && player.target < end;
    if (!isSeen && task === "clip") player.seek(start);
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

  const ends = [
    session.watch(update),
    session.watch(showBroughtBack),
    view.watch(update),
    view.watch(endPreview),
  ];
  addEventListener("pagehide", keep);
  return () => {
    clearTimeout(settling);
    keep();
    removeEventListener("pagehide", keep);
    for (const end of ends) end();
  };
}
