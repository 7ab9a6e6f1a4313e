// @ts-check
import { createElement, useState } from "react";
import { useBindings } from "./command_button.js";
import { COMMANDS, COMMAND_GROUPS } from "./commands.js";
import { useDesk, useStore } from "./context.js";
import { Dialog } from "./dialog.js";
import { keyNames, remap, shownKey } from "./keymap.js";
import { PRESETS } from "./presets.js";

/**
 * A key that waits to be pressed, for a command and in the place of another key, empty for none.
 * @typedef {{command: string, oldKey: string}} Awaited
 */

/** Every command with its keys, which can be changed. */
export function KeysOverlay() {
  const { view } = useDesk();
  const isOpen = useStore(view, ({ overlay }) => overlay === "keys");
  return isOpen ? createElement(AllKeys, { onClose: () => view.set({ overlay: "" }) }) : null;
}

/** @param {{onClose: () => void}} props */
function AllKeys({ onClose }) {
  const desk = useDesk();
  const keys = useStore(desk.keys, (value) => value);
  const { keysOf, commandOf } = useBindings();
  const [awaited, setAwaited] = useState(/** @type {Awaited | null} */ (null));
  const [said, setSaid] = useState("");

  const save = (/** @type {import("./keymap.js").Keys} */ changed) => {
    desk.keys.set(changed);
    desk.saveKeys(changed);
  };
  const change = (/** @type {Awaited} */ { command, oldKey }, /** @type {string} */ newKey) => {
    const { keys: changed, lost } = remap(keys, command, oldKey, newKey);
    save(changed);
    setAwaited(null);
    setSaid(changeWords(COMMANDS[command].words, oldKey, newKey, lost && COMMANDS[lost].words));
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const [name] = keyNames(event);
    if (awaited && name && name !== "Tab") {
      event.preventDefault();
      event.stopPropagation();
      if (name === "Escape") setAwaited(null);
      else change(awaited, name === "Backspace" && awaited.oldKey ? "" : name);
    } else if (!awaited && name && commandOf.get(name) === "keys") {
      event.preventDefault();
      onClose();
    }
  };
  const choose = (/** @type {string} */ preset) => {
    save({ ...keys, preset });
    setSaid(`The keys are those of ${PRESETS[preset].words}.`);
  };
  const reset = () => {
    save({ ...keys, remaps: {} });
    setSaid(`All keys are those of ${PRESETS[keys.preset].words} again.`);
  };

  return createElement(
    Dialog,
    { className: "keys-overlay", label: "Keys", onClose, onKey: press },
    createElement(
      "header",
      { className: "keys-head" },
      createElement("h2", null, "Keys"),
      createElement(Presets, { preset: keys.preset, onChoose: choose }),
      Object.keys(keys.remaps).length > 0 &&
        createElement("button", { type: "button", className: "quiet", onClick: reset }, "Reset"),
      createElement(
        "button",
        { type: "button", className: "button keys-close", "data-focus": true, onClick: onClose },
        "Close",
      ),
    ),
    createElement(
      "p",
      { className: "keys-said", role: "status" },
      awaited
        ? `Press a key for “${COMMANDS[awaited.command].words}”. ` +
            (awaited.oldKey ? "Backspace takes it away, Escape leaves it." : "Escape leaves it.")
        : said || "Click a key to press another in its place.",
    ),
    createElement(
      "div",
      { className: "keys-groups" },
      Object.entries(COMMAND_GROUPS).map(([group, commands]) =>
        createElement(
          "section",
          { key: group },
          createElement("h3", null, group),
          createElement(
            "dl",
            null,
            Object.keys(commands).map((command) =>
              createElement(CommandKeys, {
                key: command,
                command,
                names: keysOf[command],
                awaitedKey: awaited?.command === command ? awaited.oldKey : null,
                onAwait: (oldKey) => setAwaited({ command, oldKey }),
              }),
            ),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {object} props
 * @param {string} props.preset
 * @param {(preset: string) => void} props.onChoose
 */
const Presets = ({ preset, onChoose }) =>
  createElement(
    "div",
    { className: "keys-presets", role: "group", "aria-label": "Preset" },
    Object.entries(PRESETS).map(([name, { words }]) =>
      createElement(
        "button",
        {
          key: name,
          type: "button",
          className: "chip",
          "aria-pressed": name === preset,
          onClick: () => onChoose(name),
        },
        words,
      ),
    ),
  );

/**
 * A command's line.
 * @param {object} props
 * @param {string} props.command
 * @param {readonly string[]} props.names of its keys
 * @param {string | null} props.awaitedKey the key that another is awaited for, empty for one more
 * @param {(oldKey: string) => void} props.onAwait
 */
function CommandKeys({ command, names, awaitedKey, onAwait }) {
  const { words } = COMMANDS[command];
  const key = (/** @type {string} */ name, /** @type {string} */ label) =>
    createElement(
      "button",
      {
        key: name,
        type: "button",
        className: name ? "key" : "key key-more",
        "aria-label": label,
        "aria-pressed": awaitedKey === name,
        onClick: () => onAwait(name),
      },
      awaitedKey === name ? "…" : name ? shownKey(name) : "+",
    );
  return createElement(
    "div",
    { className: "keys-line" },
    createElement("dt", null, words),
    createElement(
      "dd",
      null,
      names.map((name) => key(name, `Change ${shownKey(name)}: ${words}`)),
      key("", `Add a key: ${words}`),
    ),
  );
}

/**
 * @param {string} words of the command
 * @param {string} oldKey
 * @param {string} newKey
 * @param {string} lost what the command is called that had the new key; empty for none
 */
function changeWords(words, oldKey, newKey, lost) {
  if (!newKey) return `${shownKey(oldKey)} does nothing now.`;
  return `${shownKey(newKey)}: “${words}”${lost ? `, and no longer “${lost}”` : ""}.`;
}
