// @ts-check
import { expect, test } from "bun:test";
import { AT_ONCE, UploadQueue } from "../../assets/uploads/queue.js";

/** A queue whose transfers do nothing but what the test tells of them. */
function queueOfDoubles() {
  /** @type {Map<string, import("../../assets/uploads/queue.js").Tell>} */
  const tell = new Map();
  /** @type {string[]} */
  const calls = [];
  const queue = new UploadQueue((file, say) => {
    tell.set(file.name, say);
    const note = (/** @type {string} */ what) => () => void calls.push(`${what} ${file.name}`);
    return { start: note("start"), addAgain: note("again"), giveUp: note("give up") };
  });
  queue.add(["a", "b", "c", "d"].map((name) => new File(["x"], name)));
  const say = (/** @type {string} */ name, /** @type {any} */ news) => tell.get(name)?.(news);
  const stages = () => queue.rows.map(({ name, stage }) => `${name} ${stage}`).join(", ");
  const id = (/** @type {string} */ name) => queue.rows.find((row) => row.name === name)?.id ?? 0;
  return { queue, say, calls, stages, id };
}

test("two files are sent at a time, in the order in which they were chosen", () => {
  const { say, calls, stages } = queueOfDoubles();
  expect(AT_ONCE).toBe(2);
  expect(stages()).toBe("a sending, b sending, c waiting, d waiting");
  say("b", { stage: "adding" });
  expect(stages()).toBe("a sending, b adding, c waiting, d waiting");
  say("b", null);
  expect(stages()).toBe("a sending, c sending, d waiting");
  expect(calls).toEqual(["start a", "start b", "start c"]);
});

test("one that failed makes room, and waits for its turn when it is tried again", () => {
  const { queue, say, calls, stages, id } = queueOfDoubles();
  say("a", { stage: "failed", words: "the connection was lost" });
  expect(stages()).toBe("a failed, b sending, c sending, d waiting");
  queue.retry(id("a"));
  expect(stages()).toBe("a waiting, b sending, c sending, d waiting");
  say("b", null);
  expect(stages()).toBe("a sending, c sending, d waiting");
  expect(calls.filter((call) => call === "start a")).toHaveLength(2);
});

test("what is heard of an upload that was given up changes nothing", () => {
  const { queue, say, calls, stages, id } = queueOfDoubles();
  queue.giveUp(id("a"));
  say("a", { stage: "failed", words: "aborted" });
  expect(stages()).toBe("b sending, c sending, d waiting");
  expect(calls).toContain("give up a");
});

test("a file that the library has waits for an answer, and keeps no one in the page", () => {
  const { queue, say, calls, id } = queueOfDoubles();
  for (const name of ["b", "c", "d"]) queue.giveUp(id(name));
  expect(queue.isBusy).toBe(true);
  say("a", { stage: "known", video: { id: 7, title: "A" } });
  expect(queue.isBusy).toBe(false);
  queue.addAgain(id("a"));
  expect(calls.at(-1)).toBe("again a");
  expect(queue.isBusy).toBe(true);
});
