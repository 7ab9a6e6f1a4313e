// @ts-check
import { expect, test } from "bun:test";
import { belongsToElement } from "../../assets/desk/keyboard/typing.js";

const slider = /** @type {Element} */ (
  /** @type {unknown} */ ({
    closest: () => null,
    matches: (/** @type {string} */ selector) => selector === 'input[type="range"]',
  })
);

test("a slider keeps the keys that move it, and only these", () => {
  for (const key of ["ArrowLeft", "ArrowUp", "Home", "PageUp", "PageDown"]) {
    expect(belongsToElement(key, slider, false)).toBe(true);
  }
  for (const key of [" ", "a", "Enter"]) expect(belongsToElement(key, slider, true)).toBe(false);
});
