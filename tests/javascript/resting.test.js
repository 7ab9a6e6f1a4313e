// @ts-check
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { restWhileWaiting } from "../../assets/desk/timeline/resting.js";
import { deskWith } from "./desks.js";
import { clipsOf } from "./timelines.js";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** @param {number} ms how much later it is; the types of bun 1.3 do not know of it yet */
const pass = (ms) =>
  /** @type {{advanceTimersByTime: (ms: number) => void}} */ (/** @type {unknown} */ (jest)).advanceTimersByTime(ms);

/** A desk whose filmstrip only remembers what it was last told. */
function opened() {
  const { desk, server } = deskWith(clipsOf(100, [20, 50, 80]));
  const filmstrip = { rests: false, rest: (/** @type {boolean} */ rests) => void (filmstrip.rests = rests) };
  const { session, view } = desk;
  const parts = /** @type {Parameters<typeof restWhileWaiting>[0]} */ (
    /** @type {unknown} */ ({ filmstrip, session, view })
  );
  return { filmstrip, server, session, view, end: restWhileWaiting(parts) };
}

test("thumbnails wait for a frame of the player", () => {
  const { filmstrip, view } = opened();
  view.set({ waiting: true });
  expect(filmstrip.rests).toBe(true);
  view.set({ waiting: false });
  expect(filmstrip.rests).toBe(false);
});

test("thumbnails wait for the answer to an action", () => {
  const { filmstrip, server, session } = opened();
  session.act({ kind: "approve", clips: [[0, 20]] });
  expect(filmstrip.rests).toBe(true);
  session.receive([server.answer()]);
  expect(filmstrip.rests).toBe(false);
});

test("thumbnails come where no answer does", () => {
  const { filmstrip, session, view } = opened();
  session.act({ kind: "approve", clips: [[0, 20]] });
  pass(1000);
  expect(filmstrip.rests).toBe(false);
  view.set({ frame: 7 });
  expect(filmstrip.rests).toBe(false);
});

test("nothing is told to the filmstrip of a desk that is closed", () => {
  const { filmstrip, session, view, end } = opened();
  session.act({ kind: "approve", clips: [[0, 20]] });
  end();
  pass(1000);
  view.set({ waiting: true });
  expect(filmstrip.rests).toBe(true);
});
