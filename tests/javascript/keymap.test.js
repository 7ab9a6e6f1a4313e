// @ts-check
import { expect, test } from "bun:test";
import { COMMANDS } from "../../assets/desk/keyboard/commands.js";
import { keptBecause } from "../../assets/desk/keyboard/kept_keys.js";
import { bindingsOf, remap } from "../../assets/desk/keyboard/keymap.js";
import { PRESETS } from "../../assets/desk/keyboard/presets.js";

/** @type {import("../../assets/desk/keyboard/keymap.js").Keys} */
const heaters = { preset: "heaters", remaps: {} };

test("every command has a place in the first preset, and every preset knows only commands", () => {
  expect(Object.keys(PRESETS.heaters.keys).sort()).toEqual(Object.keys(COMMANDS).sort());
  for (const { keys } of Object.values(PRESETS)) {
    for (const command of Object.keys(keys)) expect(COMMANDS).toHaveProperty(command);
  }
});

test.each(Object.keys(PRESETS))("in the preset %s no key does two things", (preset) => {
  const names = Object.values(bindingsOf({ preset, remaps: {} }).keysOf).flat();
  expect(names.length).toBe(new Set(names).size);
});

test.each(Object.keys(PRESETS))("the preset %s has no key that browsers keep", (preset) => {
  const names = Object.values(bindingsOf({ preset, remaps: {} }).keysOf).flat();
  expect(names.filter((name) => keptBecause(name, false))).toEqual([]);
});

test("hands that know LosslessCut find its keys for segments, the timeline and exporting", () => {
  const { commandOf } = bindingsOf({ preset: "lossless_cut", remaps: {} });
  const known = { PageUp: "first_clip", PageDown: "last_clip", e: "approve", Delete: "archive" };
  const places = { Home: "video_start", End: "video_end", "Ctrl+Home": "video_start" };
  for (const [name, command] of Object.entries({ ...known, ...places })) {
    expect([name, commandOf.get(name)]).toEqual([name, command]);
  }
});

test.each(Object.keys(PRESETS))("the preset %s has keys for what a review needs", (preset) => {
  const { keysOf } = bindingsOf({ preset, remaps: {} });
  const needed = ["play", "step_back", "step_forward", "next_clip", "previous_clip", "approve"];
  needed.push("skip", "archive", "mark", "group", "ungroup", "cut", "remove_cut", "start_here");
  needed.push("end_here", "undo", "redo", "task_cuts", "task_detect", "confirm_cut", "keys");
  for (const command of needed) expect([command, keysOf[command].length]).not.toEqual([command, 0]);
});

test("a preset takes the keys it uses from the commands that have them otherwise", () => {
  const { commandOf, keysOf } = bindingsOf({ preset: "cvat", remaps: {} });
  expect(commandOf.get("d")).toBe("step_back");
  expect(keysOf.archive).toEqual(["Delete"]);
  expect(commandOf.get("a")).toBe("approve");
});

test("a remapped key is taken from the command that had it, which is named", () => {
  const { keys, lost } = remap(heaters, "approve", "a", "s");
  expect(lost).toBe("skip");
  const { commandOf, keysOf } = bindingsOf(keys);
  expect(commandOf.get("s")).toBe("approve");
  expect(commandOf.has("a")).toBe(false);
  expect(keysOf.skip).toEqual([]);
});

test("a key can be added, replaced in its place, and taken away", () => {
  const added = remap(heaters, "start_here", "", "q").keys;
  expect(bindingsOf(added).keysOf.start_here).toEqual(["i", "[", "q"]);
  const replaced = remap(added, "start_here", "i", "w").keys;
  expect(bindingsOf(replaced).keysOf.start_here).toEqual(["w", "[", "q"]);
  const taken = remap(replaced, "start_here", "[", "").keys;
  expect(bindingsOf(taken).keysOf.start_here).toEqual(["w", "q"]);
  expect(remap(heaters, "approve", "a", "a").lost).toBe("");
});

test("keys of one's own outlast another preset, commands that are gone do not matter", () => {
  const { keys } = remap(heaters, "approve", "a", "d");
  const { commandOf } = bindingsOf({
    ...keys,
    preset: "cvat",
    remaps: { ...keys.remaps, gone: ["f"] },
  });
  expect(commandOf.get("d")).toBe("approve");
  expect(commandOf.get("f")).toBe("step_forward");
});
