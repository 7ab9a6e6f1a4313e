// @ts-check
/** Keys that browsers and desktops keep for themselves, by what they do with them. */

/** @type {Record<string, string[]>} */
const KEPT = {
  "opens and closes tabs and windows": [
    ..."tnwq".split("").flatMap((letter) => [`Ctrl+${letter}`, `Ctrl+Shift+${letter}`]),
    "Ctrl+Shift+p",
    "Ctrl+F4",
    "Alt+F4",
  ],
  "goes to another tab": [
    ...Array.from("123456789", (digit) => `Ctrl+${digit}`),
    ...["Ctrl+PageUp", "Ctrl+PageDown", "Ctrl+Shift+PageUp", "Ctrl+Shift+PageDown"],
  ],
  "goes to another page": ["Alt+ArrowLeft", "Alt+ArrowRight", "Alt+Home"],
  "goes to the address": ["Ctrl+l", "Alt+d", "F6"],
  "loads the page again": ["Ctrl+r", "Ctrl+Shift+r", "F5", "Ctrl+F5", "Shift+F5"],
  "changes the size of the page": ["Ctrl++", "Ctrl+-", "Ctrl+=", "Ctrl+0", "F11"],
  "opens the browser's tools": [
    ...["F3", "F7", "F10", "F12", "Alt+e", "Alt+f", "Alt+Space", "Ctrl+Shift+Delete"],
    ...Array.from("ijck", (letter) => `Ctrl+Shift+${letter}`),
  ],
};

/** What macOS does with Cmd and a key, before a browser hears of it. */
const KEPT_WITH_CMD = ["Ctrl+h", "Ctrl+m", "Ctrl+,", "Ctrl+`", "Ctrl+Space"];

/**
 * Why a key cannot be given to a command.
 * @param {string} name
 * @param {boolean} isCmd whether Cmd, or the key of Windows, is held
 * @returns {string} what the browser does with it; empty if it can
 */
export function keptBecause(name, isCmd) {
  if (isCmd && KEPT_WITH_CMD.includes(name)) return "belongs to the system";
  const found = Object.entries(KEPT).find(([, names]) => names.includes(name));
  return found ? `${found[0]}, whatever a page would do with it` : "";
}
