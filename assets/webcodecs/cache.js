// @ts-check

/** A picture of 8 bit 4:2:0, which proxies are, takes this much a pixel. */
const BYTES_PER_PIXEL = 1.5;

/**
 * Decoded pictures by frame number, bounded in bytes and in number; the least recently used leave.
 * The cache owns its pictures and closes them: use one at once, or clone it.
 */
export class FrameCache {
  /** Bytes that the pictures take. */
  bytes = 0;
  /** @type {Map<number, VideoFrame>} least recently used first */
  #pictures = new Map();

  /** @param {{maxBytes: number, maxCount: number}} bounds */
  constructor({ maxBytes, maxCount }) {
    this.maxBytes = maxBytes;
    this.maxCount = maxCount;
  }

  get count() {
    return this.#pictures.size;
  }

  /** @param {number} frame */
  has(frame) {
    return this.#pictures.has(frame);
  }

  /**
   * @param {number} frame
   * @returns {VideoFrame | null} used just now, and so the last to leave
   */
  get(frame) {
    const picture = this.#pictures.get(frame);
    if (!picture) return null;
    this.#pictures.delete(frame);
    this.#pictures.set(frame, picture);
    return picture;
  }

  /**
   * @param {number} frame
   * @param {VideoFrame} picture the cache's from now on
   * @returns {VideoFrame} the one that is kept for this frame
   */
  put(frame, picture) {
    const before = this.get(frame);
    if (before) {
      picture.close();
      return before;
    }
    this.#pictures.set(frame, picture);
    this.bytes += bytesOf(picture);
    for (const oldest of this.#pictures.keys()) {
      if (oldest === frame || (this.bytes <= this.maxBytes && this.count <= this.maxCount)) break;
      this.#remove(oldest);
    }
    return picture;
  }

  clear() {
    for (const frame of this.#pictures.keys()) this.#remove(frame);
  }

  /** @param {number} frame */
  #remove(frame) {
    const picture = /** @type {VideoFrame} */ (this.#pictures.get(frame));
    this.#pictures.delete(frame);
    this.bytes -= bytesOf(picture);
    picture.close();
  }
}

/** @param {VideoFrame} picture that is not closed */
const bytesOf = (picture) => picture.codedWidth * picture.codedHeight * BYTES_PER_PIXEL;
