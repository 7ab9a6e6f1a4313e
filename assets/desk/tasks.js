// @ts-check
import { createElement } from "react";
import { useDesk, useStore } from "./context.js";

/** @type {[import("./context.js").View["task"], string, string][]} */
const TASKS = [
  ["clip", "Clips", "Watch clips and decide what becomes of them"],
  ["cuts", "Cuts", "Check the cuts, the least certain first"],
  ["detect", "Detect", "Find the scenes again with another threshold"],
];

/** What a reviewer does at the desk: one of three. */
export function Tasks() {
  const { view } = useDesk();
  const current = useStore(view, ({ task }) => task);
  const tab = (/** @type {(typeof TASKS)[number]} */ [task, words, title]) =>
    createElement(
      "button",
      {
        key: task,
        type: "button",
        className: "chip",
        title,
        "aria-pressed": task === current,
        onClick: () => view.set({ task }),
      },
      words,
    );
  const help = createElement(
    "button",
    {
      type: "button",
      className: "chip tasks-help",
      title: "All keys (?)",
      "aria-label": "All keys",
      onClick: () => view.set({ overlay: "keys" }),
    },
    "?",
  );
  return createElement(
    "div",
    { className: "tasks" },
    createElement("div", { role: "group", "aria-label": "Task" }, TASKS.map(tab)),
    help,
  );
}

/**
 * Shows its children while the reviewer is at one task.
 * @param {{task: string, children: import("react").ReactNode}} props
 */
export function During({ task, children }) {
  const { view } = useDesk();
  return useStore(view, (value) => value.task === task) ? children : null;
}
