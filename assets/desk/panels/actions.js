// @ts-check
import { createElement } from "react";
import { isCut, rangeOf } from "../session/clips.js";
import { GIVEN_BY } from "../keyboard/reviewing.js";
import { CommandButton } from "./command_button.js";
import { useDesk, useStore } from "../context.js";
import { currentClip, nearestCut } from "../session/intents.js";

/** What can be done to the clip at the playhead and to its cuts. */
export function Actions() {
  const desk = useDesk();
  const { view, session } = desk;
  const clips = useStore(session, (value) => value.clips);
  const current = useStore(view, () => currentClip(desk));
  const [start, end] = rangeOf(clips, current);
  const isUncuttable = useStore(view, ({ frame }) => frame <= 0 || isCut(clips, frame));
  const isFirst = useStore(view, ({ frame }) => start === 0 || frame === start);
  const isLast = useStore(view, ({ frame }) => end === clips.frameCount || frame === end - 1);
  const nearest = useStore(view, () => nearestCut(desk));
  const marked = useStore(view, (value) => value.marked);
  const chosen = [...marked].filter((first) => first === 0 || isCut(clips, first));
  const isMarked = chosen.includes(start);
  const isGiven = (/** @type {string} */ name) => GIVEN_BY[name].includes(clips.letters[current]);
  const isGroup = chosen.length > 1 || (chosen.length === 1 && !isMarked);

  return createElement(
    "div",
    { className: "actions", role: "group", "aria-label": "Actions" },
    createElement(
      "div",
      { className: "actions-verdicts" },
      action("approve", "Approve", { className: "action primary", disabled: isGiven("approve") }),
      action("skip", "Skip", { disabled: isGiven("skip") }),
      action("archive", "Archive", { disabled: isGiven("archive") }),
    ),
    createElement(
      "div",
      { className: "actions-others" },
      action("cut", "Cut", { disabled: isUncuttable }),
      action("remove_cut", joinWords(nearest, start), { disabled: nearest < 0 }),
      action("mark", isMarked ? "Unmark" : "Mark", { pressed: isMarked }),
      action("start_here", "Start here", { disabled: isFirst }),
      action("end_here", "End here", { disabled: isLast }),
      clips.groups[current] !== 0 && !isGroup
        ? action("ungroup", "Ungroup")
        : action("group", "Group", { disabled: !isGroup }),
    ),
  );
}

/**
 * On which side of the clip the nearest cut is.
 * @param {number} cut -1 for none
 * @param {number} start of the clip
 */
const joinWords = (cut, start) => (cut < 0 ? "Join" : cut === start ? "Join ←" : "Join →");

/**
 * @param {string} name of the command
 * @param {string} words
 * @param {{className?: string, disabled?: boolean, pressed?: boolean}} [rest]
 */
const action = (name, words, rest = {}) =>
  createElement(
    CommandButton,
    { className: "action", showsKey: true, ...rest, name },
    createElement("span", null, words),
  );
