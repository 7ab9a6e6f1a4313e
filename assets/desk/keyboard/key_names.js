// @ts-check
/**
 * What keys are called. A key is written as the modifiers that are held and its `KeyboardEvent.key`:
 * "a", "Shift+g", "Ctrl+z" (Ctrl or Cmd), "ArrowLeft", "Space". A sign or a digit is written as itself,
 * however a keyboard makes it: "?", "[", "1".
 *
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "keyCode" | "isComposing" | "getModifierState"
 *   | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} KeyPress
 */

const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "Fn"];
/** Keys that go to an input method, or that have no name. */
const UNNAMED = [...MODIFIERS, "Process", "Unidentified"];
/** What `keyCode` is while an input method has the key; some browsers say so nowhere else. */
const COMPOSING = 229;

/** What keys with a sign type on a keyboard of the United States. @type {Record<string, string>} */
const SIGNS = {
  Backquote: "`",
  Backslash: "\\",
  BracketLeft: "[",
  BracketRight: "]",
  Comma: ",",
  Equal: "=",
  Minus: "-",
  Period: ".",
  Quote: "'",
  Semicolon: ";",
  Slash: "/",
};

/**
 * What a pressed key may be called, the best name first. A sign needs no Shift or Alt in its name, since
 * other keyboards make it without. Where the letter, digit or sign that a key has elsewhere is something
 * else, as on Greek or French keyboards, the key answers to that too.
 * @param {KeyPress} event perhaps made by a password manager or by autofill, which leave out what they like
 * @returns {string[]} none for what is no key of ours: modifiers, input methods
 */
export function keyNames(event) {
  const { key, code = "", shiftKey = false } = event;
  if (!key || UNNAMED.includes(key) || event.isComposing || event.keyCode === COMPOSING) return [];
  const isAltGraph = event.getModifierState?.("AltGraph") ?? false; // told as Ctrl and Alt on Windows
  const ctrl = (event.ctrlKey || event.metaKey) && !isAltGraph;
  const alt = event.altKey && !isAltGraph;
  const isSign = key.length === 1 && !/[\p{L}\p{N} ]/u.test(key);
  const isDigit = /^\p{N}$/u.test(key);
  const name = key === " " ? "Space" : key.length === 1 ? key.toLowerCase() : key;
  const names = key === "Dead" ? [] : [combined(ctrl, alt, shiftKey && !isSign && !isDigit, name)];
  if (isSign && alt) names.push(combined(ctrl, false, false, name));
  const place = isAltGraph ? "" : placeName(key, code);
  if (place) names.push(combined(ctrl, alt, shiftKey, place));
  return names;
}

/**
 * What a key would type on a keyboard of the United States, where it types something that no command is
 * bound to: another script, an accent, or a sign in the place of a digit.
 * @param {string} key
 * @param {string} code where the key is
 * @returns {string} empty for none
 */
function placeName(key, code) {
  const letter = /^(?:Key|Digit|Numpad)(\w)$/.exec(code)?.[1].toLowerCase();
  if (letter && (key === "Dead" || !/[a-z\d]/i.test(key))) return letter;
  const isOtherScript = /^\p{L}$/u.test(key) && !/\p{Script=Latin}/u.test(key);
  return key === "Dead" || isOtherScript ? (SIGNS[code] ?? "") : "";
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
