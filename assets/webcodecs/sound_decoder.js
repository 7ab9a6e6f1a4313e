// @ts-check

/** How long a piece is. */
const PIECE_S = 0.4;
/** A packet's sound is whole only if the one before it was decoded just before. */
const LEAD_IN_S = 0.03;
const KEPT_PIECES = 8;
/** Added to all times within the decoder: the first packet is before 0, and Chromium 147 moves it there. */
const SHIFT_S = 1;

/**
 * Sound from a time of the video on.
 * @typedef {{start_s: number, end_s: number, buffer: AudioBuffer}} Piece
 */

/** Decodes the sound of a proxy in pieces, from packets that are read one by one. */
export class SoundDecoder {
  #ranges;
  #track;
  /** @type {AudioDecoder | null} */
  #decoder = null;
  #closed = false;
  /** @type {AudioData[]} */
  #decoded = [];
  /** @type {Promise<unknown>} settled when the decoder is free */
  #turn = Promise.resolve();
  /** @type {Map<number, Promise<Piece>>} oldest first */
  #pieces = new Map();

  /**
   * @param {import("./ranges.js").Ranges} ranges
   * @param {import("./demuxer.js").Track<AudioDecoderConfig>} track
   */
  constructor(ranges, track) {
    this.#ranges = ranges;
    this.#track = track;
  }

  /**
   * @param {import("./ranges.js").Ranges} ranges
   * @param {import("./demuxer.js").Track<AudioDecoderConfig>} track
   * @returns {Promise<SoundDecoder | null>} null: this browser does not decode it
   */
  static async open(ranges, track) {
    if (!("AudioDecoder" in globalThis)) return null;
    const { supported } = await AudioDecoder.isConfigSupported(track.config);
    return supported ? new SoundDecoder(ranges, track) : null;
  }

  /**
   * @param {number} time_s
   * @returns {Promise<Piece>} the piece that holds this time of the video; silence after its end
   */
  piece(time_s) {
    const number = Math.floor(time_s / PIECE_S);
    const piece = this.#pieces.get(number) ?? this.#whenFree(() => this.#decode(number));
    this.#pieces.set(number, piece);
    piece.catch(() => this.#pieces.delete(number));
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size > KEPT_PIECES) this.#pieces.delete(oldest);
    }
    return piece;
  }

  close() {
    this.#closed = true;
    if (this.#decoder?.state === "configured") this.#decoder.close();
    this.#drop();
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   */
  #whenFree(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /**
   * @param {number} number of the piece
   * @returns {Promise<Piece>}
   */
  async #decode(number) {
    const { sampleRate, numberOfChannels } = this.#track.config;
    const [start_s, end_s] = [number * PIECE_S, (number + 1) * PIECE_S];
    const reads = [];
    for await (const packet of this.#track.packets(start_s - LEAD_IN_S, end_s)) {
      const read = this.#read(packet);
      read.catch(() => {}); // awaited below, unless another packet cannot be found
      reads.push(read);
    }
    const chunks = await Promise.all(reads);
    const decoder = this.#configured();
    try {
      for (const chunk of chunks) decoder.decode(chunk);
      await decoder.flush();
      const length = Math.round(PIECE_S * sampleRate);
      const buffer = new AudioBuffer({ length, numberOfChannels, sampleRate });
      for (const data of this.#decoded) copy(data, buffer, start_s);
      return { start_s, end_s, buffer };
    } finally {
      this.#drop();
    }
  }

  /** The decoder, or a new one: an error has closed it, or the browser, to have it for another page. */
  #configured() {
    if (this.#closed) throw new DOMException("closed", "AbortError");
    if (this.#decoder?.state === "configured") return this.#decoder;
    this.#decoder = new AudioDecoder({
      output: (data) => this.#decoded.push(data),
      error: () => {}, // what waits for the decoder is told, too
    });
    this.#decoder.configure(this.#track.config);
    return this.#decoder;
  }

  /** @param {import("./demuxer.js").Packet} packet */
  async #read({ start, end, time_s }) {
    const data = await this.#ranges.read(start, end);
    const timestamp = Math.round((time_s + SHIFT_S) * 1e6);
    return new EncodedAudioChunk({ type: "key", timestamp, data });
  }

  #drop() {
    for (const data of this.#decoded.splice(0)) data.close();
  }
}

/**
 * @param {AudioData} data
 * @param {AudioBuffer} buffer
 * @param {number} start_s of the buffer; what lies outside of it is left out
 */
function copy(data, buffer, start_s) {
  const at = Math.round((data.timestamp / 1e6 - SHIFT_S - start_s) * buffer.sampleRate);
  const samples = new Float32Array(data.numberOfFrames);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const planeIndex = Math.min(channel, data.numberOfChannels - 1);
    data.copyTo(samples, { planeIndex, format: "f32-planar" });
    const target = buffer.getChannelData(channel);
    const inside = samples.subarray(Math.max(0, -at), Math.max(0, buffer.length - at));
    if (inside.length) target.set(inside, Math.max(0, at));
  }
}
