// @ts-check
import { expect, test } from "bun:test";
import { Clock, frameOf, isAudible, placeOf } from "../../assets/webcodecs/clock.js";

const FPS = 30000 / 1001;

/**
 * @param {number} start
 * @param {number} end
 */
const loop = (start, end) => ({ start, end, loop: true });

test.each([0.25, 0.5, 1, 2, 4])("at speed %p frames go by at that many times the rate", (speed) => {
  const clock = new Clock(FPS);
  clock.speed = speed;
  clock.start(100, 5_000);
  expect(clock.position(5_000)).toBe(100);
  expect(clock.position(6_001)).toBeCloseTo(100 + 30 * speed, 6);
});

test("another speed goes on from where the clock is", () => {
  const clock = new Clock(25);
  clock.start(0, 0);
  clock.setSpeed(4, 1_000);
  expect(clock.position(1_000)).toBeCloseTo(25, 9);
  expect(clock.position(2_000)).toBeCloseTo(125, 9);
});

test("the clock comes to the sound by and by, and never goes back", () => {
  const clock = new Clock(30);
  clock.start(0, 0);
  let before = 0;
  for (let now = 0; now < 3_000; now += 16) {
    clock.follow((now / 1000) * 30 - 4, now); // the sound is 133 ms late
    const position = clock.position(now);
    expect(position).toBeGreaterThanOrEqual(before);
    expect(position - before).toBeLessThan(0.6);
    before = position;
  }
  expect(before).toBeCloseTo(2.992 * 30 - 4, 0);
});

test("far from the sound the clock jumps to it", () => {
  const clock = new Clock(30);
  clock.start(0, 0);
  clock.follow(300, 1_000);
  expect(clock.position(1_000)).toBe(300);
  clock.follow(10, 1_000);
  expect(clock.position(1_000)).toBe(10);
});

test("jitter of what is heard reaches the clock damped twentyfold", () => {
  const clock = new Clock(30);
  clock.start(0, 0);
  for (let now = 16; now < 5_000; now += 16) {
    const jitter = now % 32 ? 1 : -1;
    clock.follow((now / 1000) * 30 + jitter, now);
    expect(Math.abs(clock.position(now) - (now / 1000) * 30)).toBeLessThan(0.06);
  }
});

test("a loop shows its own frames, each as often as the others, and no other", () => {
  const range = loop(75, 82);
  const seen = Array.from({ length: 70 }, (_, i) => frameOf(75 + i, range));
  expect(seen.slice(0, 8)).toEqual([75, 76, 77, 78, 79, 80, 81, 75]);
  for (let frame = 75; frame < 82; frame++) {
    expect(seen.filter((each) => each === frame)).toHaveLength(10);
  }
});

test("no fraction of a frame, and no number of rounds, leads out of a loop", () => {
  for (const range of [loop(0, 1), loop(30, 31), loop(107_000, 107_013), loop(1, 5_000_000)]) {
    for (let position = range.start; position < range.start + 1e9; position = position * 1.37 + 0.1) {
      const frame = frameOf(position, range);
      expect(frame).toBeGreaterThanOrEqual(range.start);
      expect(frame).toBeLessThan(range.end);
    }
  }
});

test("without a loop the last frame stays", () => {
  const range = { start: 10, end: 20, loop: false };
  expect(frameOf(19.999, range)).toBe(19);
  expect(frameOf(20, range)).toBe(19);
  expect(frameOf(1e6, range)).toBe(19);
  expect(placeOf(12.5, range)).toBe(12.5);
});

test("sound is left out where nobody would understand it", () => {
  expect([0.25, 0.5, 1, 2, 4].map(isAudible)).toEqual([false, true, true, true, false]);
});
