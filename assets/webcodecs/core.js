// @ts-check
import { PictureDecoder, decoderConfig, requireWebCodecs } from "./decoder.js";
import { Demuxer } from "./demuxer.js";
import { Unsupported } from "./errors.js";
import { middleOfFrame } from "./frames.js";
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
 */

/** Decoded pictures of a proxy by frame number, read by range and decoded by WebCodecs. */
export class FrameSource {
  #demuxer;
  #video;
  #decoder;
  /** @type {Map<number, import("./demuxer.js").Packet>} of frames that were looked for */
  #packets = new Map();
  /** @type {Set<number>} frames whose packets are about to be read */
  #loading = new Set();

  /**
   * @param {Source} source
   * @param {Ranges} ranges
   * @param {Demuxer} demuxer
   * @param {Awaited<ReturnType<Demuxer["open"]>>} tracks
   * @param {{config: VideoDecoderConfig, plenty: boolean}} decoding
   */
  constructor(source, ranges, demuxer, tracks, decoding) {
    this.source = source;
    this.ranges = ranges;
    this.audio = tracks.audio;
    /** Whether pictures may be kept by the dozen. */
    this.plenty = decoding.plenty;
    this.#demuxer = demuxer;
    this.#video = tracks.video;
    this.#decoder = new PictureDecoder(decoding.config);
  }

  /**
   * @param {Source} source
   * @param {{onTrouble?: (words: string) => void, keptBytes?: number, signal?: AbortSignal}} [options]
   *   told why pictures do not come, and "" when they do again; how much of what was read is kept
   * @returns {Promise<FrameSource>}
   * @throws {Unsupported} frames cannot be had one by one here; the message says why
   * @throws {import("./errors.js").MediaLost}
   */
  static async open(source, { onTrouble = () => {}, keptBytes, signal } = {}) {
    requireWebCodecs();
    const ranges = new Ranges(source.src, onTrouble, { keptBytes });
    const demuxer = new Demuxer(ranges);
    const close = () => {
      ranges.close();
      demuxer.close();
    };
    signal?.addEventListener("abort", close);
    try {
      await ranges.read(0, HEAD_BYTES);
      if (!ranges.fileBytes) throw new Unsupported("the server does not expose Content-Range");
      const tracks = await demuxer.open();
      await requireLength(tracks.video, source);
      const decoding = await decoderConfig(tracks.video.config);
      return new FrameSource(source, ranges, demuxer, tracks, decoding);
    } catch (error) {
      close();
      throw error;
    } finally {
      signal?.removeEventListener("abort", close);
    }
  }

  get fetchedBytes() {
    return this.ranges.fetchedBytes;
  }

  /** What a frame takes in the file on average, sound included. */
  get bytesPerFrame() {
    return this.ranges.fileBytes / this.source.frameCount;
  }

  /** @param {number} frame */
  async bytesOf(frame) {
    const { start, end } = await this.#packet(frame);
    return end - start;
  }

  /**
   * Whether a frame's packet is here or on its way.
   * @param {number} frame
   */
  has(frame) {
    const packet = this.#packets.get(frame);
    return this.#loading.has(frame) || (packet ? this.ranges.has(packet.start, packet.end) : false);
  }

  /**
   * Read the packets of frames [first, end) in one request, with the sound that lies there.
   * @param {number} first
   * @param {number} end
   * @param {{signal?: AbortSignal}} [options]
   */
  async load(first, end, { signal } = {}) {
    const frames = Array.from({ length: end - first }, (_, i) => first + i);
    for (const frame of frames) this.#loading.add(frame);
    try {
      const packets = await Promise.all(frames.map((frame) => this.#packet(frame)));
      const start = Math.min(...packets.map((packet) => packet.start));
      const last = Math.max(...packets.map((packet) => packet.end));
      await this.ranges.read(start, last, { signal, priority: "low" });
    } finally {
      for (const frame of frames) this.#loading.delete(frame);
    }
  }

  /**
   * @param {number} frame
   * @param {{signal?: AbortSignal, urgent?: boolean}} [options] an urgent one overtakes the others
   * @returns {Promise<VideoFrame>} exactly this frame; the caller's, who closes it
   * @throws {Unsupported} the file has no such frame, or it is not decoded alone
   * @throws {DOMException} AbortError: the signal, or the source was closed
   * @throws {import("./errors.js").MediaLost}
   */
  async picture(frame, { signal, urgent = true } = {}) {
    const { start, end } = await this.#packet(frame);
    const priority = urgent ? "high" : "low";
    const data = await this.ranges.read(start, end, { signal, priority });
    return this.#decoder.decode(frame, data, { signal, urgent });
  }

  close() {
    this.ranges.close();
    this.#demuxer.close();
    this.#decoder.close();
  }

  /** @param {number} frame */
  async #packet(frame) {
    const known = this.#packets.get(frame);
    if (known) return known;
    const { fpsNum, fpsDen } = this.source;
    const packet = await this.#video.packetAt(middleOfFrame(frame, fpsNum, fpsDen));
    if (!packet || !isAt(packet.time_s, frame, this.source)) {
      throw new Unsupported(`frame ${frame} of the file is not shown at its time`);
    }
    if (!packet.isKey) throw new Unsupported(`frame ${frame} of the file depends on others`);
    this.#packets.set(frame, packet);
    return packet;
  }
}

/**
 * @param {import("./demuxer.js").Track} video
 * @param {Source} source
 */
async function requireLength(video, source) {
  const last_s = await video.lastTime();
  if (last_s === null || !isAt(last_s, source.frameCount - 1, source)) {
    throw new Unsupported(`the file does not have ${source.frameCount} frames at the video's rate`);
  }
}

/**
 * @param {number} time_s
 * @param {number} frame
 * @param {Source} source
 */
const isAt = (time_s, frame, { fpsNum, fpsDen }) =>
  Math.abs((time_s * fpsNum) / fpsDen - frame) < SLACK;
