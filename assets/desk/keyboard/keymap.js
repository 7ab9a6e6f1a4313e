// @ts-check
import { PRESETS } from "./presets.js";

/**
 * Which keys do what. A key is written as the modifiers that are held and its `KeyboardEvent.key`:
 * "a", "Shift+g", "Ctrl+z" (Ctrl or Cmd), "ArrowLeft", "Space". A sign is written as itself,
 * however a keyboard makes it: "?", "[".
 *
 * @typedef {object} Keys what a reviewer has chosen
 * @property {string} preset
 * @property {Record<string, string[]>} remaps the keys of commands that are not the preset's
 */

/**
 * What the keyboard does for a reviewer.
 * @param {Keys} keys
 * @returns {{keysOf: Record<string, readonly string[]>, commandOf: Map<string, string>}}
 */
export function bindingsOf({ preset, remaps }) {
  const own = PRESETS.heaters.keys;
  const chosen = PRESETS[preset]?.keys ?? own;
  const known = Object.fromEntries(Object.entries(remaps).filter(([command]) => command in own));
  const keysOf = over(over(own, chosen), known);
  const commandOf = new Map();
  for (const [command, names] of Object.entries(keysOf)) {
    for (const name of names) commandOf.set(name, command);
  }
  return { keysOf, commandOf };
}

/**
 * Let some commands have other keys; these are taken from whatever had them.
 * @param {Record<string, readonly string[]>} keysOf
 * @param {Record<string, readonly string[]>} others
 */
function over(keysOf, others) {
  const taken = new Set(Object.values(others).flat());
  return Object.fromEntries(
    Object.entries(keysOf).map(([command, names]) => [
      command,
      others[command] ?? names.filter((name) => !taken.has(name)),
    ]),
  );
}

/**
 * Give a command a key, in the place of one that it has or in addition.
 * @param {Keys} keys
 * @param {string} command
 * @param {string} oldKey empty for none
 * @param {string} newKey empty to take the old one away
 * @returns {{keys: Keys, lost: string}} the command that had the new key, empty for none
 */
export function remap(keys, command, oldKey, newKey) {
  const { keysOf, commandOf } = bindingsOf(keys);
  const lost = newKey ? (commandOf.get(newKey) ?? "") : "";
  const others = keysOf[command].filter((name) => name !== oldKey && name !== newKey);
  const at = keysOf[command].indexOf(oldKey);
  const names = newKey ? others.toSpliced(at < 0 ? others.length : at, 0, newKey) : others;
  const remaps = { ...keys.remaps, [command]: names };
  if (lost && lost !== command) remaps[lost] = keysOf[lost].filter((name) => name !== newKey);
  return { keys: { ...keys, remaps }, lost: lost === command ? "" : lost };
}

/**
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "getModifierState"
 *   | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} KeyPress
 */

const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "Fn"];

/**
 * What a pressed key may be called, the best name first. A sign needs no Shift or Alt in its name,
 * since other keyboards make it without. Where the letter or digit that a key has elsewhere is
 * something else, as on Greek or French keyboards, the key answers to that too.
 * @param {KeyPress} event
 * @returns {string[]}
 */
export function keyNames(event) {
  const { key, code, shiftKey } = event;
  if (MODIFIERS.includes(key)) return [];
  const isAltGraph = event.getModifierState("AltGraph"); // reported as Ctrl and Alt on Windows
  const ctrl = (event.ctrlKey || event.metaKey) && !isAltGraph;
  const alt = event.altKey && !isAltGraph;
  const isSign = key.length === 1 && !/[\p{L}\p{N} ]/u.test(key);
  const name = key === " " ? "Space" : key.length === 1 ? key.toLowerCase() : key;
  const names = [combined(ctrl, alt, shiftKey && !isSign, name)];
  if (isSign && alt) names.push(combined(ctrl, false, false, name));
  const place = /^(?:Key|Digit)(\w)$/.exec(code)?.[1].toLowerCase();
  if (place && !/[a-z\d]/i.test(key)) names.push(combined(ctrl, alt, shiftKey, place));
  return names;
}

/**
 * @param {boolean} ctrl
 * @param {boolean} alt
 * @param {boolean} shift
 * @param {string} name
 */
const combined = (ctrl, alt, shift, name) =>
  `${ctrl ? "Ctrl+" : ""}${alt ? "Alt+" : ""}${shift ? "Shift+" : ""}${name}`;

/** @type {Record<string, string>} */
const SHOWN = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Backspace: "⌫",
  Escape: "Esc",
  Delete: "Del",
  PageUp: "Page↑",
  PageDown: "Page↓",
};

/**
 * A key as it is written for people: "Ctrl+Z", "Shift+←".
 * @param {string} name
 */
export function shownKey(name) {
  const [, modifiers, key] = /** @type {RegExpExecArray} */ (
    /^((?:Ctrl\+|Alt\+|Shift\+)*)(.+)$/.exec(name)
  );
  return modifiers + (SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}
