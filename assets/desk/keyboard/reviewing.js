// @ts-check
import { begin, examineBeside, moveTo, remove, settle } from "../detection/examining.js";
import { INTENTS, currentClip } from "../session/intents.js";
import { shownKey } from "./key_names.js";
import { bindingsOf } from "./keymap.js";
import { zoomed } from "../timeline/viewport.js";

/**
 * Commands on clips and cuts, and on the desk itself.
 * @typedef {import("../context.js").Desk} Desk
 * @typedef {Record<string, import("./commands.js").Command>} Commands
 */

const ZOOM_FACTOR = 1.5;

/** What a clip's letter says that a verdict has been given already. @type {Record<string, string>} */
const GIVEN = { A: "approved", E: "exported", "!": "approved", S: "skipped", D: "archived" };

/** Letters of clips of which a verdict would change nothing. @type {Record<string, string>} */
export const GIVEN_BY = { approve: "AE!", skip: "S", archive: "D" };

/** @type {Commands} */
export const CLIP_COMMANDS = {
  approve: { words: "Approve the clip, go on", run: judging("approve") },
  skip: { words: "Skip the clip, go on", run: judging("skip") },
  archive: { words: "Archive the clip, go on", run: judging("archive") },
  next_clip: { words: "Next clip, or cut to check", repeats: true, run: (desk) => goBy(desk, 1) },
  previous_clip: {
    words: "Previous clip, or cut to check",
    repeats: true,
    run: (desk) => goBy(desk, -1),
  },
  first_clip: { words: "First clip", run: goingTo((desk) => goToClip(desk, 0)) },
  last_clip: {
    words: "Last clip",
    run: goingTo((desk) => goToClip(desk, desk.session.value.clips.starts.length - 1)),
  },
  next_pending: {
    words: "Next pending clip",
    repeats: true,
    run: goingTo((desk) => goToPending(desk, currentClip(desk))),
  },
  mark: { words: "Mark the clip, for a group", run: only(["clip"], "marks work", mark) },
  group: { words: "Group the marked clips", run: regrouping("group") },
  ungroup: { words: "Take clips out of their group", run: regrouping("ungroup") },
};

/** @type {Commands} */
export const CUT_COMMANDS = {
  cut: { words: "Cut at this frame", run: (desk) => ask(desk, "cut") },
  remove_cut: {
    words: "Remove the nearest cut",
    run: (desk) => (isChecking(desk) ? remove(desk) : ask(desk, "remove_cut")),
  },
  start_here: { words: "Start this clip here", run: (desk) => moveCut(desk, "start_here") },
  end_here: { words: "End this clip here", run: (desk) => moveCut(desk, "end_here") },
  next_start_here: {
    words: "Start the next clip here",
    run: (desk) => moveCut(desk, "next_start_here"),
  },
  task_cuts: { words: "Check cuts, on or off", run: (desk) => toggleTask(desk, "cuts") },
  confirm_cut: {
    words: "The cut under check is right",
    run: (desk) => isChecking(desk) && settle(desk),
  },
  task_detect: { words: "Detect again, on or off", run: (desk) => toggleTask(desk, "detect") },
};

/** @type {Commands} */
export const DESK_COMMANDS = {
  // Held, they do not go on: what they reverse is to be seen.
  undo: { words: "Undo", run: ({ session }) => session.act({ kind: "undo" }) },
  redo: { words: "Redo", run: ({ session }) => session.act({ kind: "redo" }) },
  leave: { words: "Back to the clips, or clear marks", run: leave },
  zoom_in: { words: "Zoom in", repeats: true, run: (desk) => zoom(desk, 1 / ZOOM_FACTOR) },
  zoom_out: { words: "Zoom out", repeats: true, run: (desk) => zoom(desk, ZOOM_FACTOR) },
  keys: { words: "Show all keys", run: ({ view }) => view.set({ overlay: "keys" }) },
};

/**
 * The first pending clip after this one, or else from the beginning.
 * @param {import("../session/clips.js").Clips} clips
 * @param {number} index
 * @returns {number} -1 if there is none but this one
 */
export function nextPending({ letters }, index) {
  const after = letters.indexOf("P", index + 1);
  const next = after >= 0 ? after : letters.indexOf("P");
  return next === index ? -1 : next;
}

/** @param {Desk} desk */
const isChecking = ({ view }) => view.value.task === "cuts";

/**
 * A command that some tasks have no use for: there it says so.
 * @param {import("../context.js").View["task"][]} tasks that have
 * @param {string} what works, in words
 * @param {(desk: Desk) => void} run
 * @returns {(desk: Desk) => void}
 */
function only(tasks, what, run) {
  return (desk) => {
    if (tasks.includes(desk.view.value.task)) {
      run(desk);
      return;
    }
    const [key] = bindingsOf(desk.keys.value).keysOf.leave;
    const way = key ? `press ${shownKey(key)} to go back` : "go back first";
    desk.session.refuse(`${what} in Clips: ${way}`);
  };
}

/** @param {"approve" | "skip" | "archive"} name */
function judging(name) {
  return only(["clip"], "verdicts work", (desk) => judge(desk, name));
}

/** @param {"group" | "ungroup"} name */
function regrouping(name) {
  return only(["clip"], "groups work", (desk) => regroup(desk, name));
}

/**
 * While cuts are checked, a loop around one of them is what is seen, not a clip.
 * @param {(desk: Desk) => void} go
 */
function goingTo(go) {
  return only(["clip", "detect"], "this works", go);
}

/**
 * @param {Desk} desk
 * @param {string} name
 * @returns {boolean} whether it was sent
 */
function ask(desk, name) {
  const intent = INTENTS[name](desk);
  return intent !== null && desk.session.act(intent);
}

/**
 * @param {Desk} desk
 * @param {"approve" | "skip" | "archive"} name
 */
function judge(desk, name) {
  const { session } = desk;
  const index = currentClip(desk);
  const letter = session.value.clips.letters[index];
  if (session.isForeseen && GIVEN_BY[name].includes(letter)) {
    session.refuse(`clip ${index + 1} is already ${GIVEN[letter]}`);
  } else if (ask(desk, name)) {
    goToPending(desk, index);
  }
}

/**
 * @param {Desk} desk
 * @param {number} index of the clip to go on from
 */
function goToPending(desk, index) {
  const { clips } = desk.session.value;
  const next = nextPending(clips, index);
  if (next >= 0) desk.player.seek(clips.starts[next]);
}

/**
 * @param {Desk} desk
 * @param {number} places
 */
function goBy(desk, places) {
  if (isChecking(desk)) {
    examineBeside(desk, places);
    return;
  }
  goToClip(desk, currentClip(desk) + places);
}

/**
 * @param {Desk} desk
 * @param {number} index nothing happens where there is none
 */
function goToClip({ session, player }, index) {
  const start = session.value.clips.starts[index];
  if (start !== undefined) player.seek(start);
}

/** @param {Desk} desk */
function mark(desk) {
  toggleMark(desk, desk.session.value.clips.starts[currentClip(desk)]);
}

/**
 * Mark a clip, or take its mark away.
 * @param {Desk} desk
 * @param {number} start the clip's first frame
 */
export function toggleMark({ view }, start) {
  const marked = new Set(view.value.marked);
  if (!marked.delete(start)) marked.add(start);
  view.set({ marked });
}

/**
 * @param {Desk} desk
 * @param {"group" | "ungroup"} name
 */
function regroup(desk, name) {
  if (ask(desk, name)) desk.view.set({ marked: new Set() });
}

/**
 * @param {Desk} desk
 * @param {"start_here" | "end_here" | "next_start_here"} name
 */
function moveCut(desk, name) {
  const { cut, cut_to, frame } = desk.view.value;
  if (!isChecking(desk)) ask(desk, name);
  else if (cut >= 0) moveTo(desk, cut_to >= 0 ? cut_to : frame);
}

/**
 * @param {Desk} desk
 * @param {"cuts" | "detect"} task
 */
function toggleTask(desk, task) {
  const { view } = desk;
  view.set({ task: view.value.task === task ? "clip" : task });
  if (isChecking(desk)) begin(desk); // at once: the next key may be about that cut
}

/** @param {Desk} desk */
function leave({ view }) {
  if (view.value.task !== "clip") view.set({ task: "clip" });
  else view.set({ marked: new Set() });
}

/**
 * @param {Desk} desk
 * @param {number} factor
 */
function zoom({ view, video }, factor) {
  const { shown, frame } = view.value;
  view.set({ shown: zoomed(shown, factor, frame + 0.5, video.frame_count) });
}
