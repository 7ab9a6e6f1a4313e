// @ts-check
/** Whose a pressed key is: the desk's, or that of the element that has the focus. */

const WRITTEN_IN =
  'textarea, select, [contenteditable=""], [contenteditable="true"], ' +
  'input:not([type="range"], [type="checkbox"], [type="radio"], [type="button"])';
const PRESSED = 'button, a[href], summary, input[type="checkbox"]';
const SLIDER_KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

/**
 * Whether Escape leaves the element.
 * @param {Element} element
 */
export const isField = (element) => element.matches("textarea, select, input, [contenteditable]");

/**
 * Whether a key does something where the focus is. Someone who presses buttons by keyboard has the
 * focus on them visibly; after a click it is there too, and Space is to play.
 * @param {string} key
 * @param {Element} element
 */
export function belongsToElement(key, element) {
  if (element.closest(WRITTEN_IN)) return true;
  if (element.matches('input[type="range"]')) return SLIDER_KEYS.includes(key);
  if (key !== " " && key !== "Enter") return false;
  return element.matches(PRESSED) && element.matches(":focus-visible");
}
