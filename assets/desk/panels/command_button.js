// @ts-check
import { createElement, useMemo } from "react";
import { COMMANDS } from "../keyboard/commands.js";
import { useDesk, useStore } from "../context.js";
import { shownKey } from "../keyboard/key_names.js";
import { bindingsOf } from "../keyboard/keymap.js";

/** The longest key, in letters, for which a small button has room. */
const SHORT = 5;

/** What each key does for this reviewer, as a React hook. */
export function useBindings() {
  const keys = useStore(useDesk().keys, (value) => value);
  return useMemo(() => bindingsOf(keys), [keys]);
}

/**
 * A button that does what a key does, and says which.
 * @param {object} props
 * @param {string} props.name of the command
 * @param {string} [props.className]
 * @param {boolean} [props.disabled]
 * @param {boolean} [props.pressed] for what is on or off
 * @param {boolean} [props.showsKey] beside its words, not only in its title
 * @param {string} [props.label] for who cannot see the picture that it shows
 * @param {import("react").ReactNode} [props.children]
 */
export function CommandButton({ name, className, disabled, pressed, showsKey, label, children }) {
  const desk = useDesk();
  const keys = useBindings().keysOf[name].map(shownKey);
  const short = keys.find((key) => key.length <= SHORT);
  const { words, run } = COMMANDS[name];
  return createElement(
    "button",
    {
      type: "button",
      className,
      disabled,
      title: keys.length ? `${words} (${keys.join(" or ")})` : words,
      "aria-label": label,
      "aria-pressed": pressed,
      onClick: () => run(desk, 1),
    },
    children,
    showsKey && short && createElement("kbd", { "aria-hidden": true }, short),
  );
}
