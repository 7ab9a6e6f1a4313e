// @ts-check
import { MediaLost } from "./errors.js";
import { Span } from "./span.js";

const KEPT_BYTES = 48 << 20;
const REQUEST_MS = 20_000; // what came until then is kept, and the rest asked for again
const BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;

/**
 * Bytes of a file over HTTP, exactly those asked for and never all of it. What was read lately is
 * kept; what is on its way is not asked for twice. A lost connection, a failing server and an
 * address that has expired are waited for, for as long as anybody wants the bytes.
 */
export class Ranges {
  /** Bytes that have come over the network. */
  fetchedBytes = 0;
  /** Size of the file; NaN until something was read, or if the server does not let scripts see it. */
  fileBytes = NaN;
  #address;
  #onTrouble;
  /** Where the address led to, if it was elsewhere: an object store, by an address that expires. */
  #redirected = "";
  /** @type {Set<Span>} least recently used first */
  #spans = new Set();
  #trouble = "";
  #closed = new AbortController();

  /**
   * @param {string} address
   * @param {(words: string) => void} onTrouble told why bytes do not come, and "" when they do again
   */
  constructor(address, onTrouble) {
    this.#address = address;
    this.#onTrouble = onTrouble;
  }

  /**
   * Whether these bytes are here or on their way.
   * @param {number} start
   * @param {number} end
   */
  has(start, end) {
    return this.#covering(start, end) !== null;
  }

  /**
   * @param {number} start
   * @param {number} end exclusive; the answer is shorter if the file ends before
   * @param {{signal?: AbortSignal, priority?: RequestPriority}} [options]
   * @returns {Promise<Uint8Array<ArrayBuffer>>} not to be changed
   * @throws {MediaLost} there is no hope for them
   */
  async read(start, end, { signal, priority = "high" } = {}) {
    signal?.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    let span = this.#covering(start, end);
    if (!span) {
      span = new Span(start, end);
      void this.#fill(span, priority);
    }
    this.#spans.delete(span);
    this.#spans.add(span);
    this.#forgetOld();
    await span.reach(end, signal);
    return span.bytes.subarray(start - span.start, Math.min(end, span.end) - span.start);
  }

  close() {
    this.#closed.abort();
    for (const span of this.#spans) span.fail(this.#closed.signal.reason);
    this.#spans.clear();
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  #covering(start, end) {
    for (const span of this.#spans) {
      if (span.start <= start && end <= span.end && (span.whole || !span.over)) return span;
    }
    return null;
  }

  #forgetOld() {
    let kept = 0;
    for (const span of this.#spans) kept += span.end - span.start;
    for (const span of this.#spans) {
      if (kept <= KEPT_BYTES) return;
      if (!span.whole) continue;
      kept -= span.end - span.start;
      this.#spans.delete(span);
    }
  }

  /**
   * @param {Span} span
   * @param {RequestPriority} priority
   */
  async #fill(span, priority) {
    for (let failures = 0; !span.over; ) {
      try {
        await this.#request(span, priority);
      } catch (error) {
        if (span.over) break;
        if (error instanceof MediaLost) {
          this.#tell(error.message);
          span.fail(error);
        } else if (this.#redirected) {
          this.#redirected = ""; // expired, perhaps: ask the first address again, at once
        } else {
          this.#tell("connection lost, trying again");
          await pause(Math.min(BACKOFF_MS * 2 ** failures++, MAX_BACKOFF_MS), span.left.signal);
        }
      }
    }
    if (!span.whole) this.#spans.delete(span);
  }

  /**
   * @param {Span} span
   * @param {RequestPriority} priority
   */
  async #request(span, priority) {
    const first = span.start + span.filled;
    const response = await fetch(this.#redirected || this.#address, {
      headers: { Range: `bytes=${first}-${span.end - 1}` },
      // The browser's cache would let only one request for a file run at a time.
      cache: "no-store",
      priority,
      signal: AbortSignal.any([span.left.signal, AbortSignal.timeout(REQUEST_MS)]),
    });
    const { status } = response;
    if (status !== 206 || !response.body) {
      void response.body?.cancel();
      if (status >= 500 || status === 429 || this.#redirected || response.redirected) {
        throw new Error(`status ${status}`);
      }
      throw new MediaLost(refusal(status));
    }
    if (response.redirected) this.#redirected = response.url;
    this.#tell("");
    this.fileBytes = Number(response.headers.get("content-range")?.split("/")[1] ?? NaN);
    if (this.fileBytes < span.end) span.end = this.fileBytes;
    const reader = response.body.getReader();
    for (let part = await reader.read(); part.value; part = await reader.read()) {
      this.fetchedBytes += part.value.length;
      span.append(part.value);
    }
    if (!span.whole) throw new Error("the answer ended early");
  }

  /** @param {string} words */
  #tell(words) {
    if (words === this.#trouble || this.#closed.signal.aborted) return;
    this.#trouble = words;
    this.#onTrouble(words);
  }
}

/** @param {number} status */
function refusal(status) {
  if (status === 401 || status === 403) return "the video may not be read: sign in again";
  if (status === 404 || status === 410) return "the video's file is gone";
  if (status === 200) return "the server does not answer ranges";
  return `the video cannot be read: status ${status}`;
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal ends it
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    function end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      globalThis.removeEventListener("online", end);
      resolve();
    }
    signal.addEventListener("abort", end);
    globalThis.addEventListener("online", end); // the network is back
  });
}
