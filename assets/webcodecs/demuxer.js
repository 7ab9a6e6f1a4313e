// @ts-check
import { CustomSource, EncodedPacketSink, Input, MP4 } from "mediabunny";
import { Unsupported } from "./errors.js";

/**
 * Where a packet lies in the file, and when it is presented.
 * @typedef {object} Packet
 * @property {number} start its first byte
 * @property {number} end
 * @property {number} time_s sound may start before 0
 * @property {number} end_s
 * @property {boolean} isKey whether it is decoded alone
 */

/**
 * Finds the packets of a proxy, without reading them.
 *
 * mediabunny does not say where a packet lies. It asks its source for exactly those bytes, though;
 * once it has the file's header it gets blanks for an answer, and we know. So what is read, when, in
 * how many requests, and what is given up, is decided here and not by its reader, which joins reads
 * that are less than 128 KiB apart, makes two at a time, and ends none (docs/adr/0011-player.md).
 */
export class Demuxer {
  #input;
  #ranges;
  #isOpen = false;
  /** Where the last read ended that was answered with blanks. */
  #asked = NaN;
  /** @type {Promise<unknown>} settled when the next packet may be looked for */
  #turn = Promise.resolve();

  /** @param {import("./ranges.js").Ranges} ranges */
  constructor(ranges) {
    this.#ranges = ranges;
    const source = new CustomSource({
      getSize: () => ranges.fileBytes,
      read: (start, end) => this.#read(start, end),
      prefetchProfile: "none",
      maxCacheSize: 0,
    });
    this.#input = new Input({ source, formats: [MP4] });
  }

  /**
   * Read the file's header.
   * @returns {Promise<{video: Track, audio: Track | null}>}
   * @throws {Unsupported} it is not an MP4 file with video
   */
  async open() {
    const video = await this.#input.getPrimaryVideoTrack().catch(unsupported);
    const audio = await this.#input.getPrimaryAudioTrack();
    const videoConfig = await video?.getDecoderConfig();
    const audioConfig = await audio?.getDecoderConfig();
    this.#isOpen = true;
    if (!video || !videoConfig) throw new Unsupported("the file has no video that is known");
    return {
      video: new Track(this, new EncodedPacketSink(video), videoConfig),
      audio: audio && audioConfig ? new Track(this, new EncodedPacketSink(audio), audioConfig) : null,
    };
  }

  /**
   * @param {() => Promise<import("mediabunny").EncodedPacket | null>} find
   * @returns {Promise<{found: import("mediabunny").EncodedPacket, packet: Packet} | null>}
   */
  locate(find) {
    const located = this.#turn.then(async () => {
      this.#asked = NaN;
      const found = await find();
      if (!found) return null;
      if (Number.isNaN(this.#asked)) throw new Error("a packet was found without being asked for");
      const { byteLength, timestamp, duration, type } = found;
      const packet = {
        start: this.#asked - byteLength,
        end: this.#asked,
        time_s: timestamp,
        end_s: timestamp + duration,
        isKey: type === "key",
      };
      return { found, packet };
    });
    this.#turn = located.catch(() => {});
    return located;
  }

  close() {
    this.#input.dispose();
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  #read(start, end) {
    if (!this.#isOpen) return this.#ranges.read(start, end);
    this.#asked = end;
    return new Uint8Array(end - start);
  }
}

/**
 * The video or the sound of a file.
 * @template {VideoDecoderConfig | AudioDecoderConfig} [Config=any]
 */
export class Track {
  #demuxer;
  #sink;

  /**
   * @param {Demuxer} demuxer
   * @param {EncodedPacketSink} sink
   * @param {Config} config
   */
  constructor(demuxer, sink, config) {
    this.#demuxer = demuxer;
    this.#sink = sink;
    this.config = config;
  }

  /**
   * @param {number} time_s
   * @returns {Promise<Packet | null>} the packet presented then; null before the first
   */
  async packetAt(time_s) {
    const located = await this.#demuxer.locate(() => this.#sink.getPacket(time_s));
    return located && located.packet;
  }

  /**
   * @param {number} start_s
   * @param {number} end_s
   * @returns {AsyncGenerator<Packet>} those presented between, the one at the start included
   */
  async *packets(start_s, end_s) {
    const first = () => this.#sink.getPacket(start_s);
    let located =
      (await this.#demuxer.locate(first)) ??
      (await this.#demuxer.locate(() => this.#sink.getFirstPacket()));
    while (located && located.packet.time_s < end_s) {
      yield located.packet;
      const { found } = located;
      located = await this.#demuxer.locate(() => this.#sink.getNextPacket(found));
    }
  }

  /** @returns {Promise<number | null>} when the last packet is presented, in seconds */
  async lastTime() {
    const last = await this.#sink.getPacket(Infinity, { metadataOnly: true });
    return last && last.timestamp;
  }
}

/** @param {unknown} error */
function unsupported(error) {
  if (error instanceof Error && error.name === "UnsupportedInputFormatError") {
    throw new Unsupported("the file is not MP4");
  }
  throw error;
}
