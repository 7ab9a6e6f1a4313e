// @ts-check
import { PictureDecoder, decoderConfig, requireWebCodecs } from "./decoder.js";
import { Unsupported } from "./errors.js";
import { BOX_BYTES, boxAt, readHeader } from "./mp4.js";
import { Ranges } from "./ranges.js";

/** The whole header of half a minute; a longer one takes a second request. */
const HEAD_BYTES = 32 << 10;
/** How far from its time a frame may be, in frames: what floating point makes of exact ticks. */
const SLACK = 1e-6;

/**
 * @typedef {object} Source a proxy; frames count from 0, the rate is a fraction
 * @property {string} src its address
 * @property {number} fpsNum
 * @property {number} fpsDen
 * @property {number} frameCount
 * @property {number} width
 * @property {number} height
 * @property {boolean} hasAudio
 */

/** Decoded pictures of a proxy by frame number, read by range and decoded by WebCodecs. */
export class FrameSource {
  #video;
  #decoder;

  /**
   * @param {Source} source
   * @param {Ranges} ranges
   * @param {{video: import("./mp4.js").Track, audio: import("./mp4.js").Track | null}} tracks
   * @param {{config: VideoDecoderConfig, plenty: boolean}} decoding
   */
  constructor(source, ranges, tracks, decoding) {
    this.source = source;
    this.ranges = ranges;
    this.audio = tracks.audio;
    /** Whether pictures may be kept by the dozen. */
    this.plenty = decoding.plenty;
    this.#video = tracks.video;
    this.#decoder = new PictureDecoder(decoding.config);
  }

  /**
   * @param {Source} source
   * @param {{onTrouble?: (words: string) => void, signal?: AbortSignal}} [options]
   *   told why pictures do not come, and "" when they do again
   * @returns {Promise<FrameSource>}
   * @throws {Unsupported} frames cannot be had one by one here; the message says why
   * @throws {import("./errors.js").MediaLost}
   */
  static async open(source, { onTrouble = () => {}, signal } = {}) {
    requireWebCodecs();
    const ranges = new Ranges(source.src, onTrouble);
    try {
      const tracks = readHeader(await headerOf(ranges, signal));
      requireFrames(tracks.video, source);
      return new FrameSource(source, ranges, tracks, await decoderConfig(tracks.video, source));
    } catch (error) {
      ranges.close();
      throw error;
    }
  }

  get fetchedBytes() {
    return this.ranges.fetchedBytes;
  }

  /** @param {number} frame */
  bytesOf(frame) {
    return this.#video.sizes[frame];
  }

  /**
   * Whether the packets of frames [first, end) are here or on their way.
   * @param {number} first
   * @param {number} end
   */
  has(first, end = first + 1) {
    return this.ranges.has(this.#startOf(first), this.#endOf(end - 1));
  }

  /**
   * Read the packets of frames [first, end) in one request, together with the sound between them.
   * @param {number} first
   * @param {number} end
   * @param {{signal?: AbortSignal}} [options]
   */
  async load(first, end, { signal } = {}) {
    await this.ranges.read(this.#startOf(first), this.#endOf(end - 1), { signal, priority: "low" });
  }

  /**
   * @param {number} frame
   * @param {{signal?: AbortSignal, urgent?: boolean}} [options] an urgent one overtakes the others
   * @returns {Promise<VideoFrame>} exactly this frame; the caller's, who closes it
   * @throws {DOMException} AbortError: the signal, or the source was closed
   * @throws {import("./errors.js").MediaLost}
   */
  async picture(frame, { signal, urgent = true } = {}) {
    const priority = urgent ? "high" : "low";
    const data = await this.ranges.read(this.#startOf(frame), this.#endOf(frame), { signal, priority });
    return this.#decoder.decode(frame, data, { signal, urgent });
  }

  close() {
    this.ranges.close();
    this.#decoder.close();
  }

  /** @param {number} frame */
  #startOf(frame) {
    return this.#video.offsets[frame];
  }

  /** @param {number} frame */
  #endOf(frame) {
    return this.#video.offsets[frame] + this.#video.sizes[frame];
  }
}

/**
 * @param {Ranges} ranges
 * @param {AbortSignal} [signal]
 */
async function headerOf(ranges, signal) {
  await ranges.read(0, HEAD_BYTES, { signal });
  for (let start = 0; ; ) {
    const { name, bytes } = boxAt(await ranges.read(start, start + BOX_BYTES, { signal }));
    if (name === "moov") return ranges.read(start, start + bytes, { signal });
    start += bytes;
  }
}

/**
 * Frame i is the packet presented at exactly i / fps, and is decoded alone, or the file is refused.
 * @param {import("./mp4.js").Track} video
 * @param {Source} source
 */
function requireFrames({ times, timescale, keysOnly }, { fpsNum, fpsDen, frameCount }) {
  if (times.length !== frameCount) {
    throw new Unsupported(`the file has ${times.length} frames instead of ${frameCount}`);
  }
  if (!keysOnly) throw new Unsupported("frames of the file depend on each other");
  for (let frame = 0; frame < frameCount; frame++) {
    const shownAs = (times[frame] * fpsNum) / (timescale * fpsDen);
    if (Math.abs(shownAs - frame) > SLACK) {
      throw new Unsupported(`frame ${frame} of the file is not shown at its time`);
    }
  }
}
