// @ts-check
import { createElement, useLayoutEffect, useRef } from "react";
import { cardBeside, isTyping } from "./cards.js";

/** @type {Record<string, "approve" | "skip" | "archive">} */
const VERDICTS = { a: "approve", s: "skip", d: "archive" };

/**
 * Keys of the grid: arrows move between cards, a letter judges the card in focus and moves on. Shows
 * its children, which say so, as soon as the keys work.
 * @param {object} props
 * @param {import("react").ReactNode} props.children
 * @param {(verdict: string, clipId: number) => void} props.onVerdict
 * @param {() => void} props.onUndo
 * @param {() => void} props.onRedo
 */
export function ReviewKeys(props) {
  const handlers = useRef(props);
  handlers.current = props;
  useLayoutEffect(() => {
    const listen = (/** @type {KeyboardEvent} */ event) => onKey(event, handlers.current);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return createElement("footer", { className: "keys faint" }, props.children);
}

/**
 * @param {KeyboardEvent} event
 * @param {Parameters<typeof ReviewKeys>[0]} handlers
 */
function onKey(event, handlers) {
  if (isTyping(event.target) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key !== "z") return;
    event.preventDefault();
    if (event.shiftKey) handlers.onRedo();
    else handlers.onUndo();
    return;
  }
  const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-clip-id]")]);
  const card = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-clip-id]"));
  if (key.startsWith("arrow")) {
    const next = cardBeside(cards, card, key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  } else if (card && VERDICTS[key] && !event.repeat) {
    handlers.onVerdict(VERDICTS[key], Number(card.dataset.clipId));
    cardBeside(cards, card, "arrowright")?.focus();
  } else if (card === document.activeElement && (key === " " || key === "enter")) {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (card?.querySelector(".clip-picture"))?.click();
  }
}
