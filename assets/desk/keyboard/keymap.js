// @ts-check
import { PRESETS } from "./presets.js";

/**
 * Which keys do what; keys are written as in key_names.js.
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
