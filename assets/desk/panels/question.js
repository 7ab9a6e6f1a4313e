// @ts-check
import { createElement } from "react";
import { useDesk, useStore } from "../context.js";
import { Dialog } from "./dialog.js";

/** Asks before exported clips are replaced: the only question of the desk. */
export function Question() {
  const { session } = useDesk();
  const question = useStore(session, (value) => value.question);
  if (!question) return null;
  return createElement(
    Dialog,
    { className: "question", label: "Confirm", onClose: () => session.answer(false) },
    createElement("h2", null, "This changes clips that are exported"),
    createElement("p", null, question.words),
    createElement("p", { className: "faint" }, "Undo brings them back, files and all."),
    createElement(
      "div",
      { className: "dialog-buttons" },
      createElement(
        "button",
        { type: "button", className: "button", onClick: () => session.answer(false) },
        "Leave them",
      ),
      createElement(
        "button",
        {
          type: "button",
          className: "button primary",
          "data-focus": true,
          onClick: () => session.answer(true),
        },
        "Replace them",
      ),
    ),
  );
}
