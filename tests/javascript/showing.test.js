// @ts-check
import { expect, test } from "bun:test";
import { heldDesks, showClip, showPlayhead } from "../../assets/desk/timeline/showing.js";
import { panned, zoomed } from "../../assets/desk/timeline/viewport.js";
import { deskWith } from "./desks.js";
import { clipsOf } from "./timelines.js";

/** A desk that shows what it is about: clips [0, 100), [100, 140) and [140, 1000). */
function shownDesk() {
  const { desk, player } = deskWith(clipsOf(1000, [100, 140]));
  showPlayhead(desk);
  return { desk, player, view: desk.view };
}

test("at first the clip at the playhead is shown, with the edges of its neighbours", () => {
  const { view } = shownDesk();
  expect(view.value.shown).toEqual([0, 115]);
});

test("going to another clip shows that one", () => {
  const { player, view } = shownDesk();
  player.seek(100);
  expect(view.value.shown).toEqual([92, 148]);
  player.seek(500);
  expect(view.value.shown).toEqual([11, 1000]);
});

test("stepping or playing into another clip moves nothing while the playhead is in sight", () => {
  const { player, view } = shownDesk();
  player.seek(99);
  const before = view.value.shown;
  player.step(1);
  player.step(8);
  expect(view.value.shown).toBe(before);
  view.set({ playing: true });
  player.step(6);
  expect(view.value.shown).toBe(before);
  player.step(1);
  expect(view.value.shown[0]).toBeGreaterThan(0);
  expect(view.value.shown[1] - view.value.shown[0]).toBe(115);
});

test("a zoom that somebody has chosen stays, and moves to where the playhead goes", () => {
  const { player, view } = shownDesk();
  view.set({ shown: zoomed(view.value.shown, 0.1, 50, 1000) });
  player.seek(500);
  const [from, to] = view.value.shown;
  expect(to - from).toBeCloseTo(11.5, 9);
  expect(from).toBeLessThanOrEqual(500);
  expect(to).toBeGreaterThanOrEqual(501);
});

test("looking elsewhere is not disturbed by a playhead that stands still", () => {
  const { desk, view } = shownDesk();
  view.set({ shown: panned(view.value.shown, 400, 1000) });
  const elsewhere = view.value.shown;
  desk.session.act({ kind: "add_cut", frame: 50 });
  view.set({ waiting: true });
  expect(view.value.shown).toBe(elsewhere);
});

test("asking for the clip ends the chosen zoom", () => {
  const { desk, player, view } = shownDesk();
  view.set({ shown: zoomed(view.value.shown, 0.1, 50, 1000) });
  showClip(desk, 50);
  expect(view.value.shown).toEqual([0, 115]);
  player.seek(100);
  expect(view.value.shown).toEqual([92, 148]);
});

test("the strip stays under the pointer that scrubs on it", () => {
  const { desk, player, view } = shownDesk();
  const before = view.value.shown;
  heldDesks.add(desk);
  player.seek(105);
  expect(view.value.shown).toBe(before);
  heldDesks.delete(desk);
  view.set({ waiting: false });
  expect(view.value.shown).toBe(before);
});

test("a cut that is checked is shown in the middle, and stays while it plays in a loop", () => {
  const { player, view } = shownDesk();
  view.set({ task: "cuts", cut: 140 });
  const before = view.value.shown;
  expect(before).toEqual([116, 164]);
  player.seek(128);
  view.set({ playing: true });
  player.seek(151);
  player.seek(128);
  expect(view.value.shown).toBe(before);
  view.set({ cut: 100 });
  expect(view.value.shown).toEqual([76, 124]);
});
