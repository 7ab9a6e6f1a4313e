// @ts-check
import { frameStartingAt, middleOfFrame } from "./frames.js";

/**
 * Pictures of one proxy, drawn on canvases: single frames one after the other, and a range played
 * in a loop. Canvases show exactly the frames asked for: what the browser presents before a seek
 * has settled, or past the end of the range, is not drawn.
 *
 * @typedef {object} Source
 * @property {string} src address of the proxy
 * @property {number} fpsNum
 * @property {number} fpsDen
 */
export class Reel {
  /** @param {Source} source */
  constructor(source) {
    this.source = source;
    /** @type {Map<HTMLCanvasElement, number>} frames to draw, in the order asked for */
    this.wanted = new Map();
    this.drawing = false;
    this.stills = open(source, true);
    /** @type {HTMLVideoElement | null} */
    this.player = null;
    /** Counts plays and stops; a callback of an earlier play sees that it is over. */
    this.epoch = 0;
  }

  /**
   * Draw a frame when its turn comes; what the canvas was to show before is dropped.
   * @param {HTMLCanvasElement} canvas
   * @param {number} frame
   */
  show(canvas, frame) {
    this.wanted.set(canvas, frame);
    if (!this.drawing) this.#drawWanted();
  }

  /** @param {HTMLCanvasElement} canvas */
  forget(canvas) {
    this.wanted.delete(canvas);
  }

  /**
   * Play frames [startFrame, endFrame) in a loop until stopped.
   * @param {HTMLCanvasElement} canvas
   * @param {number} startFrame
   * @param {number} endFrame
   * @param {(frame: number) => void} onFrame told about each frame drawn
   */
  play(canvas, startFrame, endFrame, onFrame) {
    this.player ??= open(this.source, false);
    const { player, source } = this;
    const epoch = ++this.epoch;
    const start = middleOfFrame(startFrame, source.fpsNum, source.fpsDen);
    const draw = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ presented) => {
      if (epoch !== this.epoch) return;
      if (player.seeking) {
        player.addEventListener("seeked", () => draw(_now, presented), { once: true });
        return;
      }
      const frame = frameStartingAt(presented.mediaTime, source.fpsNum, source.fpsDen);
      if (frame >= startFrame && frame < endFrame) {
        paint(canvas, player, frame);
        onFrame(frame);
      }
      if (frame < startFrame || frame >= endFrame - 1) player.currentTime = start;
      player.requestVideoFrameCallback(draw);
    };
    player.requestVideoFrameCallback(draw);
    player.currentTime = start;
    player.loop = true; // a clip at the end of the video would stop there otherwise
    player.play().catch(() => {}); // paused again before it began
  }

  /** Stop playing; the canvas keeps the last frame drawn. */
  stop() {
    this.epoch++;
    this.player?.pause();
  }

  close() {
    this.stop();
    this.wanted.clear();
    for (const video of [this.stills, this.player]) {
      video?.removeAttribute("src");
      video?.load(); // ends its downloads
    }
  }

  async #drawWanted() {
    this.drawing = true;
    for (let next = first(this.wanted); next; next = first(this.wanted)) {
      const [canvas, frame] = next;
      await present(this.stills, frame, this.source);
      if (this.wanted.get(canvas) !== frame) continue; // another frame, or none, by now
      this.wanted.delete(canvas);
      paint(canvas, this.stills, frame);
    }
    this.drawing = false;
  }
}

/** @param {Map<HTMLCanvasElement, number>} wanted */
const first = (wanted) => wanted.entries().next().value;

/**
 * @param {Source} source
 * @param {boolean} muted
 */
function open(source, muted) {
  const video = document.createElement("video");
  video.src = source.src;
  video.preload = "auto";
  video.muted = muted;
  video.playsInline = true;
  return video;
}

/**
 * Resolve once the paused video presents the frame, or cannot.
 * @param {HTMLVideoElement} video
 * @param {number} frame
 * @param {Source} source
 * @returns {Promise<void>}
 */
function present(video, frame, { fpsNum, fpsDen }) {
  return new Promise((resolve) => {
    const time = middleOfFrame(frame, fpsNum, fpsDen);
    if (video.error || video.currentTime === time) {
      resolve();
      return;
    }
    const check = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ presented) => {
      if (frameStartingAt(presented.mediaTime, fpsNum, fpsDen) !== frame) {
        video.requestVideoFrameCallback(check);
      } else if (video.seeking) {
        // presented already, but not to be drawn yet: the seek ends a moment later
        video.addEventListener("seeked", () => resolve(), { once: true });
      } else {
        resolve();
      }
    };
    video.requestVideoFrameCallback(check);
    video.addEventListener("error", () => resolve(), { once: true });
    video.currentTime = time;
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLVideoElement} video
 * @param {number} frame
 */
function paint(canvas, video, frame) {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return; // nothing to draw, an error
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  canvas.dataset.frame = String(frame);
}

/** @type {Map<string, {reel: Reel, users: number}>} */
const reels = new Map();

/**
 * Share one reel among all pictures of a proxy. Give it back with `releaseReel`.
 * @param {Source} source
 */
export function acquireReel(source) {
  const entry = reels.get(source.src) ?? { reel: new Reel(source), users: 0 };
  entry.users++;
  reels.set(source.src, entry);
  return entry.reel;
}

/** @param {Reel} reel */
export function releaseReel(reel) {
  const entry = reels.get(reel.source.src);
  if (!entry || --entry.users > 0) return;
  reels.delete(reel.source.src);
  reel.close();
}
