// @ts-check
import { Fragment, createElement, useEffect, useState } from "react";
import { CommandButton, useBindings } from "./command_button.js";
import { useDesk, useStore } from "../context.js";
import { shownKey } from "../keyboard/keymap.js";

/** An answer that takes longer than this is not coming by itself. */
const AWAY_MS = 3000;

/** The line at the bottom: what happened last, how to take it back, and whether it is saved. */
export function Status() {
  const { view } = useDesk();
  const trouble = useStore(view, (value) => value.trouble);
  return createElement(
    "footer",
    { className: "status-line" },
    createElement(LastAction),
    trouble && createElement("span", { className: "refusal", role: "alert" }, trouble),
    createElement(Saved),
  );
}

/** What came of the last action, or why nothing did, and the ways back and forth. */
function LastAction() {
  const { session, last } = useDesk();
  const said = useStore(session, (value) => value.said);
  const { words, can_undo, can_redo } = useStore(last, (value) => value);
  const shown = said?.words ?? words;
  return createElement(
    Fragment,
    null,
    createElement(
      "span",
      { className: said?.refused ? "status-last refusal" : "status-last", role: "status" },
      shown,
    ),
    can_undo &&
      createElement(Reversal, {
        name: "undo",
        words: shown === words ? "takes it back" : `takes back: ${words}`,
      }),
    can_redo && createElement(Reversal, { name: "redo", words: "does it again" }),
  );
}

/** @param {{name: string, words: string}} props */
function Reversal({ name, words }) {
  const [key] = useBindings().keysOf[name];
  return createElement(
    CommandButton,
    { name, className: "quiet" },
    key && createElement("kbd", null, shownKey(key)),
    ` ${words}`,
  );
}

function Saved() {
  const { session } = useDesk();
  const unsaved = useStore(session, (value) => value.unsaved);
  const [isAway, setIsAway] = useState(false);
  useEffect(() => {
    setIsAway(false);
    if (!unsaved) return;
    const waiting = setTimeout(() => setIsAway(true), AWAY_MS);
    return () => clearTimeout(waiting);
  }, [unsaved]);
  const waits = `${unsaved} ${unsaved === 1 ? "action waits" : "actions wait"}`;
  const words = !unsaved ? "saved" : isAway ? `offline: ${waits}` : "saving…";
  return createElement(
    "span",
    { className: isAway ? "status-saved refusal" : "status-saved faint" },
    words,
  );
}
