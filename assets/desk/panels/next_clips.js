// @ts-check
import { createElement, useEffect, useMemo } from "react";
import { clipAt } from "../session/clips.js";
import { useDesk, useStore } from "../context.js";
import { Thumbnail } from "./thumbnail.js";

const SHOWN = 4;
const THUMBNAIL_PX = 88;

/** The first frames of the pending clips that follow, which the player makes ready meanwhile. */
export function NextClips() {
  const desk = useDesk();
  const clips = useStore(desk.session, (value) => value.clips);
  const current = useStore(desk.view, ({ frame }) => clipAt(clips, Math.max(0, frame)));
  const next = useMemo(() => nextPendings(clips.letters, current, SHOWN), [clips, current]);

  useEffect(() => {
    const frames = next.map((index) => clips.starts[index]);
    desk.filmstrip.want(frames, "next");
    desk.player.prefetch(frames);
  }, [desk, clips, next]);

  if (!next.length) return null;
  return createElement(
    "div",
    { className: "next-clips", role: "group", "aria-label": "Next clips" },
    createElement("span", { className: "faint" }, "next"),
    next.map((index) =>
      createElement(
        "button",
        {
          key: clips.ids[index],
          type: "button",
          className: "next-clip",
          title: `Clip ${index + 1}`,
          "aria-label": `Clip ${index + 1}`,
          onClick: () => desk.player.seek(clips.starts[index]),
        },
        createElement(Thumbnail, {
          frame: clips.starts[index],
          heightPx: THUMBNAIL_PX,
          by: "next",
        }),
      ),
    ),
  );
}

/**
 * The pending clips after one, and then from the beginning.
 * @param {string} letters
 * @param {number} index not among them
 * @param {number} atMost
 * @returns {number[]}
 */
export function nextPendings(letters, index, atMost) {
  const found = [];
  for (let step = 1; step < letters.length && found.length < atMost; step++) {
    const next = (index + step) % letters.length;
    if (letters[next] === "P") found.push(next);
  }
  return found;
}
