// @ts-check
import { expect, test } from "bun:test";
import { Viewport, broughtIntoView, panned, pinched, resized, zoomed } from "../../assets/desk/timeline/viewport.js";

/** Whole videos and single frames, whole and broken ends, more pixels than frames and fewer. */
const viewports = [
  new Viewport([0, 120], 1200),
  new Viewport([0, 120], 1199),
  new Viewport([17.3, 29.9], 1367),
  new Viewport([1 / 3, 7 / 3], 640),
  new Viewport([0, 5_183_999], 2560),
  new Viewport([2_591_999.1, 2_592_003.1], 3840),
  new Viewport([107_892.7, 108_892.6], 999),
  new Viewport([99_999.9, 100_103.3], 101),
];

test.each(viewports)("every pixel belongs to the cell of the frame it shows: %o", (viewport) => {
  for (let px = 0; px < viewport.widthPx; px++) {
    const frame = viewport.frameAt(px);
    expect(viewport.leftOf(frame)).toBeLessThanOrEqual(px);
    expect(viewport.leftOf(frame + 1)).toBeGreaterThan(px);
  }
});

test.each(viewports)("a cell begins at the first pixel of its frame: %o", (viewport) => {
  const first = Math.ceil(viewport.from);
  for (let frame = first; frame < Math.min(viewport.to, first + 2000); frame++) {
    const left = viewport.leftOf(frame);
    expect(viewport.frameAt(left)).toBeGreaterThanOrEqual(frame);
    expect(viewport.frameAt(left - 1)).toBeLessThan(frame);
  }
});

test.each(viewports)("no edge is nearer to a pixel than the one a cut would land on: %o", (viewport) => {
  for (let px = 0; px < viewport.widthPx; px++) {
    const edge = viewport.edgeAt(px);
    const distance = Math.abs(viewport.leftOf(edge) - px);
    for (const other of [edge - 1, edge + 1]) {
      expect(Math.abs(viewport.leftOf(other) - px)).toBeGreaterThanOrEqual(distance);
    }
  }
});

test("zooming keeps the anchor under the pointer", () => {
  const shown = zoomed([100, 200], 0.5, 120, 1000);
  expect(shown).toEqual([110, 160]);
  expect(zoomed(shown, 2, 120, 1000)).toEqual([100, 200]);
});

test("zooming stops at the whole video and at a few frames", () => {
  expect(zoomed([100, 200], 1e9, 120, 1000)).toEqual([0, 1000]);
  const [from, to] = zoomed([100, 200], 1e-9, 120, 1000);
  expect(to - from).toBeCloseTo(4, 9);
  expect(zoomed([0, 2], 0.1, 1, 2)).toEqual([0, 2]);
});

test("zooming and panning never leave the video", () => {
  expect(zoomed([0, 100], 2, 100, 1000)).toEqual([0, 200]);
  expect(zoomed([900, 1000], 2, 900, 1000)).toEqual([800, 1000]);
  expect(panned([100, 200], -500, 1000)).toEqual([0, 100]);
  expect(panned([100, 200], 5000, 1000)).toEqual([900, 1000]);
  expect(panned([100.5, 200.5], 10, 1000)).toEqual([110.5, 210.5]);
});

test("two fingers keep what they hold", () => {
  const [from, to] = pinched({ frame: 310, x: 100 }, { frame: 330, x: 500 }, 1000, 1000);
  const viewport = new Viewport([from, to], 1000);
  expect(viewport.pointAt(100)).toBeCloseTo(310, 9);
  expect(viewport.pointAt(500)).toBeCloseTo(330, 9);
  expect(pinched({ frame: 310, x: 100 }, { frame: 330, x: 100 }, 1000, 1000)).toEqual([0, 1000]);
});

test("an end of what is shown stops before the other", () => {
  expect(resized([100, 200], "from", 150, 1000)).toEqual([150, 200]);
  expect(resized([100, 200], "from", 500, 1000)).toEqual([196, 200]);
  expect(resized([100, 200], "from", -5, 1000)).toEqual([0, 200]);
  expect(resized([100, 200], "to", 5, 1000)).toEqual([100, 104]);
  expect(resized([100, 200], "to", 5000, 1000)).toEqual([100, 1000]);
});

test("a frame that is not shown wholly is brought into view", () => {
  /** @type {[number, number]} */
  const shown = [100, 160];
  expect(broughtIntoView(shown, 100, 1000)).toBe(shown);
  expect(broughtIntoView(shown, 159, 1000)).toBe(shown);
  expect(broughtIntoView(shown, 160, 1000)).toEqual([150, 210]);
  expect(broughtIntoView(shown, 99, 1000)).toEqual([49, 109]);
  expect(broughtIntoView([100.5, 160.5], 100, 1000)).toEqual([100, 160]);
  expect(broughtIntoView([100.5, 160.5], 160, 1000)).toEqual([101, 161]);
  expect(broughtIntoView(shown, 999, 1000)).toEqual([940, 1000]);
});
