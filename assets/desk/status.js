// @ts-check
import { Fragment, createElement, useEffect, useState } from "react";
import { useBindings } from "./command_button.js";
import { useDesk, useStore } from "./context.js";
import { shownKey } from "./keymap.js";

/** An answer that takes longer than this is not coming by itself. */
const AWAY_MS = 3000;

/** The line at the bottom: what happened last, how to take it back, and whether it is saved. */
export function Status() {
  const { view } = useDesk();
  const trouble = useStore(view, (value) => value.trouble);
  return createElement(
    "footer",
    { className: "status-line" },
    createElement("span", { className: "status-last", role: "status" }, createElement(LastAction)),
    trouble && createElement("span", { className: "refusal", role: "alert" }, trouble),
    createElement(Saved),
  );
}

/** What came of the last action, or why nothing did. */
function LastAction() {
  const { session, last } = useDesk();
  const said = useStore(session, (value) => value.said);
  const { words, can_undo, can_redo } = useStore(last, (value) => value);
  const { keysOf } = useBindings();
  const hint = (/** @type {string} */ command, /** @type {string} */ rest) =>
    keysOf[command].length > 0 &&
    createElement("span", { className: "faint" }, ` · ${shownKey(keysOf[command][0])} ${rest}`);
  if (said?.refused) return createElement("span", { className: "refusal" }, said.words);
  const isUndone = said?.kind === "undo" && can_redo;
  return createElement(
    Fragment,
    null,
    said?.words ?? words,
    isUndone ? hint("redo", "does it again") : can_undo && hint("undo", "takes it back"),
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
  return createElement("span", { className: isAway ? "status-saved refusal" : "status-saved faint" }, words);
}
