// @ts-check
import { createElement } from "react";
import { endOf } from "../session/clips.js";
import { useDesk, useStore } from "../context.js";
import { GROUPS, StateMark } from "./state_mark.js";

const APPROVED = "AE!";

/** When nothing is left to review: what was achieved, and where the clips are. */
export function Done() {
  const { session, video } = useDesk();
  const clips = useStore(session, (value) => value.clips);
  if (clips.letters.includes("P")) return null;
  let approvedFrames = 0;
  /** @type {Record<string, number>} */
  const counts = {};
  [...clips.letters].forEach((letter, index) => {
    counts[letter] = (counts[letter] ?? 0) + 1;
    if (APPROVED.includes(letter)) approvedFrames += endOf(clips, index) - clips.starts[index];
  });
  const minutes = (approvedFrames * video.fps_den) / video.fps_num / 60;
  return createElement(
    "section",
    { className: "done", role: "status" },
    createElement("h2", null, "Everything is reviewed"),
    createElement(
      "ul",
      { className: "done-counts figures" },
      Object.entries(GROUPS)
        .filter(([letter]) => counts[letter])
        .map(([letter, words]) =>
          createElement(
            "li",
            { key: letter },
            createElement(StateMark, { letter }),
            `${counts[letter].toLocaleString("en")} ${words}`,
          ),
        ),
    ),
    createElement(
      "p",
      { className: "figures" },
      `${minutes.toFixed(1)} minutes approved · `,
      createElement("a", { href: `/videos/${video.id}` }, "The clips"),
    ),
  );
}
