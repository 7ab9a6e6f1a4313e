// @ts-check
import { expect, test } from "bun:test";
import { COMMANDS } from "../../assets/desk/keyboard/commands.js";
import { examine } from "../../assets/desk/detection/examining.js";
import { deskWith } from "./desks.js";
import { clipsOf } from "./timelines.js";

/**
 * A desk with four clips of a video of 100 frames, and a hand on its keyboard.
 * @param {string} [letters]
 */
function atDesk(letters = "PPPP") {
  const scores = new Float32Array(100);
  [scores[20], scores[50], scores[80]] = [0.9, 0.55, 0.7];
  const parts = deskWith(clipsOf(100, [20, 50, 80], { letters }), scores);
  const press = (/** @type {string} */ name, times = 1) => COMMANDS[name].run(parts.desk, times);
  return { ...parts, press, session: parts.desk.session, view: parts.desk.view };
}

test("a verdict is about the current clip and moves on to the next pending one", () => {
  const { press, session, player } = atDesk("PAPP");
  press("approve");
  expect(session.value.clips.letters).toBe("AAPP");
  expect(player.target).toBe(50);
  press("skip");
  press("archive");
  expect(session.value.clips.letters).toBe("AASD");
  expect(player.target).toBe(80);
});

test("after the last clip the first pending one follows, and the last verdict stays", () => {
  const { press, player } = atDesk("PAAP");
  player.seek(90);
  press("approve");
  expect(player.target).toBe(0);
  press("approve");
  expect(player.target).toBe(0);
});

test("a cut lands on the frame that the keys before it lead to, and the playhead stays", () => {
  const { press, session, player, view } = atDesk();
  player.seek(33);
  view.set({ frame: 31 }); // a quick hand: 33 is asked for and not painted yet
  press("cut");
  expect(session.value.clips.starts).toEqual([0, 20, 33, 50, 80]);
  expect(player.target).toBe(33);
});

test("the nearest cut is removed, whichever side it is on", () => {
  const { press, session, player } = atDesk();
  player.seek(48);
  press("remove_cut");
  expect(session.value.clips.starts).toEqual([0, 20, 80]);
  player.seek(21);
  press("remove_cut");
  expect(session.value.clips.starts).toEqual([0, 80]);
  player.seek(10);
  press("remove_cut");
  expect(session.value.clips.starts).toEqual([0]);
  press("remove_cut");
  expect(session.value.said).toBeNull();
});

test("cuts move to the frame on the screen: a clip starts with it, ends with or before it", () => {
  const { press, session, player } = atDesk();
  player.seek(30);
  press("start_here");
  expect(session.value.clips.starts).toEqual([0, 30, 50, 80]);
  player.seek(40);
  press("end_here");
  expect(session.value.clips.starts).toEqual([0, 30, 41, 80]);
  player.seek(60);
  press("next_start_here");
  expect(session.value.clips.starts).toEqual([0, 30, 41, 60]);
});

test("marked clips are grouped, a single one with the current clip", () => {
  const { press, session, player, view } = atDesk();
  press("mark");
  player.seek(60);
  press("group");
  const { groups } = session.value.clips;
  expect(groups.map((name) => name !== 0)).toEqual([true, false, true, false]);
  expect(view.value.marked.size).toBe(0);
  press("ungroup");
  expect(session.value.clips.groups.map((name) => name !== 0)).toEqual([true, false, false, false]);
});

test("one clip is no group, which is said", () => {
  const { press, session } = atDesk();
  press("group");
  expect(session.value.said).toMatchObject({ words: "choose at least 2 clips", refused: true });
});

test("while cuts are checked nothing is done to the clip that their loop happens to show", () => {
  for (const name of ["approve", "skip", "archive", "mark", "group", "ungroup", "next_pending"]) {
    const { press, session, server, player, view } = atDesk();
    press("task_cuts");
    const { target } = player;
    press(name);
    expect(session.value.said).toMatchObject({ words: expect.stringContaining("Clips"), refused: true });
    expect([server.inbox, view.value.marked.size, player.target]).toEqual([[], 0, target]);
  }
});

test("steps are as large as asked, and arrows go from clip to clip", () => {
  const { press, player } = atDesk();
  press("step_forward", 8);
  expect(player.target).toBe(8);
  press("step_ten_back");
  expect(player.target).toBe(0);
  press("next_clip");
  press("next_clip");
  expect(player.target).toBe(50);
  press("previous_clip");
  expect(player.target).toBe(20);
  press("last_frame");
  expect(player.target).toBe(49);
  press("seek_forward");
  expect(player.target).toBe(74);
  press("go_3");
  expect(player.target).toBe(30);
});

test("speed goes from step to step and stops at its ends", () => {
  const { press, player } = atDesk();
  press("faster");
  expect(player.speed).toBe(1.5);
  for (let i = 0; i < 9; i++) press("slower");
  expect(player.speed).toBe(0.25);
});

test("cuts are checked from the least certain to the most", () => {
  const { press, session, view } = atDesk();
  press("task_cuts");
  expect(view.value.cut).toBe(50);
  press("confirm_cut");
  expect(view.value.cut).toBe(80);
  press("confirm_cut");
  expect(view.value.cut).toBe(20);
  press("confirm_cut");
  expect([...session.value.checked].sort()).toEqual([20, 50, 80]);
  expect(view.value.cut).toBe(20);
});

test("a cut under check is nudged and moved, or removed, and played across", () => {
  const { press, session, view, desk, player } = atDesk();
  view.set({ task: "cuts" });
  examine(desk, 50);
  expect(player.range).toEqual({ start: 38, end: 62, loop: true });
  press("step_forward");
  press("step_forward");
  press("step_back");
  expect(view.value.cut_to).toBe(51);
  expect(player.range).toEqual({ start: 39, end: 63, loop: true });
  press("confirm_cut");
  expect(session.value.clips.starts).toEqual([0, 20, 51, 80]);
  expect(session.value.checked.has(51)).toBe(true);
  expect(view.value.cut).toBe(80);
  press("remove_cut");
  expect(session.value.clips.starts).toEqual([0, 20, 51]);
  expect(view.value.cut).toBe(20);
});

test("a cut is nudged only as far as its neighbours", () => {
  const { press, view, desk } = atDesk();
  view.set({ task: "cuts" });
  examine(desk, 50);
  press("step_forward", 16);
  press("step_forward", 16);
  expect(view.value.cut_to).toBe(79);
  press("step_back", 99);
  expect(view.value.cut_to).toBe(21);
});

test("no verdict falls while cuts are checked", () => {
  const { press, session, view } = atDesk();
  view.set({ task: "cuts" });
  press("approve");
  expect(session.value.clips.letters).toBe("PPPP");
});

test("the first and the last clip are one key away", () => {
  const { press, player } = atDesk();
  press("last_clip");
  expect(player.target).toBe(80);
  press("first_clip");
  expect(player.target).toBe(0);
});

test("a verdict that is given already is refused in words, unless an undo is on its way", () => {
  const { press, session, player } = atDesk("EPSD");
  for (const [frame, name, words] of /** @type {const} */ ([
    [0, "approve", "clip 1 is already exported"],
    [50, "skip", "clip 3 is already skipped"],
    [80, "archive", "clip 4 is already archived"],
  ])) {
    player.seek(frame);
    press(name);
    expect(session.value.said).toMatchObject({ words, refused: true });
    expect(player.target).toBe(frame);
  }
  expect(session.value.unsaved).toBe(0);
  press("undo");
  press("archive");
  expect(session.value.unsaved).toBe(2);
});

test("no command that undoes or judges goes on while its key is held", () => {
  for (const name of ["undo", "redo", "approve", "skip", "archive", "cut", "remove_cut"]) {
    expect([name, COMMANDS[name].repeats ?? false]).toEqual([name, false]);
  }
});
