// @ts-check
import { createElement, useLayoutEffect, useMemo, useRef } from "react";
import { keyNames, shownKey } from "../desk/keyboard/key_names.js";
import { bindingsOf } from "../desk/keyboard/keymap.js";
import { belongsToElement, elementOf } from "../desk/keyboard/typing.js";
import { cardBeside } from "./cards.js";

/** @typedef {import("../desk/keyboard/keymap.js").Keys} Keys */

/** Commands of the desk that the grid knows too, and where those that move lead to. */
const VERDICTS = ["approve", "skip", "archive"];
const REVERSALS = ["undo", "redo"];
/** @type {Record<string, string>} */
const MOVES = { previous_clip: "arrowleft", next_clip: "arrowright" };
const HINTS = ["play", ...VERDICTS, ...REVERSALS];

/**
 * Keys of the grid, those of the reviewer's desk: arrows move between cards, a verdict is about the card
 * in focus and moves on. Says so, as soon as the keys work.
 * @param {object} props
 * @param {Keys} props.keyboard
 * @param {(verdict: string, clipId: number) => void} props.onVerdict
 * @param {() => void} props.onUndo
 * @param {() => void} props.onRedo
 */
export function ReviewKeys(props) {
  const { keyboard } = props;
  const bindings = useMemo(() => bindingsOf(keyboard), [keyboard]);
  const latest = useRef({ ...props, ...bindings });
  latest.current = { ...props, ...bindings };
  useLayoutEffect(() => {
    const listen = (/** @type {KeyboardEvent} */ event) => onKey(event, latest.current);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  const hint = (/** @type {string} */ key, /** @type {string} */ words) =>
    createElement("span", { key: words }, createElement("kbd", null, key), words);
  return createElement(
    "footer",
    { className: "keys faint" },
    hint("← → ↑ ↓", "move"),
    HINTS.filter((name) => bindings.keysOf[name].length).map((name) =>
      hint(shownKey(bindings.keysOf[name][0]), name),
    ),
  );
}

/**
 * The key of a command, as the reviewer has it; nothing where it has none.
 * @param {{command: string, keyboard: Keys}} props
 */
export function KeyHint({ command, keyboard }) {
  const [key] = useMemo(() => bindingsOf(keyboard), [keyboard]).keysOf[command];
  return key ? createElement("kbd", { "aria-hidden": true }, shownKey(key)) : null;
}

/**
 * @param {KeyboardEvent} event
 * @param {Parameters<typeof ReviewKeys>[0] & ReturnType<typeof bindingsOf>} keys
 */
function onKey(event, { commandOf, onVerdict, onUndo, onRedo }) {
  const names = keyNames(event);
  if (!names.length || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (belongsToElement(event.key, elementOf(event), true)) return;
  const command = commandOf.get(names.find((name) => commandOf.has(name)) ?? "") ?? "";
  const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-clip-id]")]);
  const card = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-clip-id]"));
  const isArrow = names[0].startsWith("Arrow");
  if (REVERSALS.includes(command)) {
    event.preventDefault();
    if (!event.repeat) (command === "undo" ? onUndo : onRedo)();
  } else if (VERDICTS.includes(command)) {
    if (!card) return;
    event.preventDefault();
    if (event.repeat) return;
    onVerdict(command, Number(card.dataset.clipId));
    cardBeside(cards, card, MOVES.next_clip)?.focus();
  } else if (isArrow || command in MOVES) {
    const next = cardBeside(cards, card, isArrow ? event.key.toLowerCase() : MOVES[command]);
    if (!next) return;
    event.preventDefault();
    next.focus();
  } else if (card && (command === "play" || (names.includes("Enter") && card === document.activeElement))) {
    event.preventDefault();
    if (!event.repeat) /** @type {HTMLElement | null} */ (card.querySelector(".clip-picture"))?.click();
  }
}
