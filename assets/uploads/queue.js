// @ts-check

/**
 * @typedef {object} Row what people see of an upload
 * @property {number} id
 * @property {string} name
 * @property {"waiting" | "sending" | "adding" | "known" | "failed"} stage
 * @property {number} share how much was sent, 0 to 1
 * @property {string} words why it failed, or which video is of the same file
 * @property {{ id: number, title: string, failure: string | null } | null} video the one of the same file
 */

/**
 * @typedef {object} Transfer one file on its way to the server
 * @property {() => void} start begin, or go on after a failure
 * @property {() => void} addAgain make a video of the file although there is one
 * @property {() => void} giveUp stop, and have the server forget the file
 */

/** @typedef {(row: Partial<Row> | null) => void} Tell what is new about the row; null: it is done */

/** More would only take the browser's connections from the player. */
export const AT_ONCE = 2;

/** Uploads of this tab: two at a time, in the order in which they were chosen. */
export class UploadQueue {
  /** @type {readonly Row[]} */
  rows = [];
  #lastId = 0;
  /** @type {Map<number, Transfer>} */
  #transfers = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();
  #makeTransfer;

  /** @param {(file: File, tell: Tell) => Transfer} makeTransfer */
  constructor(makeTransfer) {
    this.#makeTransfer = makeTransfer;
  }

  /** Whether leaving the page would break something off. */
  get isBusy() {
    return this.rows.some(({ stage }) => stage !== "failed" && stage !== "known");
  }

  /**
   * @param {() => void} listener called after every change
   * @returns {() => void} ends that
   */
  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) {
      const id = ++this.#lastId;
      const transfer = this.#makeTransfer(file, (news) => this.#change(id, news));
      this.#transfers.set(id, transfer);
      /** @type {Row} */
      const row = { id, name: file.name, stage: "waiting", share: 0, words: "", video: null };
      this.rows = [...this.rows, row];
    }
    this.#goOn();
  }

  /** @param {number} id */
  retry(id) {
    this.#change(id, { stage: "waiting", words: "" });
  }

  /** @param {number} id */
  addAgain(id) {
    this.#change(id, { stage: "adding", words: "", video: null });
    this.#transfers.get(id)?.addAgain();
  }

  /** @param {number} id */
  giveUp(id) {
    this.#transfers.get(id)?.giveUp();
    this.#change(id, null);
  }

  /**
   * @param {number} id
   * @param {Partial<Row> | null} news
   */
  #change(id, news) {
    if (!this.#transfers.has(id)) return; // given up: what still comes of it is of no interest
    if (news === null) {
      this.#transfers.delete(id);
      this.rows = this.rows.filter((row) => row.id !== id);
    } else {
      this.rows = this.rows.map((row) => (row.id === id ? { ...row, ...news } : row));
    }
    this.#goOn();
  }

  #goOn() {
    let room = AT_ONCE;
    for (const { stage } of this.rows) if (stage === "sending" || stage === "adding") room -= 1;
    const next = this.rows.filter(({ stage }) => stage === "waiting").slice(0, Math.max(0, room));
    const ids = new Set(next.map(({ id }) => id));
    this.rows = this.rows.map((row) => (ids.has(row.id) ? { ...row, stage: "sending" } : row));
    for (const listener of [...this.#listeners]) listener();
    for (const id of ids) this.#transfers.get(id)?.start();
  }
}
