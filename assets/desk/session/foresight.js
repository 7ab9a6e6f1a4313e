// @ts-check
import {
  addCut,
  cutAt,
  group,
  judge,
  moveCut,
  removeCut,
  replaceCuts,
  ungroup,
  withKept,
} from "./edits.js";

/**
 * What will come of an intent, as far as a browser can tell.
 * @typedef {import("./clips.js").Clips} Clips
 * @typedef {import("./session.js").Intent} Intent
 * @typedef {import("./session.js").Saved} Saved
 */

const LETTERS = { approve: "A", skip: "S", archive: "D" };

/**
 * What an intent will do to clips and checked cuts, as far as it can be foreseen.
 * @param {Saved} saved
 * @param {Intent} intent
 * @returns {Saved}
 */
export const foresee = (saved, intent) => ({
  clips: clipsAfter(saved, intent),
  checked: withChecked(saved.checked, intent),
});

/**
 * The cuts that people made or confirmed.
 * @param {Saved} saved
 * @returns {number[]} ascending
 */
export const checkedCuts = ({ clips, checked }) =>
  clips.starts.slice(1).filter((cut) => checked.has(cut));

/**
 * @param {Saved} saved
 * @param {Intent} intent
 * @returns {Clips}
 */
function clipsAfter(saved, intent) {
  const { clips } = saved;
  switch (intent.kind) {
    case "add_cut":
      return addCut(clips, intent.frame);
    case "remove_cut":
      return removeCut(clips, intent.frame);
    case "move_cut":
      return moveCut(clips, intent.frame, intent.to_frame);
    case "replace_cuts":
      return replaceCuts(
        clips,
        intent.keeps_checked ? withKept(intent.cuts, checkedCuts(saved)) : intent.cuts,
      );
    case "confirm_cut":
      cutAt(clips, intent.frame);
      return clips;
    case "approve":
    case "skip":
    case "archive":
      return judge(clips, intent.clips, /** @type {"A" | "S" | "D"} */ (LETTERS[intent.kind]));
    case "group":
      return group(clips, intent.clips);
    case "ungroup":
      return ungroup(clips, intent.clips);
    default:
      return clips;
  }
}

/**
 * Cuts that a reviewer confirms, makes or moves count as checked.
 * @param {ReadonlySet<number>} checked
 * @param {Intent} intent
 */
function withChecked(checked, intent) {
  switch (intent.kind) {
    case "add_cut":
    case "confirm_cut":
      return new Set([...checked, intent.frame]);
    case "move_cut":
      return new Set([...checked, intent.to_frame]);
    default:
      return checked;
  }
}
