// @ts-check
/** What pages do without showing anything: name their tab, scroll, and keep the focus. */
import { createElement, useEffect, useRef } from "react";

/**
 * Names the tab after what the page shows; while that is not known the page's own title stays.
 * @param {{subject: string, of: string}} props
 */
export function TabTitle({ subject, of }) {
  useEffect(() => {
    if (subject) document.title = of ? `${subject} · ${of} · Heaters` : `${subject} · Heaters`;
  }, [subject, of]);
  return null;
}

/**
 * Stands before a list that is shown by the screenful: another screenful is seen from its beginning.
 * @param {{page: number}} props
 */
export function ListTop({ page }) {
  const top = useRef(/** @type {HTMLDivElement | null} */ (null));
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    top.current?.scrollIntoView();
  }, [page]);
  return createElement("div", { ref: top, className: "list-top" });
}

/** Gives the focus to the next card when the one that had it leaves the list. */
export function CardFocus() {
  useEffect(() => {
    let index = -1;
    const remember = (/** @type {FocusEvent} */ event) => {
      const card = /** @type {HTMLElement} */ (event.target).closest("[data-clip-id]");
      index = card ? cards().indexOf(/** @type {HTMLElement} */ (card)) : -1;
    };
    const observer = new MutationObserver(() => {
      if (index < 0 || document.activeElement !== document.body) return;
      const left = cards();
      (left[index] ?? left[left.length - 1])?.focus();
    });
    addEventListener("focusin", remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener("focusin", remember);
      observer.disconnect();
    };
  }, []);
  return null;
}

/**
 * Brings the card of the clip that holds a frame into view and gives it the focus, as soon as it is
 * on the page.
 * @param {number} frame
 * @returns {() => void} gives up waiting
 */
export function showCardOf(frame) {
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  look();
  return () => observer.disconnect();

  function look() {
    const card = cards().find(
      ({ dataset }) => Number(dataset.startFrame) <= frame && frame < Number(dataset.endFrame),
    );
    if (!card) return;
    observer.disconnect();
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "center" });
  }
}

/** @returns {HTMLElement[]} in reading order */
function cards() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-clip-id]")]);
}
