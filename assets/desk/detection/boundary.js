// @ts-check
import { createElement, useEffect, useMemo } from "react";
import { cutsByCertainty } from "./certainty.js";
import { isCut } from "../session/clips.js";
import { CommandButton } from "../panels/command_button.js";
import { useDesk, useStore } from "../context.js";
import { begin, examine } from "./examining.js";
import { Thumbnail } from "../panels/thumbnail.js";

const PICTURE_PX = 240;

/** Checking cuts: the frames on either side, the way across in a loop, and what to do about it. */
export function Boundary() {
  const desk = useDesk();
  const { session, view, video } = desk;
  const { clips, checked } = useStore(session, (value) => value);
  const scores = useStore(desk.scores, (value) => value.scores);
  const cut = useStore(view, (value) => value.cut);
  const player = useStore(view, (value) => value.player);
  const cuts = useMemo(
    () => cutsByCertainty(clips.starts.slice(1), scores, video.threshold, checked),
    [clips, scores, checked, video],
  );

  useEffect(() => begin(desk), [desk, player, clips, cuts, cut]);
  useEffect(() => () => stop(desk), [desk]);

  const done = cuts.filter((one) => one.checked).length;
  const label = { className: "boundary", "aria-label": "Checking cuts" };
  if (!cuts.length) {
    return createElement("section", label, createElement("p", null, "This video is one clip: there are no cuts."));
  }
  return createElement(
    "section",
    label,
    createElement("progress", { max: cuts.length, value: done, "aria-label": "Checked cuts" }),
    createElement(
      "p",
      { className: "figures faint" },
      `${done.toLocaleString("en")} of ${cuts.length.toLocaleString("en")} checked, `,
      scores ? "the least certain first" : "in the order of the video (no scores)",
    ),
    createElement("div", { role: "status" }, done === cuts.length && createElement(AllChecked)),
    isCut(clips, cut) &&
      createElement(Cut, {
        cut: /** @type {typeof cuts[0]} */ (cuts.find(({ frame }) => frame === cut)),
      }),
  );
}

/** What is left to do when no cut is left to check. */
function AllChecked() {
  const { view } = useDesk();
  return createElement(
    "div",
    { className: "done boundary-done" },
    createElement("h2", null, "Every cut is checked"),
    createElement(
      "button",
      { type: "button", className: "button", onClick: () => view.set({ task: "clip" }) },
      "Back to the clips",
    ),
  );
}

/**
 * Stay at the cut, and not wherever the way across it happens to be.
 * @param {import("../context.js").Desk} desk
 */
function stop(desk) {
  const { cut } = desk.view.value;
  desk.player.pause();
  examine(desk, -1);
  if (cut >= 0) desk.player.seek(cut);
}

/** @param {{cut: import("./certainty.js").ScoredCut}} props */
function Cut({ cut }) {
  const { view, filmstrip, scores: stored } = useDesk();
  const scores = useStore(stored, (value) => value.scores);
  const cutTo = useStore(view, (value) => value.cut_to);
  const place = cutTo < 0 ? cut.frame : cutTo;
  useEffect(() => filmstrip.want([place - 1, place], "boundary"), [filmstrip, place]);
  const moved = place - cut.frame;
  return createElement(
    "div",
    { className: "boundary-cut" },
    createElement(
      "div",
      { className: "boundary-pictures" },
      picture(place - 1, "Last before"),
      picture(place, "First after"),
    ),
    createElement(
      "p",
      { className: "boundary-words figures" },
      moved
        ? `From ${cut.frame} to ${place} (${moved > 0 ? "+" : "−"}${Math.abs(moved)})`
        : [
            `Cut at ${cut.frame}`,
            scores && `score ${cut.score.toFixed(2)}`,
            cut.checked && "checked",
          ]
            .filter(Boolean)
            .join(", "),
    ),
    createElement(
      "div",
      { className: "actions-others" },
      button("step_back", "◂ Earlier"),
      button("step_forward", "Later ▸"),
      button("confirm_cut", moved ? "Move it" : "It is right", "action primary"),
      button("remove_cut", "Remove it"),
      button("previous_clip", "Previous"),
      button("next_clip", "Next"),
    ),
  );
}

/**
 * @param {number} frame
 * @param {string} words
 */
const picture = (frame, words) =>
  createElement(
    "figure",
    null,
    createElement(Thumbnail, { frame, heightPx: PICTURE_PX, by: "boundary" }),
    createElement("figcaption", { className: "figures faint" }, `${words} · ${frame}`),
  );

/**
 * @param {string} name
 * @param {string} words
 * @param {string} [className]
 */
const button = (name, words, className = "action") =>
  createElement(
    CommandButton,
    { name, className, showsKey: true },
    createElement("span", null, words),
  );
