// @ts-check
import { frameStartingAt, middleOfFrame } from "./frames.js";

/** A frame that was sought and is not told of for so long will not be. */
const INSIST_MS = 500;

/**
 * The frames that a playing `<video>` presents. The browser may tell of a frame so late that the
 * next one is there already, and would be drawn in its place: what was drawn counts only if the
 * next frame is known to have come after that. So pictures come one frame late, or not at all.
 */
export class PresentedFrames {
  #video;
  #source;
  /** Holds what was drawn until it is sure which frame that is. */
  #canvas = document.createElement("canvas");
  /** @type {{frame: number, presentedFrames: number, drawn_ms: number} | null} */
  #drawn = null;
  #callback = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {import("./core.js").Source} source
   */
  constructor(video, source) {
    this.#video = video;
    this.#source = source;
  }

  /**
   * Tell of the next frame that is presented, and of the one before it if that was drawn in time.
   * @param {(frame: number) => boolean} isWanted whether a frame that is presented is to be drawn
   * @param {(frame: number, picture: HTMLCanvasElement) => void} onDrawn
   * @param {(frame: number) => void} onPresented
   */
  next(isWanted, onDrawn, onPresented) {
    const video = this.#video;
    video.cancelVideoFrameCallback(this.#callback);
    this.#callback = video.requestVideoFrameCallback((_now, presented) => {
      const { fpsNum, fpsDen } = this.#source;
      const before = this.#settle(presented);
      if (before !== null) onDrawn(before, this.#canvas);
      const frame = frameStartingAt(presented.mediaTime, fpsNum, fpsDen);
      const draw = () => this.#draw(frame, presented);
      if (isWanted(frame)) {
        // before the end of a seek nothing is drawn
        if (video.seeking) video.addEventListener("seeked", draw, { once: true });
        else draw();
      }
      onPresented(frame);
    });
  }

  stop() {
    this.#video.cancelVideoFrameCallback(this.#callback);
    this.#drawn = null;
  }

  /**
   * @param {number} frame
   * @param {VideoFrameCallbackMetadata} presented
   */
  #draw(frame, { presentedFrames }) {
    const { width, height } = this.#source;
    Object.assign(this.#canvas, { width, height });
    this.#canvas.getContext("2d", { alpha: false })?.drawImage(this.#video, 0, 0, width, height);
    this.#drawn = { frame, presentedFrames, drawn_ms: performance.now() };
  }

  /**
   * @param {VideoFrameCallbackMetadata} next
   * @returns {number | null} the frame that was drawn, if it was there until this one came
   */
  #settle({ presentedFrames, presentationTime }) {
    const drawn = this.#drawn;
    this.#drawn = null;
    const isSure = drawn?.presentedFrames === presentedFrames - 1;
    return isSure && drawn.drawn_ms < presentationTime ? drawn.frame : null;
  }
}

/**
 * Seek a paused `<video>` to the middle of a frame. A browser may tell of no frame where it thinks
 * that this one is on the screen already: then it is sent to another frame and back.
 * @param {HTMLVideoElement} video
 * @param {import("./core.js").Source} source
 * @param {number} frame
 * @param {() => boolean} isWanted whether it still is
 * @param {() => void} onPresented once this frame, and no other, is there to be drawn
 */
export function seekTo(video, { fpsNum, fpsDen }, frame, isWanted, onPresented) {
  const ask = (/** @type {number} */ asked) => {
    video.currentTime = middleOfFrame(asked, fpsNum, fpsDen);
  };
  const insisting = setInterval(() => {
    if (!isWanted()) clearInterval(insisting);
    else if (!video.seeking && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      video.addEventListener("seeked", () => isWanted() && ask(frame), { once: true });
      ask(frame > 0 ? frame - 1 : 1);
    }
  }, INSIST_MS);
  const check = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ presented) => {
    if (!isWanted()) return;
    if (frameStartingAt(presented.mediaTime, fpsNum, fpsDen) !== frame) {
      video.requestVideoFrameCallback(check);
    } else if (video.seeking) {
      // presented already, but not to be drawn yet: the seek ends a moment later
      video.addEventListener("seeked", () => check(_now, presented), { once: true });
    } else {
      clearInterval(insisting);
      onPresented();
    }
  };
  video.requestVideoFrameCallback(check);
  ask(frame);
}
