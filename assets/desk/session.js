// @ts-check
import { replaceClips } from "./clips.js";
import {
  Refused,
  addCut,
  cutAt,
  group,
  judge,
  moveCut,
  removeCut,
  replaceCuts,
  ungroup,
} from "./edits.js";
import { Store } from "./store.js";

/**
 * Everything about a video's clips, as the server sends it on opening.
 * @typedef {object} Sheet
 * @property {number} number of the last news that it includes
 * @property {number} video_id
 * @property {number} frame_count
 * @property {number[]} ids
 * @property {number[]} starts
 * @property {string} letters
 * @property {number[]} groups
 * @property {number[]} checked cuts that somebody has found to be right
 * @property {number} opened_frame first one of the clip that the address names
 *
 * Something has changed, or an intent of ours has not changed anything.
 * @typedef {object} News
 * @property {number} number each is one above the last
 * @property {number} answers number of the intent that it answers, 0 for none
 * @property {string} refused why nothing has changed; empty if something has
 * @property {boolean} needs_confirmation whether the same intent with `confirm` would not be refused
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
 *   | {kind: "replace_cuts", cuts: number[], threshold: number, confirm?: boolean}
 *   | {kind: "confirm_cut", frame: number}
 *   | {kind: "approve" | "skip" | "archive" | "group" | "ungroup", clips: Range[]}
 *   | {kind: "describe", clip: Range, notes: string, tags: string[]}
 *   | {kind: "retry", clip: Range}
 *   | {kind: "undo" | "redo"}} Intent
 *
 * @typedef {object} Said
 * @property {number} number of the intent
 * @property {Intent["kind"]} kind
 * @property {string} words
 * @property {boolean} refused
 *
 * @typedef {object} SessionValue
 * @property {Clips} clips as they will be when every intent is answered
 * @property {ReadonlySet<number>} checked cuts
 * @property {number} unsaved how many intents are not answered
 * @property {Said | null} said what came of the last intent
 * @property {{words: string, intent: Intent} | null} question to be answered before anything changes
 */

const LETTERS = { approve: "A", skip: "S", archive: "D" };

/**
 * The clips as the server knows them, and on top of them what the reviewer has done since: shown at
 * once, sent, and taken back if it is refused.
 * @extends {Store<SessionValue>}
 */
export class Session extends Store {
  /**
   * @param {(number: number, intent: Intent) => void} send
   * @param {Sheet} sheet
   */
  constructor(send, sheet) {
    const saved = savedBy(sheet);
    super({ ...saved, unsaved: 0, said: null, question: null });
    this.send = send;
    this.saved = saved;
    this.lastNews = sheet.number;
    this.lastIntent = 0;
    /** @type {Map<number, Intent>} in the order in which they were sent */
    this.pending = new Map();
  }

  /**
   * Begin again with everything the server knows.
   * @param {Sheet} sheet
   */
  reset(sheet) {
    this.saved = savedBy(sheet);
    this.lastNews = sheet.number;
    this.pending.clear();
    this.#show();
  }

  /**
   * @param {News[]} news the last few, oldest first; some may be known
   * @returns {boolean} false if some are missing, and everything has to be sent again
   */
  receive(news) {
    const fresh = news.filter(({ number }) => number > this.lastNews);
    /** @type {Partial<SessionValue>} */
    const changes = {};
    for (const one of fresh) {
      if (one.number !== this.lastNews + 1) return false;
      this.lastNews = one.number;
      this.saved = {
        clips: one.removed
          ? replaceClips(this.saved.clips, one.at, one.removed, one)
          : this.saved.clips,
        checked: one.checked ? new Set(one.checked) : this.saved.checked,
      };
      Object.assign(changes, this.#answered(one));
    }
    if (fresh.length) this.#show(changes);
    return true;
  }

  /**
   * Do something: it shows at once, unless it is plain that the server would refuse it.
   * @param {Intent} intent
   * @returns {boolean} whether it is on its way
   */
  act(intent) {
    const number = ++this.lastIntent;
    const words = this.refusal(intent);
    if (words) {
      this.set({ said: { number, kind: intent.kind, words, refused: true } });
      return false;
    }
    this.pending.set(number, intent);
    this.#show();
    this.send(number, intent);
    return true;
  }

  /**
   * Answer the question that is open.
   * @param {boolean} yes
   */
  answer(yes) {
    const { question } = this.value;
    this.set({ question: null });
    if (yes && question) this.act(/** @type {Intent} */ ({ ...question.intent, confirm: true }));
  }

  /**
   * @param {News} news
   * @returns {Partial<SessionValue>} what is said about the intent that it answers
   */
  #answered({ answers, refused, needs_confirmation, said }) {
    const intent = this.pending.get(answers);
    if (!intent) return {};
    this.pending.delete(answers);
    if (needs_confirmation) return { question: { words: refused, intent } };
    const words = refused || said;
    return words
      ? { said: { number: answers, kind: intent.kind, words, refused: refused !== "" } }
      : {};
  }

  /**
   * @param {Intent} intent
   * @returns {string} why it cannot be; empty if it can, or if only the server knows
   */
  refusal(intent) {
    for (const { kind } of this.pending.values()) if (kind === "undo" || kind === "redo") return "";
    try {
      foresee(this.value.clips, intent);
      return "";
    } catch (error) {
      if (error instanceof Refused) return error.message;
      throw error;
    }
  }

  /** @param {Partial<SessionValue>} changes besides the clips */
  #show(changes = {}) {
    let { clips, checked } = this.saved;
    for (const intent of this.pending.values()) {
      try {
        clips = foresee(clips, intent);
        checked = withChecked(checked, intent);
      } catch (error) {
        if (!(error instanceof Refused)) throw error; // somebody was quicker: the answer will say so
      }
    }
    this.set({ ...changes, clips, checked, unsaved: this.pending.size });
  }
}

/**
 * @param {Sheet} sheet
 * @returns {Pick<SessionValue, "clips" | "checked">}
 */
const savedBy = ({ frame_count, starts, ids, letters, groups, checked }) => ({
  clips: { frameCount: frame_count, starts, ids, letters, groups },
  checked: new Set(checked),
});

/**
 * What an intent will do to clips, as far as it can be foreseen.
 * @param {Clips} clips
 * @param {Intent} intent
 * @returns {Clips}
 */
export function foresee(clips, intent) {
  switch (intent.kind) {
    case "add_cut":
      return addCut(clips, intent.frame);
    case "remove_cut":
      return removeCut(clips, intent.frame);
    case "move_cut":
      return moveCut(clips, intent.frame, intent.to_frame);
    case "replace_cuts":
      return replaceCuts(clips, intent.cuts);
    case "confirm_cut":
      cutAt(clips, intent.frame);
      return clips;
    case "approve":
    case "skip":
    case "archive":
      return judge(clips, intent.clips, /** @type {"A" | "S" | "D"} */ (LETTERS[intent.kind]));
    case "group":
      return group(clips, intent.clips);
    case "ungroup":
      return ungroup(clips, intent.clips);
    default:
      return clips;
  }
}

/**
 * Cuts that a reviewer confirms, makes or moves count as checked.
 * @param {ReadonlySet<number>} checked
 * @param {Intent} intent
 */
function withChecked(checked, intent) {
  switch (intent.kind) {
    case "add_cut":
    case "confirm_cut":
      return new Set([...checked, intent.frame]);
    case "move_cut":
      return new Set([...checked, intent.to_frame]);
    default:
      return checked;
  }
}
