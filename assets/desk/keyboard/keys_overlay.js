// @ts-check
import { createElement, useState } from "react";
import { useBindings } from "../panels/command_button.js";
import { COMMANDS, COMMAND_GROUPS } from "./commands.js";
import { useDesk, useStore } from "../context.js";
import { Dialog } from "../panels/dialog.js";
import { keptBecause } from "./kept_keys.js";
import { keyNames, shownKey } from "./key_names.js";
import { remap } from "./keymap.js";
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
  const [refused, setRefused] = useState("");
  const listenFor = (/** @type {Awaited | null} */ other) => {
    setAwaited(other);
    setRefused("");
  };

  const save = (/** @type {import("./keymap.js").Keys} */ changed) => {
    desk.keys.set(changed);
    desk.saveKeys(changed);
  };
  const change = (/** @type {Awaited} */ { command, oldKey }, /** @type {string} */ newKey) => {
    const { keys: changed, lost } = remap(keys, command, oldKey, newKey);
    save(changed);
    listenFor(null);
    setSaid(changeWords(COMMANDS[command].words, oldKey, newKey, lost && COMMANDS[lost].words));
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const [name] = keyNames(event);
    if (awaited && name && event.key !== "Tab") {
      event.preventDefault();
      event.stopPropagation();
      const kept = keptBecause(name, event.metaKey);
      if (name === "Escape") listenFor(null);
      else if (kept) setRefused(`${shownKey(name)} ${kept}. Press another key.`);
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
        ? refused ||
            `Press a key for “${COMMANDS[awaited.command].words}”. ` +
              (awaited.oldKey ? "Backspace takes it away, Escape leaves it." : "Escape leaves it.")
        : said || "Click a key to change it, + to add another.",
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
            linesOf(Object.keys(commands)).map(([words, ...names]) =>
              createElement(Line, {
                key: words,
                words,
                names,
                keysOf,
                awaited,
                onAwait: listenFor,
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

const TENTHS = /^go_\d$/;

/**
 * Commands as they are listed: each by itself, but the tenths of the video in one line.
 * @param {string[]} names
 * @returns {string[][]} words and names
 */
function linesOf(names) {
  const lines = names
    .filter((name) => !TENTHS.test(name))
    .map((name) => [COMMANDS[name].words, name]);
  const tenths = names.filter((name) => TENTHS.test(name));
  return tenths.length ? [...lines, ["Tenths of the video", ...tenths]] : lines;
}

/**
 * Commands and their keys. A command that has the line for itself can have one more.
 * @param {object} props
 * @param {string} props.words
 * @param {string[]} props.names of the commands
 * @param {Record<string, readonly string[]>} props.keysOf
 * @param {Awaited | null} props.awaited
 * @param {(awaited: Awaited) => void} props.onAwait
 */
function Line({ words, names, keysOf, awaited, onAwait }) {
  const key = (/** @type {string} */ command, /** @type {string} */ oldKey) => {
    const label = oldKey ? `Change ${shownKey(oldKey)}` : "Add a key";
    const isAwaited = awaited?.command === command && awaited.oldKey === oldKey;
    return createElement(
      "button",
      {
        key: `${command} ${oldKey}`,
        type: "button",
        className: oldKey ? "key" : "key key-more",
        "aria-label": `${label}: ${COMMANDS[command].words}`,
        "aria-pressed": isAwaited,
        onClick: () => onAwait({ command, oldKey }),
      },
      isAwaited ? "…" : oldKey ? shownKey(oldKey) : "+",
    );
  };
  return createElement(
    "div",
    { className: "keys-line" },
    createElement("dt", null, words),
    createElement(
      "dd",
      null,
      names.flatMap((name) => keysOf[name].map((oldKey) => key(name, oldKey))),
      names
        .filter((name) => names.length === 1 || !keysOf[name].length)
        .map((name) => key(name, "")),
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
