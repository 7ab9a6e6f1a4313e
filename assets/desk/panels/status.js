// @ts-check
import { Fragment, createElement, useEffect, useRef, useState } from "react";
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
    createElement(Refusal),
    trouble && createElement("span", { className: "refusal", role: "alert" }, trouble),
    createElement(Saved),
  );
}

/** What came of the last action, and the ways back and forth. */
function LastAction() {
  const { session, last } = useDesk();
  const done = useStore(session, ({ said }) => (said?.refused ? null : said));
  const { words, can_undo, can_redo } = useStore(last, (value) => value);
  const shown = done?.words ?? words;
  return createElement(
    Fragment,
    null,
    createElement("span", { className: "status-last", role: "status" }, shown),
    can_undo &&
      createElement(Reversal, {
        name: "undo",
        words: shown === words ? "takes it back" : `takes back: ${words}`,
      }),
    can_redo &&
      createElement(Reversal, {
        name: "redo",
        words: done?.kind === "undo" ? "does it again" : "does again what was taken back",
      }),
  );
}

/** Why nothing came of an action: for a while in the way of the eye, and read out at once. */
function Refusal() {
  const { session } = useDesk();
  const refused = useStore(session, ({ said }) => (said?.refused ? said : null));
  const last = useRef({ refused, count: 0 }); // the same words again are to be seen again
  if (refused !== last.current.refused) last.current = { refused, count: last.current.count + 1 };
  return createElement(
    "div",
    { className: "notices", role: "alert" },
    refused && createElement("p", { key: last.current.count, className: "notice refusal" }, refused.words),
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
