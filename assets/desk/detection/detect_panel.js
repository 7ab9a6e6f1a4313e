// @ts-check
import { createElement, useId } from "react";
import { useDesk, useStore } from "../context.js";
import { checkedCuts } from "../session/foresight.js";
import { differenceTo, proposalOf } from "./proposal.js";
import { placeOf, reach, thresholdAt } from "./threshold.js";

/** @type {[letter: string, words: string][]} states that somebody gave to clips, or work went into */
const JUDGED = [
  ["A", "approved"],
  ["E", "exported"],
  ["!", "failed"],
  ["S", "skipped"],
  ["D", "archived"],
];
const STEPS = 240;

/** Find the scenes again with another threshold: seen in the timelines while the slider moves. */
export function DetectPanel() {
  const desk = useDesk();
  const { session, video, view } = desk;
  const id = useId();
  const threshold = useStore(view, (value) => value.threshold);
  const scores = useStore(desk.scores, (value) => value.scores);
  const clips = useStore(session, (value) => value.clips);
  const keepsChecked = useStore(view, (value) => value.keeps_checked);
  useStore(session, (value) => value.checked);
  useStore(view, (value) => value.task);
  const proposal = proposalOf(desk);
  if (!scores || !proposal) {
    return createElement("p", { className: "faint" }, "No scores of a detector are known for this video.");
  }
  const limits = reach(video.threshold, scores);
  const set = (/** @type {number} */ value) => value > 0 && view.set({ threshold: value });
  const { found, cuts } = proposal;
  const difference = differenceTo(clips, cuts);
  const checked = checkedCuts(session.value);
  const isSame = !difference.more.length && !difference.fewer.length;
  const apply = () => {
    const done = session.act({
      kind: "replace_cuts",
      cuts: found,
      threshold,
      keeps_checked: keepsChecked,
    });
    if (done) view.set({ task: "clip" });
  };
  return createElement(
    "section",
    { className: "detect", "aria-label": "Detect again" },
    createElement(
      "div",
      { className: "detect-threshold" },
      createElement("label", { htmlFor: id }, `Threshold (${video.detector})`),
      createElement("input", {
        id,
        type: "number",
        className: "figures",
        min: 0,
        step: "any",
        value: threshold,
        onChange: (/** @type {import("react").ChangeEvent<HTMLInputElement>} */ event) =>
          set(event.target.valueAsNumber),
      }),
      createElement("input", {
        type: "range",
        "aria-label": "Threshold",
        "aria-valuetext": String(threshold),
        min: 0,
        max: STEPS,
        value: Math.round(placeOf(threshold, limits) * STEPS),
        onChange: (/** @type {import("react").ChangeEvent<HTMLInputElement>} */ event) =>
          set(thresholdAt(event.target.valueAsNumber / STEPS, limits)),
      }),
    ),
    checked.length > 0 &&
      createElement(
        "label",
        { className: "detect-keep" },
        createElement("input", {
          type: "checkbox",
          checked: keepsChecked,
          onChange: (/** @type {import("react").ChangeEvent<HTMLInputElement>} */ event) =>
            view.set({ keeps_checked: event.target.checked }),
        }),
        checked.length === 1
          ? "Keep the cut that someone made or confirmed"
          : `Keep the ${checked.length.toLocaleString("en")} cuts that people made or confirmed`,
      ),
    createElement(
      "div",
      { role: "status", className: "figures" },
      createElement("p", null, sentence(cuts.length, difference)),
      createElement("p", { className: "faint" }, consequence(difference)),
      createElement("p", { className: "faint" }, dropped(checked, cuts)),
    ),
    createElement(
      "div",
      { className: "detect-actions" },
      createElement(
        "button",
        { type: "button", className: "button primary", disabled: isSame, onClick: apply },
        "Apply",
      ),
      createElement(
        "button",
        {
          type: "button",
          className: "button",
          onClick: () => view.set({ threshold: video.threshold, task: "clip" }),
        },
        "Cancel",
      ),
    ),
  );
}

/**
 * @param {number} count
 * @param {import("./proposal.js").Difference} difference
 */
function sentence(count, { more, fewer }) {
  const cuts = count === 1 ? "1 cut" : `${count} cuts`;
  if (!more.length && !fewer.length) return `${cuts}: the same as now`;
  const parts = [more.length && `${more.length} more`, fewer.length && `${fewer.length} fewer`];
  return `${cuts}: ${parts.filter(Boolean).join(", ")} than now`;
}

/**
 * @param {readonly number[]} checked
 * @param {readonly number[]} cuts
 */
function dropped(checked, cuts) {
  const stay = new Set(cuts);
  const count = checked.filter((cut) => !stay.has(cut)).length;
  if (!count) return "";
  return `${count === 1 ? "1 cut" : `${count} cuts`} that people made or confirmed would go.`;
}

/** @param {import("./proposal.js").Difference} difference */
function consequence({ lost }) {
  const judged = JUDGED.filter(([letter]) => lost[letter]);
  if (!judged.length) return "No reviewed clip would change.";
  const clips = judged.length === 1 && lost[judged[0][0]] === 1 ? "clip" : "clips";
  const counts = judged.map(([letter, words]) => `${lost[letter]} ${words}`);
  return `${new Intl.ListFormat("en").format(counts)} ${clips} would change.`;
}
