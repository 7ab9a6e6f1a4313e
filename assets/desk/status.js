// @ts-check
import { createElement, useEffect, useState } from "react";
import { CommandButton } from "./command_button.js";
import { useDesk, useStore } from "./context.js";

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
    createElement(Reversals),
    trouble && createElement("span", { className: "refusal", role: "alert" }, trouble),
    createElement(Saved),
  );
}

/** What came of the last action, or why nothing did. */
function LastAction() {
  const { session, last } = useDesk();
  const said = useStore(session, (value) => value.said);
  const words = useStore(last, (value) => value.words);
  return createElement(
    "span",
    { className: said?.refused ? "status-last refusal" : "status-last", role: "status" },
    said?.words ?? words,
  );
}

/** The ways back and forth again, with their keys. */
function Reversals() {
  const { last } = useDesk();
  const { can_undo, can_redo } = useStore(last, (value) => value);
  return createElement(
    "span",
    { className: "status-reversals" },
    can_undo && reversal("undo", "takes it back"),
    can_redo && reversal("redo", "does it again"),
  );
}

/**
 * @param {string} name of the command
 * @param {string} words
 */
const reversal = (name, words) =>
  createElement(CommandButton, { name, className: "quiet", showsKey: true }, words);

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
