// @ts-check
import { createElement, useEffect, useRef } from "react";

/**
 * A dialog over the page. The focus stays in it, first on what has `data-focus`, and goes back to
 * where it was. Escape and a click beside it close it.
 * @param {object} props
 * @param {string} props.className
 * @param {string} props.label
 * @param {() => void} props.onClose
 * @param {(event: KeyboardEvent) => void} [props.onKey] before anything in it hears of the key
 * @param {import("react").ReactNode} [props.children]
 */
export function Dialog({ className, label, onClose, onKey, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const hear = useRef(onKey);
  hear.current = onKey;

  useEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    const press = (/** @type {KeyboardEvent} */ event) => hear.current?.(event);
    dialog?.showModal();
    /** @type {HTMLElement | null | undefined} */ (dialog?.querySelector("[data-focus]"))?.focus();
    addEventListener("keydown", press, true); // the focus may be on nothing, after a button has gone
    return () => {
      removeEventListener("keydown", press, true);
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  return createElement(
    "dialog",
    {
      ref: box,
      className: `dialog ${className}`,
      "aria-label": label,
      onCancel: (/** @type {import("react").SyntheticEvent} */ event) => {
        event.preventDefault();
        onClose();
      },
      onMouseDown: (/** @type {import("react").MouseEvent} */ event) => {
        if (event.target === box.current) onClose();
      },
    },
    createElement("div", { className: "dialog-inside" }, children),
  );
}
