// @ts-check
import { expect, test } from "bun:test";
import { Session } from "../../assets/desk/session/session.js";
import { DeskServer } from "./desk_server.js";
import { randomNumbers } from "./random.js";
import { clipsOf } from "./timelines.js";

/**
 * A session with a server of its own.
 * @param {import("../../assets/desk/session/clips.js").Clips} [clips]
 */
function opened(clips = clipsOf(100, [20, 50, 80])) {
  const server = new DeskServer(clips);
  return { server, session: new Session(server.send, server.sheet()) };
}

test("what a reviewer does shows at once and is unsaved until it is answered", () => {
  const { server, session } = opened();
  session.act({ kind: "add_cut", frame: 30 });
  expect(session.value.clips.starts).toEqual([0, 20, 30, 50, 80]);
  expect(session.value.unsaved).toBe(1);
  session.receive([server.answer()]);
  expect(session.value.clips).toEqual(server.clips);
  expect(session.value.unsaved).toBe(0);
  expect(session.value.said).toEqual({ kind: "add_cut", words: "add_cut", refused: false });
});

test("what is answered as foreseen is not drawn again", () => {
  const { server, session } = opened();
  session.act({ kind: "approve", clips: [[20, 50]] });
  const { clips } = session.value;
  session.receive([server.answer()]);
  expect(session.value.unsaved).toBe(0);
  expect(session.value.clips).toBe(clips);
});

test("what is refused goes back, with the reason, and what was done since stays", () => {
  const { server, session } = opened();
  session.act({ kind: "remove_cut", frame: 50 });
  session.act({ kind: "approve", clips: [[0, 20]] });
  session.receive([server.answer("clip 2 is exporting")]);
  expect(session.value.clips.starts).toEqual([0, 20, 50, 80]);
  expect(session.value.clips.letters).toBe("APPP");
  expect(session.value.said).toMatchObject({ words: "clip 2 is exporting", refused: true });
});

test("what plainly cannot be is refused at once and never sent", () => {
  const { server, session } = opened();
  session.act({ kind: "add_cut", frame: 50 });
  expect(session.value.said).toMatchObject({
    words: "there is already a cut at frame 50",
    refused: true,
  });
  expect(session.value.unsaved).toBe(0);
  expect(server.inbox).toEqual([]);
});

test("after an undo only the server knows what can be", () => {
  const { server, session } = opened();
  session.act({ kind: "add_cut", frame: 30 });
  session.receive([server.answer()]);
  session.act({ kind: "undo" });
  session.act({ kind: "add_cut", frame: 30 });
  session.receive([server.answer()]);
  session.receive([server.answer()]);
  expect(session.value.clips.starts).toEqual([0, 20, 30, 50, 80]);
  expect(session.value.said?.refused).toBe(false);
});

test("a detection that keeps what was checked keeps what someone confirms before it is carried out", () => {
  const { server, session } = opened();
  session.act({ kind: "replace_cuts", cuts: [10], threshold: 3, keeps_checked: true });
  expect(session.value.clips.starts).toEqual([0, 10]);
  session.receive([server.hear({ kind: "confirm_cut", frame: 50 })]);
  expect(session.value.clips.starts).toEqual([0, 10, 50]);
  session.receive([server.answer()]);
  expect(session.value.clips.starts).toEqual([0, 10, 50]);
});

test("what is undone is told by its frames", () => {
  const { server, session } = opened();
  session.act({ kind: "skip", clips: [[20, 50]] });
  session.receive([server.answer()]);
  expect(session.value.said?.brought_back).toBeUndefined();
  session.act({ kind: "undo" });
  session.receive([server.answer()]);
  expect(session.value.said?.brought_back).toEqual([20, 50]);
});

test("clips without a number can be worked on, and take theirs when it comes", () => {
  const { server, session } = opened();
  session.act({ kind: "add_cut", frame: 30 });
  expect(session.value.clips.ids[1]).toBeLessThan(0);
  session.act({ kind: "approve", clips: [[20, 30]] });
  session.receive([server.answer()]);
  expect(session.value.clips.letters).toBe("PAPPP");
  session.receive([server.answer()]);
  expect(session.value.clips).toEqual(server.clips);
});

test("exported clips are cut only after the question is answered with yes", () => {
  const { server, session } = opened();
  server.confirmsExported = true;
  session.act({ kind: "add_cut", frame: 30 });
  session.receive([server.answer()]);
  expect(session.value.question).toMatchObject({
    numbers: [2, 3], // as the desk counts them
    intent: { kind: "add_cut", frame: 30 },
  });
  expect(session.value.clips.starts).toEqual([0, 20, 50, 80]);
  session.answer(false);
  expect(session.value.question).toBeNull();
  expect(server.inbox).toEqual([]);

  session.act({ kind: "add_cut", frame: 30 });
  session.receive([server.answer()]);
  session.answer(true);
  expect(session.value.clips.starts).toEqual([0, 20, 30, 50, 80]);
  session.receive([server.answer()]);
  expect(session.value.clips).toEqual(server.clips);
});

test("two actions that need a confirmation are asked about one after the other, in their order", () => {
  const { server, session } = opened();
  server.confirmsExported = true;
  session.act({ kind: "remove_cut", frame: 20 });
  session.act({ kind: "remove_cut", frame: 50 });
  session.act({ kind: "add_cut", frame: 90 });
  session.receive([server.answer()]);
  expect(server.inbox).toEqual([]); // the others wait until the question is answered
  session.sendNext();
  expect(server.inbox).toEqual([]);
  expect(session.value.question?.intent).toMatchObject({ kind: "remove_cut", frame: 20 });
  expect(session.value.clips.starts).toEqual([0, 20, 80, 90]);
  expect(session.value.unsaved).toBe(2);
  session.answer(true);
  expect(session.value.clips.starts).toEqual([0, 80, 90]);
  session.receive([server.answer()]);
  expect(server.clips.starts).toEqual([0, 50, 80]);
  session.receive([server.answer()]);
  expect(session.value.question?.intent).toMatchObject({ kind: "remove_cut", frame: 50 });
  session.answer(false);
  session.receive([server.answer()]);
  session.answer(true);
  session.receive([server.answer()]);
  expect(session.value).toMatchObject({ question: null, unsaved: 0 });
  expect(server.clips.starts).toEqual([0, 50, 80, 90]);
});

test("what is asked about is kept with the rest, and asked again after a reload", () => {
  const server = new DeskServer(clipsOf(100, [20, 50, 80]));
  server.confirmsExported = true;
  /** @type {readonly import("../../assets/desk/session/session.js").Request[]} */
  let kept = [];
  const open = () => new Session(server.send, server.sheet(), kept, (all) => (kept = all));
  const before = open();
  before.act({ kind: "remove_cut", frame: 20 });
  before.receive([server.answer()]);
  expect(kept.length).toBe(1);
  const session = open();
  session.receive([server.answer()]);
  expect(session.value.question).not.toBeNull();
  session.answer(false);
  expect(kept).toEqual([]);
});

test("a question that comes twice is asked once", () => {
  const { server, session } = opened();
  server.confirmsExported = true;
  session.act({ kind: "remove_cut", frame: 20 });
  session.sendNext();
  session.receive([server.answer()]);
  session.answer(true);
  session.receive([server.answer()]);
  expect(session.value.question).toBeNull();
  session.receive([server.answer()]);
  expect(server.clips.starts).toEqual([0, 50, 80]);
  expect(session.value.unsaved).toBe(0);
});

test("a request says whose it is and which video it is about", () => {
  const { server, session } = opened();
  session.act({ kind: "add_cut", frame: 30 });
  expect(server.inbox[0]).toMatchObject({ reviewer_id: 1, video_id: 1 });
});

test("an undo tells which cut is there again, or to be checked again", () => {
  const { server, session } = opened();
  const undone = (/** @type {import("../../assets/desk/session/session.js").Intent} */ intent) => {
    session.act(intent);
    session.receive([server.answer()]);
    session.act({ kind: "undo" });
    session.receive([server.answer()]);
    return session.value.said?.cut_back;
  };
  expect(undone({ kind: "remove_cut", frame: 50 })).toBe(50);
  expect(undone({ kind: "move_cut", frame: 50, to_frame: 60 })).toBe(50);
  expect(undone({ kind: "add_cut", frame: 90 })).toBe(-1);
  expect(undone({ kind: "confirm_cut", frame: 80 })).toBe(80);
});

test("a cut that is confirmed, made or moved counts as checked at once", () => {
  const { session } = opened();
  session.act({ kind: "confirm_cut", frame: 20 });
  session.act({ kind: "add_cut", frame: 30 });
  session.act({ kind: "move_cut", frame: 50, to_frame: 51 });
  expect([...session.value.checked]).toEqual([20, 30, 51]);
});

test("news that are known already are passed over, missing ones are told", () => {
  const { server, session } = opened();
  const [first, second, third] = [10, 30, 60].map((frame) =>
    server.hear({ kind: "add_cut", frame }),
  );
  expect(session.receive([first])).toBe(true);
  expect(session.receive([first, second])).toBe(true);
  expect(session.value.clips.starts).toEqual([0, 10, 20, 30, 50, 80]);
  const fourth = server.hear({ kind: "remove_cut", frame: 10 });
  expect(session.receive([fourth])).toBe(false);
  session.reset(server.sheet());
  expect(session.receive([third, fourth])).toBe(true);
  expect(session.value.clips).toEqual(server.clips);
});

test.each(Array.from({ length: 200 }, (_, seed) => seed))(
  "clips tile, end as the server has them, and each request is done once, in order: history %i",
  (seed) => {
    const random = randomNumbers(seed);
    const server = new DeskServer(clipsOf(60, [7, 20, 21, 44], { letters: "PAESD" }));
    const made = /** @type {Set<string>} */ (new Set());
    /** @type {readonly import("../../assets/desk/session/session.js").Request[]} */
    let kept = [];
    const open = () => {
      const session = new Session(server.send, server.sheet(), kept, (all) => {
        kept = all;
        for (const { request_id } of all) made.add(request_id);
      });
      session.watch(() => expectTiling(session.value.clips));
      return session;
    };
    let session = open();
    /** @type {import("../../assets/desk/session/session.js").News[]} */
    const onTheWay = [];
    const steps = {
      act: () => session.act(randomIntent(random, session.value.clips)),
      others: () => onTheWay.push(server.hear(randomIntent(random, server.clips))),
      answer: () => server.inbox.length && onTheWay.push(server.answer()),
      refuse: () => server.inbox.length && onTheWay.push(server.answer("no")),
      arrive: () => expect(session.receive(onTheWay.splice(0))).toBe(true),
      question: () => session.answer(random(2) === 0),
      again: () => session.sendNext(),
      cut_off: () => {
        server.inbox.splice(random(server.inbox.length + 1));
        onTheWay.splice(0);
        session.reset(server.sheet());
      },
      reload: () => {
        onTheWay.splice(0);
        session = open();
      },
    };
    const odds = /** @type {const} */ ([
      "act",
      "act",
      "act",
      "others",
      "answer",
      "answer",
      "refuse",
      "arrive",
      "arrive",
      "question",
      "again",
      "cut_off",
      "reload",
    ]);
    for (let step = 0; step < 60; step++) {
      server.confirmsExported = random(4) === 0;
      steps[odds[random(odds.length)]]();
    }
    while (session.pending.size) {
      if (session.value.question) session.answer(true);
      steps.again();
      steps.answer();
      steps.arrive();
    }
    const done = server.done.filter(Boolean);
    expect(done).toEqual([...made].filter((id) => done.includes(id)));
    expect(kept).toEqual([]);
    expect(session.value.clips).toEqual(server.clips);
  },
);

/** @param {import("../../assets/desk/session/clips.js").Clips} clips */
function expectTiling({ starts, ids, letters, groups, frameCount }) {
  expect(starts[0]).toBe(0);
  expect([...starts, frameCount]).toEqual(
    [...new Set([...starts, frameCount])].sort((a, b) => a - b),
  );
  expect([ids.length, letters.length, groups.length]).toEqual(Array(3).fill(starts.length));
  expect(new Set(ids).size).toBe(ids.length);
}

/**
 * @param {(below: number) => number} random
 * @param {import("../../assets/desk/session/clips.js").Clips} clips
 * @returns {import("../../assets/desk/session/session.js").Intent}
 */
function randomIntent(random, { starts, frameCount }) {
  const index = random(starts.length);
  const frame = random(5) ? starts[index] : random(frameCount + 1);
  const ranges = starts
    .map((start, i) => /** @type {[number, number]} */ ([start, starts[i + 1] ?? frameCount]))
    .filter((_, i) => i === index || random(4) === 0);
  const kinds = /** @type {const} */ (["approve", "skip", "archive", "group", "ungroup"]);
  return /** @type {import("../../assets/desk/session/session.js").Intent[]} */ ([
    { kind: "add_cut", frame: random(frameCount + 1) },
    { kind: "add_cut", frame: random(frameCount + 1) },
    { kind: "remove_cut", frame },
    { kind: "move_cut", frame, to_frame: frame + random(9) - 4 },
    {
      kind: "replace_cuts",
      cuts: [1 + random(29), 30 + random(29)],
      threshold: 0.5,
      keeps_checked: random(2) > 0,
    },
    { kind: "confirm_cut", frame },
    { kind: "undo" },
    { kind: kinds[random(kinds.length)], clips: ranges },
    { kind: kinds[random(kinds.length)], clips: ranges },
  ])[random(9)];
}

test("a request is sent when the one before is answered, and never before it", () => {
  const { server, session } = opened();
  session.act({ kind: "approve", clips: [[0, 20]] });
  session.act({ kind: "undo" });
  expect(server.inbox.map(({ kind }) => kind)).toEqual(["approve"]);
  session.receive([server.hear({ kind: "skip", clips: [[20, 50]] })]);
  expect(server.inbox.length).toBe(1);
  session.receive([server.answer()]);
  expect(server.inbox.map(({ kind }) => kind)).toEqual(["undo"]);
});

test("what is asked twice is done once, also to take back", () => {
  const { server, session } = opened();
  session.act({ kind: "add_cut", frame: 30 });
  session.act({ kind: "add_cut", frame: 40 });
  session.act({ kind: "undo" });
  session.receive([server.answer()]);
  session.receive([server.answer()]);
  server.answer(); // taken back, and nobody was there to hear it
  session.reset(server.sheet());
  session.receive([server.answer()]);
  expect(session.value).toMatchObject({ clips: { starts: [0, 20, 30, 50, 80] }, unsaved: 0 });
});

test("the next session asks for what the one before was not answered, and shows it", () => {
  const { server, session } = opened();
  session.act({ kind: "approve", clips: [[0, 20]] });
  session.act({ kind: "skip", clips: [[20, 50]] });
  session.act({ kind: "undo" });
  server.inbox = [];
  const next = new Session(server.send, server.sheet(), [...session.pending.values()]);
  expect(next.value).toMatchObject({ clips: { letters: "ASPP" }, unsaved: 3 });
  for (let answers = 0; answers < 3; answers++) next.receive([server.answer()]);
  expect(next.value).toMatchObject({ clips: { letters: "APPP" }, unsaved: 0 });
  expect(next.value.clips).toEqual(server.clips);
});

test("what has no answer is kept at every change", () => {
  const server = new DeskServer(clipsOf(100, [20, 50, 80]));
  /** @type {string[][]} */
  const kept = [];
  const session = new Session(server.send, server.sheet(), [], (all) =>
    kept.push(all.map(({ kind }) => kind)),
  );
  session.act({ kind: "add_cut", frame: 30 });
  session.act({ kind: "undo" });
  session.receive([server.answer("no")]);
  session.receive([server.answer()]);
  expect(kept).toEqual([["add_cut"], ["add_cut", "undo"], ["undo"], []]);
});

test("requests have names of 128 bits, each its own", () => {
  const { session } = opened(clipsOf(100, [20, 50, 80]));
  for (let frame = 1; frame < 20; frame++) session.act({ kind: "add_cut", frame });
  for (const id of session.pending.keys()) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(session.pending.size).toBe(19);
});
