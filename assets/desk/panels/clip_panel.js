// @ts-check
import { createElement } from "react";
import { clipAt, rangeOf } from "../session/clips.js";
import { ClipNotes } from "./clip_notes.js";
import { useDesk, useStore } from "../context.js";
import { StateMark } from "./state_mark.js";
import { Thumbnail } from "./thumbnail.js";
import { frameWords, timecode } from "../timeline/timecode.js";

const EDGE_PX = 72;

/**
 * The clip at the playhead, as far as the server has told more about it than the timeline knows.
 * @typedef {object} ClipDetails
 * @property {number} id 0 for none
 * @property {number} start_frame
 * @property {number} end_frame
 * @property {string} words its state
 * @property {string} error
 * @property {string} notes
 * @property {string[]} tags
 * @property {string} export address of the exported file
 * @property {string} file_name
 * @property {number} file_bytes
 * @property {string} similar address
 * @property {boolean} can_retry
 * @property {{words: string, reviewer: string, moment: string}[]} history
 */

/**
 * What there is to know of the clip at the playhead.
 * @param {{details: ClipDetails}} props
 */
export function ClipPanel({ details }) {
  const desk = useDesk();
  const { clips } = useStore(desk.session, (value) => value);
  const frame = useStore(desk.view, (view) => clipAt(clips, Math.max(0, view.frame)));
  const [start, end] = rangeOf(clips, frame);
  const isTold = details.start_frame === start && details.end_frame === end;
  const told = isTold ? details : null;
  return createElement(
    "section",
    { className: "clip-panel", "aria-label": "This clip" },
    head(clips, frame, told),
    createElement(
      "p",
      { className: "clip-times figures" },
      [start, end].map((edge) => timecode(edge, desk.video)).join(" → "),
    ),
    told?.error && createElement("p", { className: "reason" }, told.error),
    told?.can_retry &&
      createElement(
        "button",
        {
          type: "button",
          className: "button",
          onClick: () => desk.session.act({ kind: "retry", clip: [start, end] }),
        },
        "Try again",
      ),
    createElement(ClipNotes, { clip: /** @type {const} */ ([start, end]), told, key: `${start} ${end}` }),
    exported(desk.video, start, end, told),
    told && told.history.length > 0 && trail(told.history),
  );
}

/**
 * @param {import("../session/clips.js").Clips} clips
 * @param {number} index
 * @param {ClipDetails | null} told
 */
function head(clips, index, told) {
  const [start, end] = rangeOf(clips, index);
  const size = clips.groups[index] && clips.groups.filter((one) => one === clips.groups[index]).length;
  return createElement(
    "header",
    { className: "clip-head" },
    createElement(StateMark, { letter: clips.letters[index] }),
    createElement(
      "h2",
      { className: "figures" },
      `Clip ${index + 1} of ${clips.starts.length.toLocaleString("en")}`,
    ),
    createElement("span", { className: "faint figures" }, frameWords(end - start)),
    createElement(
      "span",
      { className: "clip-words faint" },
      [told?.words, size && `in a group of ${size}`].filter(Boolean).join(" · ") || "\u00a0",
    ),
  );
}

/**
 * What the exported file is, or is to be: the proxy's own pictures, nothing encoded again.
 * @param {import("../context.js").DeskVideo} video
 * @param {number} start
 * @param {number} end
 * @param {ClipDetails | null} told
 */
function exported(video, start, end, told) {
  const seconds = ((end - start) * video.fps_den) / video.fps_num;
  /** @type {[string, import("react").ReactNode][]} */
  const facts = [
    ["File", told?.file_name ?? ""],
    ["Length", `${seconds.toFixed(3)} s, ${frameWords(end - start)}`],
    ["Picture", `${video.width} × ${video.height}, H.264, copied, not encoded again`],
    ["Sound", video.has_audio ? "AAC, copied" : "none"],
    ["Size", told ? `about ${megabytes(told.file_bytes)} MB` : ""],
  ];
  return createElement(
    "details",
    { className: "clip-export", name: "clip-more", onToggle: showOpened },
    createElement("summary", null, told?.export ? "What was exported" : "What will be exported"),
    createElement("div", { className: "clip-edges figures" }, edge("First", start), edge("Last", end - 1)),
    createElement(
      "dl",
      { className: "clip-facts figures" },
      facts.flatMap(([name, value]) => [
        createElement("dt", { key: name }, name),
        createElement("dd", { key: `${name} is` }, value),
      ]),
    ),
    told?.export &&
      createElement(
        "p",
        { className: "clip-links" },
        createElement("a", { href: told.export, download: told.file_name }, "Download"),
        told.similar && createElement("a", { href: told.similar }, "Similar clips"),
      ),
  );
}

/**
 * @param {string} words
 * @param {number} frame
 */
const edge = (words, frame) =>
  createElement(
    "figure",
    null,
    createElement(Thumbnail, { frame, heightPx: EDGE_PX, by: `${words} exported` }),
    createElement("figcaption", null, `${words} · ${frame}`),
  );

/**
 * In a low window there is room for one of them at a time, and that one is to be seen.
 * @param {import("react").SyntheticEvent<HTMLDetailsElement>} event
 */
const showOpened = ({ currentTarget }) =>
  currentTarget.open && currentTarget.scrollIntoView({ block: "nearest" });

/** @param {number} bytes */
const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** @param {ClipDetails["history"]} history */
const trail = (history) =>
  createElement(
    "details",
    { className: "clip-history", name: "clip-more", onToggle: showOpened },
    createElement("summary", null, "History"),
    createElement(
      "ol",
      { className: "clip-trail figures" },
      history.map(({ words, reviewer, moment }, place) =>
        createElement(
          "li",
          { key: place },
          createElement("span", null, words),
          createElement("span", { className: "faint" }, `${reviewer}, ${moment}`),
        ),
      ),
    ),
  );
