// @ts-check
import { createElement } from "react";

/** The groups of states by their letters; a class in the style sheet. */
export const GROUPS = { P: "pending", A: "approved", E: "exported", S: "skipped", D: "archived", "!": "failed" };

/**
 * The small square that stands for a clip's state.
 * @param {{letter: string}} props
 */
export function StateMark({ letter }) {
  const group = GROUPS[/** @type {keyof typeof GROUPS} */ (letter)];
  return createElement("span", { className: `mark mark-${group}`, "aria-hidden": true }, letter);
}
