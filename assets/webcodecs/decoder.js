// @ts-check
import { Unsupported } from "./errors.js";

/** Prefetched pictures handed to the decoder at a time: an urgent one waits for these at most. */
const AHEAD = 2;
/** A picture that has not come so long after its packet may be held back until another follows. */
const LATE_MS = 100;

/**
 * @typedef {object} Job a picture to decode
 * @property {number} frame
 * @property {Uint8Array<ArrayBuffer>} data
 * @property {AbortSignal} [signal]
 * @property {boolean} again whether a decoder has failed with it before
 * @property {(picture: VideoFrame) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

/**
 * One VideoDecoder for pictures that are each decoded alone. A chunk carries its frame's number as
 * timestamp, and so does the picture that comes out: which frame it is, is known and not guessed.
 */
export class PictureDecoder {
  #config;
  /** @type {VideoDecoder | null} */
  #decoder = null;
  /** @type {Job[]} waiting, in order */
  #waiting = [];
  /** @type {Job[]} handed to the decoder, in order */
  #decoding = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #late;
  #closed = false;

  /** @param {VideoDecoderConfig} config that `decoderConfig` has found */
  constructor(config) {
    this.#config = config;
  }

  /**
   * @param {number} frame
   * @param {Uint8Array<ArrayBuffer>} data its packet
   * @param {{signal?: AbortSignal, urgent?: boolean}} [options] an urgent one overtakes the others
   * @returns {Promise<VideoFrame>} the caller's, who closes it
   */
  decode(frame, data, { signal, urgent = true } = {}) {
    return new Promise((resolve, reject) => {
      const job = { frame, data, signal, again: false, resolve, reject };
      if (this.#closed || signal?.aborted) this.#drop(job);
      else if (urgent) this.#submit(job);
      else this.#waiting.push(job);
      this.#pump();
    });
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#late);
    this.#discard();
    for (const job of [...this.#decoding.splice(0), ...this.#waiting.splice(0)]) this.#drop(job);
  }

  #pump() {
    while (this.#waiting.length && this.#decoding.length < AHEAD) {
      const [job] = this.#waiting.splice(0, 1);
      if (job.signal?.aborted) this.#drop(job);
      else this.#submit(job);
    }
  }

  /** @param {Job} job */
  #submit(job) {
    this.#decoding.push(job);
    try {
      this.#decoder ??= this.#configured();
      this.#decoder.decode(
        new EncodedVideoChunk({ type: "key", timestamp: job.frame, data: job.data }),
      );
      this.#urge();
    } catch (error) {
      this.#recover(error);
    }
  }

  /** Ask for what the decoder holds back: some do, whatever `optimizeForLatency` says. */
  #urge() {
    clearTimeout(this.#late);
    if (this.#decoding.length === 0) return;
    this.#late = setTimeout(() => this.#decoder?.flush().catch(() => {}), LATE_MS); // told elsewhere
  }

  #configured() {
    const decoder = new VideoDecoder({
      output: (picture) => {
        if (decoder === this.#decoder) this.#receive(picture);
        else picture.close();
      },
      error: (error) => {
        if (decoder === this.#decoder) this.#recover(error);
      },
    });
    decoder.configure(this.#config);
    return decoder;
  }

  /** @param {VideoFrame} picture */
  #receive(picture) {
    const place = this.#decoding.findIndex((job) => job.frame === picture.timestamp);
    if (place < 0) {
      picture.close();
      return;
    }
    const [job] = this.#decoding.splice(place, 1);
    this.#urge();
    if (job.signal?.aborted) {
      picture.close();
      this.#drop(job);
    } else {
      job.resolve(picture);
    }
    this.#pump();
  }

  /**
   * Go on with a new decoder. The first picture in the old one is the one that broke it: it gets a
   * second chance, not a third.
   * @param {unknown} error
   */
  #recover(error) {
    this.#discard();
    const [broke, ...others] = this.#decoding.splice(0);
    if (broke?.again) broke.reject(error);
    else if (broke) this.#submit({ ...broke, again: true });
    for (const job of others) this.#submit(job);
    this.#pump();
  }

  #discard() {
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder && decoder.state !== "closed") decoder.close();
  }

  /** @param {Job} job */
  #drop(job) {
    job.reject(job.signal?.reason ?? new DOMException("closed", "AbortError"));
  }
}

/** @throws {Unsupported} */
export function requireWebCodecs() {
  if ("VideoDecoder" in globalThis) return;
  throw new Unsupported(
    globalThis.isSecureContext
      ? "this browser has no WebCodecs"
      : "browsers offer WebCodecs over https or on localhost only",
  );
}

/**
 * Decode in software if possible: its pictures are plain memory and may be kept by the dozen, while
 * those of hardware are few, and a decoder whose pictures are kept stops.
 * @param {VideoDecoderConfig} track
 * @returns {Promise<{config: VideoDecoderConfig, plenty: boolean}>} and whether many may be kept
 * @throws {Unsupported}
 */
export async function decoderConfig(track) {
  for (const hardwareAcceleration of /** @type {const} */ (["prefer-software", "no-preference"])) {
    const config = { ...track, optimizeForLatency: true, hardwareAcceleration };
    if ((await VideoDecoder.isConfigSupported(config)).supported) {
      return { config, plenty: hardwareAcceleration === "prefer-software" };
    }
  }
  throw new Unsupported(`this browser does not decode ${track.codec}`);
}
