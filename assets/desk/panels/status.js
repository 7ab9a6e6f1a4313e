// @ts-check
import { Fragment, createElement, useEffect, useRef, useState } from "react";
import { CommandButton, useBindings } from "./command_button.js";
import { Notice } from "../../clips/notice.js";
import { useDesk, useStore } from "../context.js";
import { shownKey } from "../keyboard/key_names.js";

/** An answer that takes longer than this is not coming by itself. */
const AWAY_MS = 3000;

/** The line at the bottom: what happened last, how to undo it, and whether it is saved. */
export function Status() {
  const { view } = useDesk();
  const trouble = useStore(view, (value) => value.trouble);
  const silence = useStore(view, (value) => value.silence);
  return createElement(
    "footer",
    { className: "status-line" },
    createElement(LastAction),
    createElement(Refusal),
    trouble && createElement("span", { className: "refusal", role: "alert" }, trouble),
    silence && createElement("span", { className: "refusal", role: "status" }, silence),
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
        of: shown === words ? "" : words,
      }),
    can_redo && createElement(Reversal, { name: "redo", of: "" }),
  );
}

/**
 * Why nothing came of an action: for a while in the way of the eye, and read out at once. What goes well
 * after it does not hide it.
 */
function Refusal() {
  const { session } = useDesk();
  const refused = useStore(session, ({ said }) => (said?.refused ? said : null));
  const last = useRef({ refused, count: refused ? 1 : 0 }); // the same words again are to be seen again
  if (refused && refused !== last.current.refused) {
    last.current = { refused, count: last.current.count + 1 };
  }
  const { refused: shown, count } = last.current;
  return createElement(
    "div",
    { className: "notices", role: "alert" },
    createElement(Notice, { words: shown?.words ?? "", number: count, isRefusal: true }),
  );
}

/** @param {{name: "undo" | "redo", of: string}} props `of` what, where that is not said beside it */
function Reversal({ name, of }) {
  const [key] = useBindings().keysOf[name];
  return createElement(
    CommandButton,
    { name, className: "quiet" },
    key && createElement("kbd", null, shownKey(key)),
    name === "undo" ? " Undo" : " Redo",
    of && createElement("span", { className: "status-of" }, `: ${of}`),
  );
}

function Saved() {
  const { session } = useDesk();
  const unsaved = useStore(session, (value) => value.unsaved);
  const isAsked = useStore(session, (value) => value.question !== null);
  const [isAway, setIsAway] = useState(false);
  useEffect(() => {
    setIsAway(false);
    if (!unsaved || isAsked) return;
    const waiting = setTimeout(() => setIsAway(true), AWAY_MS);
    return () => clearTimeout(waiting);
  }, [unsaved, isAsked]);
  const waits = `${unsaved} ${unsaved === 1 ? "action waits" : "actions wait"}`;
  const words = !unsaved ? "saved" : isAsked ? "waiting for your answer" : isAway ? `offline: ${waits}` : "saving…";
  return createElement(
    "span",
    { className: isAway ? "status-saved refusal" : "status-saved faint" },
    words,
  );
}
