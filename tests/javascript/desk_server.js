// @ts-check
import { Refused } from "../../assets/desk/session/edits.js";
import { foresee } from "../../assets/desk/session/foresight.js";

/**
 * A server of one video that answers when it is told to: what the session is tested against.
 * @typedef {import("../../assets/desk/session/session.js").Intent} Intent
 * @typedef {import("../../assets/desk/session/session.js").Request} Request
 * @typedef {import("../../assets/desk/session/session.js").News} News
 */
export class DeskServer {
  /** @param {import("../../assets/desk/session/clips.js").Clips} clips */
  constructor(clips) {
    this.clips = clips;
    this.lastNews = 0;
    this.lastId = Math.max(...clips.ids);
    /** @type {Request[]} */
    this.inbox = [];
    /** @type {string[]} what was carried out, in this order */
    this.done = [];
    /** @type {ReadonlySet<number>} cuts */
    this.checked = new Set();
    /** @type {{clips: typeof clips, checked: ReadonlySet<number>}[]} */
    this.before = [];
    this.confirmsExported = false;
  }

  /** @returns {import("../../assets/desk/session/session.js").Sheet} */
  sheet() {
    const { starts, ids, letters, groups, frameCount } = this.clips;
    return {
      number: this.lastNews,
      reviewer_id: 1,
      video_id: 1,
      frame_count: frameCount,
      ids: [...ids],
      starts: [...starts],
      letters,
      groups: [...groups],
      checked: [...this.checked],
      opened_frame: 0,
    };
  }

  send = (/** @type {Request} */ request) => {
    this.inbox.push(request);
  };

  /**
   * Answer the oldest request.
   * @param {string} [refused] why it has come to nothing
   * @returns {News}
   */
  answer(refused = "") {
    const request = /** @type {Request} */ (this.inbox.shift());
    const answers = request.request_id;
    if (this.done.includes(answers)) return this.#news(this.clips, { answers, said: "done" });
    if (refused) return this.#news(this.clips, { answers, refused });
    const replaced = this.confirmsExported && "frame" in request && !("confirm" in request);
    if (replaced) {
      const to_confirm = this.clips.ids.slice(1, 3);
      return this.#news(this.clips, { answers, refused: "exported", to_confirm });
    }
    return this.#do(request, answers);
  }

  /**
   * Someone else does something.
   * @param {Intent} intent
   * @returns {News}
   */
  hear = (intent) => this.#do(intent, "");

  /**
   * @param {Intent} intent
   * @param {string} answers
   */
  #do(intent, answers) {
    if (intent.kind === "undo") {
      this.done.push(answers);
      const { clips, checked } = this.before.pop() ?? this;
      this.checked = checked;
      return this.#news(clips, { answers, said: "undone", checked: [...checked] });
    }
    try {
      const { clips, checked } = foresee(this, intent);
      const after = this.#named(clips);
      this.before.push({ clips: this.clips, checked: this.checked });
      this.checked = checked;
      this.done.push(answers);
      return this.#news(after, { answers, said: intent.kind, checked: [...this.checked] });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#news(this.clips, { answers, refused: error.message });
    }
  }

  /** @param {import("../../assets/desk/session/clips.js").Clips} clips */
  #named(clips) {
    const names = new Map(
      clips.groups.filter((name) => name < 0).map((name) => [name, ++this.lastId]),
    );
    return {
      ...clips,
      ids: clips.ids.map((id) => (id < 0 ? ++this.lastId : id)),
      groups: clips.groups.map((name) => names.get(name) ?? name),
    };
  }

  /**
   * What is different now, as the fewest clips that are replaced.
   * @param {import("../../assets/desk/session/clips.js").Clips} after
   * @param {Partial<News>} rest
   * @returns {News}
   */
  #news(after, rest) {
    const before = this.clips;
    const isSame = (/** @type {number} */ i, /** @type {number} */ j) =>
      before.ids[i] === after.ids[j] &&
      before.letters[i] === after.letters[j] &&
      before.groups[i] === after.groups[j];
    const [was, is] = [before.ids.length, after.ids.length];
    let at = 0;
    while (at < Math.min(was, is) && isSame(at, at)) at++;
    let tail = 0;
    while (tail < Math.min(was, is) - at && isSame(was - 1 - tail, is - 1 - tail)) tail++;
    this.clips = after;
    return {
      number: ++this.lastNews,
      answers: "",
      refused: "",
      to_confirm: [],
      said: "",
      at,
      removed: was - tail - at,
      ids: after.ids.slice(at, is - tail),
      starts: after.starts.slice(at, is - tail),
      letters: after.letters.slice(at, is - tail),
      groups: after.groups.slice(at, is - tail),
      checked: null,
      ...rest,
    };
  }
}
