// @ts-check
import { MediaLost } from "./errors.js";
import { Span } from "./span.js";

const KEPT_BYTES = 48 << 20;
const CONTENT_RANGE = /^bytes (\d+)-(\d+)\/(\d+)$/;
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
  #keptBytes;
  /** What tells the file from any other that may come to lie at its address. */
  #version = "";
  /** Where the address led to, if it was elsewhere: an object store, by an address that expires. */
  #redirected = "";
  /** @type {Set<Span>} least recently used first */
  #spans = new Set();
  #trouble = "";
  #closed = new AbortController();

  /**
   * @param {string} address
   * @param {(words: string) => void} onTrouble told why bytes do not come, and "" when they do again
   * @param {{keptBytes?: number}} [options] how much of what was read is kept
   */
  constructor(address, onTrouble, { keptBytes = KEPT_BYTES } = {}) {
    this.#address = address;
    this.#onTrouble = onTrouble;
    this.#keptBytes = keptBytes;
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
      if (kept <= this.#keptBytes) return;
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
      const redirected = this.#redirected;
      try {
        await this.#request(span, redirected || this.#address, priority);
      } catch (error) {
        if (span.over) break;
        if (redirected) {
          // expired, perhaps: ask the first address again, at once
          if (this.#redirected === redirected) this.#redirected = "";
        } else if (error instanceof MediaLost) {
          this.#tell(error.message);
          span.fail(error);
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
   * @param {string} address
   * @param {RequestPriority} priority
   * @throws {MediaLost} unless another address helps
   */
  async #request(span, address, priority) {
    const first = span.start + span.filled;
    const response = await fetch(address, {
      headers: { Range: `bytes=${first}-${span.end - 1}` },
      // The browser's cache would let only one request for a file run at a time.
      cache: "no-store",
      priority,
      signal: AbortSignal.any([span.left.signal, AbortSignal.timeout(REQUEST_MS)]),
    });
    const { status, body } = response;
    try {
      if (status >= 500 || status === 429) throw new Error(`status ${status}`);
      if (status !== 206 || !body) throw new MediaLost(refusal(response));
      this.#check(response.headers, first, span.end);
    } catch (error) {
      body?.cancel().catch(() => {}); // of what was ended already
      throw error;
    }
    if (response.redirected) this.#redirected = response.url;
    this.#tell("");
    if (this.fileBytes < span.end) span.end = this.fileBytes;
    const reader = body.getReader();
    for (let part = await reader.read(); part.value; part = await reader.read()) {
      this.fetchedBytes += part.value.length;
      span.append(part.value);
    }
    if (!span.whole) throw new Error("the answer ended early");
  }

  /**
   * Learn the file's size, and that these are bytes of the same file, from where they were asked for.
   * @param {Headers} headers
   * @param {number} first
   * @param {number} end
   * @throws {MediaLost} they are not
   */
  #check(headers, first, end) {
    const given = CONTENT_RANGE.exec(headers.get("content-range") ?? "");
    if (!given) return; // the server does not let scripts see it
    const [start, last, fileBytes] = given.slice(1).map(Number);
    if (start !== first || last >= end) throw new MediaLost("the server answers other bytes than asked");
    const version = `${fileBytes} ${headers.get("etag")}`;
    this.#version ||= version;
    if (version !== this.#version) {
      throw new MediaLost("the video's file has changed: load the page again");
    }
    this.fileBytes = fileBytes;
  }

  /** @param {string} words */
  #tell(words) {
    if (words === this.#trouble || this.#closed.signal.aborted) return;
    this.#trouble = words;
    this.#onTrouble(words);
  }
}

/** @param {Response} response */
function refusal({ status, redirected }) {
  if (redirected && status === 403) return "the object store does not let the video be read";
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
