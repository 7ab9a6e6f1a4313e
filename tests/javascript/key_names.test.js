// @ts-check
import { expect, test } from "bun:test";
import { keptBecause } from "../../assets/desk/keyboard/kept_keys.js";
import { keyNames, shownKey } from "../../assets/desk/keyboard/key_names.js";
import CASES from "./key_events.json";

test.each(CASES)("a key is called by what it types, or by its place: $about", ({ event, called }) => {
  const { modifierAltGraph = false, ...fields } = /** @type {Record<string, unknown>} */ (event);
  const getModifierState = (/** @type {string} */ name) => name === "AltGraph" && modifierAltGraph;
  const press = /** @type {import("../../assets/desk/keyboard/key_names.js").KeyPress} */ (
    /** @type {unknown} */ (Object.keys(event).length ? { ...fields, getModifierState } : {})
  );
  expect(keyNames(press)).toEqual(called);
});

test("keys that browsers keep are told with the reason, all others are free", () => {
  const kept = ["Ctrl+t", "Ctrl+Shift+w", "Ctrl+n", "Ctrl+PageDown", "Ctrl+9", "F5", "F12"];
  kept.push("Alt+ArrowLeft", "Alt+F4", "Alt+d", "Ctrl++");
  for (const name of kept) expect([name, keptBecause(name, false)]).not.toEqual([name, ""]);
  expect(keptBecause("Ctrl+t", false)).toStartWith("opens and closes tabs");
  const free = ["a", "Shift+t", "Ctrl+m", "Alt+m", "F1", "F2", "PageDown", "Ctrl+Enter"];
  for (const name of free) expect([name, keptBecause(name, false)]).toEqual([name, ""]);
  expect(keptBecause("Ctrl+m", true)).toBe("belongs to the system");
});

test("keys are written for people", () => {
  expect(["Ctrl+Shift+z", "Shift+ArrowLeft", "Space", "+", "Ctrl++", "?"].map(shownKey)).toEqual([
    "Ctrl+Shift+Z",
    "Shift+←",
    "Space",
    "+",
    "Ctrl++",
    "?",
  ]);
});
