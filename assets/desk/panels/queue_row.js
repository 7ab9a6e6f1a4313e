// @ts-check
import { createElement, memo } from "react";
import { useDesk } from "../context.js";
import { GROUPS, StateMark } from "./state_mark.js";
import { Thumbnail } from "./thumbnail.js";
import { frameWords } from "../timeline/timecode.js";

const THUMBNAIL_PX = 72;

/**
 * @typedef {object} RowProps
 * @property {number} index
 * @property {number} start
 * @property {number} end
 * @property {string} letter
 * @property {number} group 0 for none
 * @property {boolean} isCurrent
 * @property {boolean} isMarked
 * @property {number} topPx
 * @property {number} count of all clips
 * @property {(index: number, event: import("react").MouseEvent) => void} onPick
 */

/** One clip in the list. */
export const QueueRow = memo(function QueueRow(/** @type {RowProps} */ props) {
  const { index, start, end, letter, group, isCurrent, isMarked, topPx, count, onPick } = props;
  const { video } = useDesk();
  const seconds = ((end - start) * video.fps_den) / video.fps_num;
  const frames = frameWords(end - start);
  const facts = [
    `Clip ${index + 1}`,
    GROUPS[/** @type {keyof typeof GROUPS} */ (letter)],
    frames,
    ...(group ? [`group ${group}`] : []),
    ...(isMarked ? ["marked"] : []),
  ];
  return createElement(
    "li",
    {
      "aria-posinset": index + 1,
      "aria-setsize": count,
      style: { transform: `translateY(${topPx}px)` },
    },
    createElement(
      "button",
      {
        type: "button",
        className: `queue-row figures ${isMarked ? "marked" : ""}`,
        "data-clip": start,
        "aria-label": facts.join(", "),
        "aria-current": isCurrent,
        tabIndex: isCurrent ? 0 : -1,
        onClick: (event) => onPick(index, event),
      },
      createElement("span", { className: "queue-number" }, index + 1),
      createElement(Thumbnail, { frame: start, heightPx: THUMBNAIL_PX, by: "queue" }),
      createElement(StateMark, { letter }),
      createElement(
        "span",
        { className: "queue-length" },
        `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`,
        createElement("span", { className: "faint" }, frames),
      ),
      group > 0 && createElement("span", { className: "queue-group" }, `group ${group}`),
      isMarked && createElement("span", { className: "queue-marked", "aria-hidden": true }, "✓"),
    ),
  );
});
