// @ts-check
import { VideoPlayer } from "./fallback.js";

const NOBODY = {
  onFrame() {},
  onWaiting() {},
  onTrouble() {},
  onSilence() {},
  onEnd() {},
  onDead() {},
};

/** Pictures of a proxy by frame number where WebCodecs is not to be had, one after the other. */
export class VideoFrames {
  #canvas;
  #player;
  /** @type {Promise<unknown>} settled when the video may be sought again */
  #turn = Promise.resolve();

  /**
   * @param {HTMLCanvasElement} canvas that the player paints
   * @param {VideoPlayer} player
   */
  constructor(canvas, player) {
    this.#canvas = canvas;
    this.#player = player;
  }

  /**
   * @param {import("./core.js").Source} source
   * @param {AbortSignal} signal
   * @returns {Promise<VideoFrames>}
   * @throws {import("./errors.js").MediaLost}
   */
  static async open(source, signal) {
    const canvas = document.createElement("canvas");
    canvas.width = source.width;
    canvas.height = source.height;
    return new VideoFrames(canvas, await VideoPlayer.open(canvas, source, NOBODY, signal));
  }

  /**
   * @param {number} frame
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<ImageBitmap>} exactly this frame; the caller's, who closes it
   * @throws {DOMException} AbortError: the signal, or the video was closed
   */
  picture(frame, { signal } = {}) {
    const picture = this.#turn.then(async () => {
      signal?.throwIfAborted();
      if (!(await this.#player.show(frame))) throw new DOMException("closed", "AbortError");
      return createImageBitmap(this.#canvas);
    });
    this.#turn = picture.catch(() => {});
    return picture;
  }

  close() {
    this.#player.close();
  }
}
