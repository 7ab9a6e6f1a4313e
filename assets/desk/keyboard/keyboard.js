// @ts-check
import { useEffect } from "react";
import { framesPerStep } from "./acceleration.js";
import { COMMANDS } from "./commands.js";
import { useDesk } from "../context.js";
import { keyNames } from "./key_names.js";
import { bindingsOf } from "./keymap.js";
import { belongsToElement, elementOf, isField } from "./typing.js";

/** The keyboard of the desk, as the reviewer likes it. Draws nothing. */
export function Keyboard() {
  const desk = useDesk();

  useEffect(() => {
    /** @type {Map<string, number>} when each key that is down was pressed */
    const downSince = new Map();
    let isTabbed = false;

    const press = (/** @type {KeyboardEvent} */ event) => {
      const names = keyNames(event);
      if (!names.length || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]")) return;
      const element = elementOf(event);
      if (event.key === "Escape" && isField(element)) {
        element.blur();
        return;
      }
      if (event.key === "Tab") isTabbed = true;
      if (belongsToElement(event.key, element, isTabbed)) return;
      const { commandOf } = bindingsOf(desk.keys.value);
      const name = names.find((name) => commandOf.has(name));
      const command = name && COMMANDS[/** @type {string} */ (commandOf.get(name))];
      if (!command) return;
      event.preventDefault();
      if (!event.repeat) downSince.set(event.code, event.timeStamp);
      else if (!command.repeats) return;
      const heldMs = event.timeStamp - (downSince.get(event.code) ?? event.timeStamp);
      command.run(desk, command.accelerates ? framesPerStep(heldMs) : 1);
    };
    const release = (/** @type {KeyboardEvent} */ event) => downSince.delete(event.code);
    const forget = () => downSince.clear();
    const point = () => {
      isTabbed = false;
    };

    addEventListener("keydown", press);
    addEventListener("keyup", release);
    addEventListener("blur", forget);
    addEventListener("pointerdown", point);
    return () => {
      removeEventListener("keydown", press);
      removeEventListener("keyup", release);
      removeEventListener("blur", forget);
      removeEventListener("pointerdown", point);
    };
  }, [desk]);

  return null;
}
