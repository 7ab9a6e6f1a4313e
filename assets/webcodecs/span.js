// @ts-check

/** Bytes [start, end) of a file, filled from the front. */
export class Span {
  filled = 0;
  /** Aborted when the last reader has left before it was whole. */
  left = new AbortController();
  /** @type {Set<{end: number, resolve: () => void, reject: (reason: unknown) => void}>} */
  #readers = new Set();

  /**
   * @param {number} start
   * @param {number} end
   */
  constructor(start, end) {
    this.start = start;
    this.end = end;
    this.bytes = new Uint8Array(end - start);
  }

  get whole() {
    return this.filled === this.end - this.start;
  }

  /** Whether nothing is to be fetched any more. */
  get over() {
    return this.whole || this.left.signal.aborted;
  }

  /**
   * Resolve once the bytes before `end` are here.
   * @param {number} end
   * @param {AbortSignal} [signal]
   * @returns {Promise<void>}
   */
  reach(end, signal) {
    if (this.#reached(end)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#readers.delete(reader);
        reject(signal?.reason);
        if (this.#readers.size === 0) this.left.abort();
      };
      const done = () => signal?.removeEventListener("abort", leave);
      const reader = {
        end,
        resolve: () => (done(), resolve()),
        reject: (/** @type {unknown} */ reason) => (done(), reject(reason)),
      };
      this.#readers.add(reader);
      signal?.addEventListener("abort", leave);
    });
  }

  /** @param {Uint8Array} part */
  append(part) {
    this.bytes.set(part, this.filled);
    this.filled += part.length;
    for (const reader of this.#readers) {
      if (!this.#reached(reader.end)) continue;
      this.#readers.delete(reader);
      reader.resolve();
    }
  }

  /** @param {unknown} reason */
  fail(reason) {
    this.left.abort();
    for (const reader of this.#readers) reader.reject(reason);
    this.#readers.clear();
  }

  /** @param {number} end */
  #reached(end) {
    return this.start + this.filled >= Math.min(end, this.end);
  }
}
