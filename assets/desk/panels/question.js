// @ts-check
import { createElement } from "react";
import { useDesk, useStore } from "../context.js";
import { Dialog } from "./dialog.js";

/** At most this many clips are named. */
const NAMED = 8;

/** Asks before exported clips are replaced: the only question of the desk. */
export function Question() {
  const { session } = useDesk();
  const question = useStore(session, (value) => value.question);
  if (!question) return null;
  const { numbers } = question;
  const words = numbers.length === 1 ? aboutOne(numbers[0]) : aboutSeveral(numbers);
  return createElement(
    Dialog,
    {
      key: question.intent.request_id, // the next question begins at Cancel too
      className: "question",
      label: words.title,
      onClose: () => session.answer(false),
    },
    createElement("h2", null, words.title),
    createElement("p", null, words.consequence),
    createElement("p", { className: "faint" }, words.undo),
    createElement(
      "div",
      { className: "dialog-buttons" },
      createElement(
        "button",
        {
          type: "button",
          className: "button",
          "data-focus": true,
          onClick: () => session.answer(false),
        },
        "Cancel",
      ),
      createElement(
        "button",
        { type: "button", className: "button primary", onClick: () => session.answer(true) },
        words.replace,
      ),
    ),
  );
}

/** @param {number} number */
const aboutOne = (number) => ({
  title: "Replace an exported clip?",
  consequence: `Clip ${number} is exported. Its file will be withdrawn, and the clip goes back to pending.`,
  undo: "Undo brings it back, with its file.",
  replace: `Replace clip ${number}`,
});

/** @param {readonly number[]} numbers */
function aboutSeveral(numbers) {
  const count = numbers.length.toLocaleString("en");
  const named = numbers.slice(0, NAMED).map(String);
  const more = numbers.length - named.length;
  if (more) named.push(`${more.toLocaleString("en")} more`);
  const clips = new Intl.ListFormat("en").format(named);
  return {
    title: `Replace ${count} exported clips?`,
    consequence: `Clips ${clips} are exported. Their files will be withdrawn, and the clips go back to pending.`,
    undo: "Undo brings them back, with their files.",
    replace: `Replace ${count} clips`,
  };
}
