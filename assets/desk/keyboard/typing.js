// @ts-check
/** Whose a pressed key is: the desk's, or that of the element that has the focus. */

const WRITTEN_IN =
  'textarea, select, [contenteditable=""], [contenteditable="true"], ' +
  'input:not([type="range"], [type="checkbox"], [type="radio"], [type="button"])';
const PRESSED = 'button, a[href], summary, input[type="checkbox"]';
const SLIDER_KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

/**
 * The element that an event is about: the page's body where it is about none.
 * @param {{target: EventTarget | null}} event
 */
export const elementOf = ({ target }) => (target instanceof HTMLElement ? target : document.body);

/**
 * Whether keys write in the element, and Escape leaves it.
 * @param {Element} element
 */
export const isField = (element) => element.closest(WRITTEN_IN) !== null;

/**
 * Whether a key does something where the focus is. Someone who goes from button to button by Tab
 * presses them by Space and Enter; after a click the focus is on a button too, but Space is to play.
 * @param {string} key its `KeyboardEvent.key`
 * @param {Element} element
 * @param {boolean} isTabbed whether the focus came there by Tab
 */
export function belongsToElement(key, element, isTabbed) {
  if (isField(element)) return true;
  if (element.matches('input[type="range"]')) return SLIDER_KEYS.includes(key);
  return isTabbed && (key === " " || key === "Enter") && element.matches(PRESSED);
}
