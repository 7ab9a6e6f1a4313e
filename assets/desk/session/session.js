// @ts-check
import { endOf, isCut, isSame, replaceClips } from "./clips.js";
import { Refused } from "./edits.js";
import { foresee } from "./foresight.js";
import { Store } from "../store.js";

/**
 * Everything about a video's clips, as the server sends it on opening.
 * @typedef {object} Sheet
 * @property {number} number of the last news that it includes
 * @property {number} reviewer_id whose tab it is
 * @property {number} video_id
 * @property {number} frame_count
 * @property {number[]} ids
 * @property {number[]} starts
 * @property {string} letters
 * @property {number[]} groups
 * @property {number[]} checked cuts that someone has found to be right
 * @property {number} opened_frame first one of the clip that the address names
 *
 * Something has changed, or an intent of ours has not changed anything.
 * @typedef {object} News
 * @property {number} number each is one above the last
 * @property {string} answers id of the request that it answers, empty for none
 * @property {string} refused why nothing has changed; empty if something has
 * @property {number[]} to_confirm ids of exported clips that the intent with `confirm` would replace
 * @property {string} said what was done, in words
 * @property {number} at index of the first clip that is replaced
 * @property {number} removed how many are
 * @property {number[]} ids of those that come instead, and so on
 * @property {number[]} starts
 * @property {string} letters
 * @property {number[]} groups
 * @property {number[] | null} checked all of them, if they have changed
 *
 * @typedef {import("./clips.js").Clips} Clips
 * @typedef {import("./clips.js").Range} Range
 *
 * What a reviewer wants. Clips are named by their frames: they may have no id yet.
 * @typedef {{kind: "add_cut" | "remove_cut", frame: number, confirm?: boolean}
 *   | {kind: "move_cut", frame: number, to_frame: number, confirm?: boolean}
 *   | {kind: "replace_cuts", cuts: number[], threshold: number, keeps_checked?: boolean,
 *      confirm?: boolean}
 *   | {kind: "confirm_cut", frame: number}
 *   | {kind: "approve" | "skip" | "archive" | "group" | "ungroup", clips: Range[]}
 *   | {kind: "describe", clip: Range, notes: string, tags: string[]}
 *   | {kind: "retry", clip: Range}
 *   | {kind: "undo" | "redo"}} Intent
 *
 * An intent under a name: however often it is sent, the server carries it out once. It says whose it is
 * and which video it is about, for it may be sent late.
 * @typedef {Intent & {request_id: string, reviewer_id: number, video_id: number}} Request
 *
 * @typedef {object} Said
 * @property {Intent["kind"]} [kind] what was asked for, if the server has answered
 * @property {string} words
 * @property {boolean} refused
 * @property {Range} [brought_back] the frames on which an undo has changed something
 * @property {number} [cut_back] the cut that an undo has brought back or made unchecked; -1 for none
 *
 * @typedef {Pick<SessionValue, "clips" | "checked">} Saved as the server has them
 *
 * @typedef {object} SessionValue
 * @property {Clips} clips as they will be when every intent is answered
 * @property {ReadonlySet<number>} checked cuts
 * @property {number} unsaved how many intents are not answered, without the one that is asked about
 * @property {Said | null} said what came of the last intent
 * @property {{numbers: number[], intent: Request} | null} question before anything changes: whether to
 *   replace these clips, counted from 1
 */

/**
 * The clips as the server knows them, and on top of them what the reviewer has done since: shown at
 * once, sent, and taken back if it is refused.
 *
 * Requests are sent one at a time, each when the one before is answered. So whatever is lost on the way,
 * they are carried out in the order in which they were made: an undo never comes before what it is to
 * take back. A request that needs a confirmation keeps its place: those after it wait for the answer.
 * @extends {Store<SessionValue>}
 */
export class Session extends Store {
  /**
   * @param {(request: Request) => void} send
   * @param {Sheet} sheet
   * @param {readonly Request[]} [unanswered] what an earlier session on the same video has left
   * @param {(unanswered: readonly Request[]) => void} [keep] called with all whenever they change
   */
  constructor(send, sheet, unanswered = [], keep = () => {}) {
    const saved = savedBy(sheet);
    super({ ...saved, unsaved: 0, said: null, question: null });
    this.send = send;
    this.keep = keep;
    this.reviewer_id = sheet.reviewer_id;
    this.video_id = sheet.video_id;
    this.saved = saved;
    this.lastNews = sheet.number;
    /** Requests without an answer by their id, in the order in which they were made. */
    this.pending = new Map(unanswered.map((request) => [request.request_id, request]));
    this.reset(sheet);
  }

  /**
   * Begin again with everything the server knows, and ask again for what it has not answered.
   * @param {Sheet} sheet
   */
  reset(sheet) {
    this.saved = savedBy(sheet);
    this.lastNews = sheet.number;
    this.#show();
    this.sendNext();
  }

  /** Send the first request that has no answer, again if need be: it or its answer may be lost. */
  sendNext() {
    const [next] = this.pending.values();
    if (next && !this.value.question) this.send(next);
  }

  /**
   * @param {News[]} news the last few, oldest first; some may be known
   * @returns {boolean} false if some are missing, and everything has to be sent again
   */
  receive(news) {
    const fresh = news.filter(({ number }) => number > this.lastNews);
    if (!fresh.length) return true;
    if (fresh[0].number !== this.lastNews + 1) return false;
    const [sent] = this.pending.keys();
    /** @type {Partial<SessionValue>} */
    const changes = {};
    for (const one of fresh) {
      const before = this.saved;
      this.lastNews = one.number;
      this.saved = {
        clips: one.removed
          ? replaceClips(this.saved.clips, one.at, one.removed, one)
          : this.saved.clips,
        checked: one.checked ? new Set(one.checked) : this.saved.checked,
      };
      Object.assign(changes, this.#answered(one, before));
    }
    this.#show(changes);
    if (!this.pending.has(sent)) this.sendNext();
    return true;
  }

  /**
   * Do something: it shows at once, unless it is plain that the server would refuse it.
   * @param {Intent} intent
   * @returns {boolean} whether it is on its way
   */
  act(intent) {
    const words = this.refusal(intent);
    if (words) {
      this.refuse(words);
      return false;
    }
    const { reviewer_id, video_id } = this;
    const request = { ...intent, request_id: randomId(), reviewer_id, video_id };
    this.#setPending([...this.pending.values(), request]);
    this.#show();
    if (this.pending.size === 1) this.sendNext();
    return true;
  }

  /**
   * Say why something is not done.
   * @param {string} words
   */
  refuse(words) {
    this.set({ said: { words, refused: true } });
  }

  /**
   * Answer the question that is open.
   * @param {boolean} yes
   */
  answer(yes) {
    const asked = this.value.question?.intent;
    if (!asked) return;
    const confirmed = /** @type {Request} */ ({ ...asked, confirm: true });
    this.#setPending(
      [...this.pending.values()].flatMap((one) => (one !== asked ? [one] : yes ? [confirmed] : [])),
    );
    this.#show({ question: null });
    this.sendNext();
  }

  /** @param {readonly Request[]} requests without an answer, in the order in which they were made */
  #setPending(requests) {
    this.pending = new Map(requests.map((request) => [request.request_id, request]));
    this.keep(requests);
  }

  /**
   * @param {News} news
   * @param {Saved} before what was saved without them
   * @returns {Partial<SessionValue>} what is said about the intent that it answers
   */
  #answered(news, before) {
    const { answers, refused, to_confirm, said } = news;
    const intent = this.pending.get(answers);
    if (!intent) return {};
    // It was sent twice, and confirmed meanwhile: the answer to that comes.
    if (to_confirm.length && "confirm" in intent && intent.confirm) return {};
    if (to_confirm.length) {
      const { ids } = this.saved.clips;
      return { question: { numbers: to_confirm.map((id) => ids.indexOf(id) + 1), intent } };
    }
    this.#setPending([...this.pending.values()].filter((request) => request !== intent));
    const question = this.value.question?.intent === intent ? null : this.value.question;
    const words = refused || said;
    if (!words) return { question };
    const broughtBack = intent.kind === "undo" ? this.#broughtBack(news, before) : {};
    return { question, said: { kind: intent.kind, words, refused: refused !== "", ...broughtBack } };
  }

  /**
   * @param {News} news that answer an undo
   * @param {Saved} before what was saved without them
   * @returns {Pick<Said, "brought_back" | "cut_back">}
   */
  #broughtBack({ at, ids }, before) {
    const { clips } = this.saved;
    const cut_back = cutBack(before, this.saved);
    if (!ids.length) return { cut_back };
    return { cut_back, brought_back: [clips.starts[at], endOf(clips, at + ids.length - 1)] };
  }

  /** Whether the clips show what will come of everything that waits: of an undo only the server knows. */
  get isForeseen() {
    return [...this.pending.values()].every(({ kind }) => kind !== "undo" && kind !== "redo");
  }

  /**
   * @param {Intent} intent
   * @returns {string} why it cannot be; empty if it can, or if only the server knows
   */
  refusal(intent) {
    if (!this.isForeseen) return "";
    try {
      foresee(this.value, intent);
      return "";
    } catch (error) {
      if (error instanceof Refused) return error.message;
      throw error;
    }
  }

  /** @param {Partial<SessionValue>} changes besides the clips */
  #show(changes = {}) {
    let { clips, checked } = this.saved;
    const { question } = { ...this.value, ...changes };
    for (const intent of this.pending.values()) {
      if (intent === question?.intent) continue;
      try {
        ({ clips, checked } = foresee({ clips, checked }, intent));
      } catch (error) {
        // Someone was quicker: the answer will say so.
        if (!(error instanceof Refused)) throw error;
      }
    }
    // Mostly the server does what was foreseen, and nothing has to be drawn again.
    if (isSame(clips, this.value.clips)) clips = this.value.clips;
    this.set({ ...changes, clips, checked, unsaved: this.pending.size - (question ? 1 : 0) });
  }
}

/** 128 random bits. `crypto.randomUUID` is missing where Heaters is opened by plain http. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {Sheet} sheet
 * @returns {Saved}
 */
export const savedBy = ({ frame_count, starts, ids, letters, groups, checked }) => ({
  clips: { frameCount: frame_count, starts, ids, letters, groups },
  checked: new Set(checked),
});

/**
 * The cut that is there again, or not checked any more.
 * @param {Saved} before
 * @param {Saved} after
 * @returns {number} -1 for none
 */
function cutBack(before, after) {
  const was = new Set(before.clips.starts);
  const again = after.clips.starts.find((start) => !was.has(start));
  if (again !== undefined) return again;
  const unchecked = [...before.checked].filter((frame) => !after.checked.has(frame));
  return unchecked.find((frame) => isCut(after.clips, frame)) ?? -1;
}
