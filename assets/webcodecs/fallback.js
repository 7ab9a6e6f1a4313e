// @ts-check
import { isAudible } from "./clock.js";
import { MediaLost } from "./errors.js";
import { middleOfFrame } from "./frames.js";
import { PresentedFrames, seekTo } from "./presented.js";
import { Ranges } from "./ranges.js";

/** Playing begins again where it is once the presented frame has been unsure for this long. */
const PATIENCE_MS = 500;
/** So often the file is opened again for a frame before that is given up. */
const TRIES = 3;

/**
 * Paints frames that a `<video>` presents, where WebCodecs is not to be had. It asks for the middle
 * of a frame and paints what comes only if it is that frame; while playing, only frames in range.
 */
export class VideoPlayer {
  #canvas;
  #context;
  #source;
  #listener;
  #video = document.createElement("video");
  #presented;
  /** @type {number} */
  #painted = -1;
  #painted_ms = 0;
  /** Whether the video has been at a frame since it was opened, for the first time or again. */
  #isPlaced = false;
  /** @type {{frame: number, done: (painted: boolean) => void} | null} the seek under way */
  #seeking = null;
  /** @type {{frame: number, done: (painted: boolean) => void} | null} the one after it */
  #next = null;
  /** @type {{range: import("./clock.js").Range} | null} */
  #playing = null;
  #failures = 0;
  #closed = new AbortController();
  /** @type {(error: MediaLost) => void} told when the file is given up */
  #giveUp = ({ message }) => this.#listener.onTrouble(message);

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./core.js").Source} source
   * @param {import("./codec_player.js").Listener} listener
   */
  constructor(canvas, source, listener) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#source = source;
    this.#listener = listener;
    this.#presented = new PresentedFrames(this.#video, source);
    const video = this.#video;
    video.preload = "auto";
    video.playsInline = true;
    video.src = source.src;
    const { signal } = this.#closed;
    video.addEventListener("error", () => void this.#recover(), { signal });
    video.addEventListener("waiting", () => this.#playing && listener.onWaiting(true), { signal });
    video.addEventListener("playing", () => this.#playing && listener.onWaiting(false), { signal });
    video.addEventListener("canplay", () => this.#recovered(), { signal });
    video.addEventListener("ended", () => this.#end(), { signal });
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./core.js").Source} source
   * @param {import("./codec_player.js").Listener} listener
   * @param {AbortSignal} signal
   * @returns {Promise<VideoPlayer>}
   * @throws {MediaLost} this browser cannot play the file, or does not say which frame it presents
   * @throws {DOMException} AbortError: the signal
   */
  static async open(canvas, source, listener, signal) {
    if (!("requestVideoFrameCallback" in HTMLVideoElement.prototype)) {
      throw new MediaLost("this browser does not say which frame it shows: take a newer one");
    }
    const player = new VideoPlayer(canvas, source, listener);
    const giveUp = player.#giveUp;
    try {
      await new Promise((resolve, reject) => {
        player.#giveUp = reject;
        player.#video.addEventListener("loadedmetadata", resolve, { once: true });
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    } catch (error) {
      player.close();
      throw error;
    }
    player.#giveUp = giveUp;
    return player;
  }

  get figures() {
    return null;
  }

  /**
   * Paint a frame. The seek under way is brought to its end, those asked for meanwhile but the last
   * are dropped.
   * @param {number} frame
   * @returns {Promise<boolean>} whether it was painted
   */
  show(frame) {
    return new Promise((done) => {
      this.#next?.done(false);
      this.#next = { frame, done };
      if (!this.#seeking) this.#seekNext();
    });
  }

  /** Paint again what the canvas has lost. */
  repaint() {
    const frame = this.#painted;
    this.#painted = -1;
    if (frame >= 0 && !this.#playing) void this.show(frame);
  }

  hint() {}

  /**
   * @param {number} frame where to begin, in the range
   * @param {import("./clock.js").Range} range
   * @param {number} speed
   */
  async play(frame, range, speed) {
    const playing = (this.#playing = { range });
    const video = this.#video;
    video.pause();
    this.#presented.stop();
    video.playbackRate = speed;
    video.muted = !isAudible(speed);
    video.loop = range.loop; // a loop that ends with the video would stop there otherwise
    if (!(await this.show(frame)) || this.#playing !== playing) return;
    this.#painted_ms = performance.now();
    this.#watch();
    await this.#start();
  }

  pause() {
    this.#playing = null;
    this.#video.pause();
    this.#presented.stop();
  }

  close() {
    this.pause();
    this.#closed.abort();
    this.#next?.done(false);
    this.#seeking?.done(false);
    this.#video.removeAttribute("src");
    this.#video.load(); // ends its downloads
  }

  async #start() {
    const video = this.#video;
    try {
      await video.play();
      const isHeld = video.muted && isAudible(video.playbackRate);
      this.#listener.onSilence(isHeld ? "no sound: the browser waits for a click or a key" : "");
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (name !== "NotAllowedError" || video.muted) return; // paused again before it began
      video.muted = true; // the page has not been touched yet: it may play in silence only
      await this.#start();
    }
  }

  #seekNext() {
    const seek = (this.#seeking = this.#next);
    this.#next = null;
    if (!seek) {
      this.#listener.onWaiting(false);
      return;
    }
    if (seek.frame === this.#painted && this.#isPlaced) {
      this.#finish(true);
      return;
    }
    this.#listener.onWaiting(true);
    this.#ask(seek);
  }

  /** @param {{frame: number}} seek */
  #ask(seek) {
    const isWanted = () => this.#seeking === seek && !this.#closed.signal.aborted;
    if (this.#video.error) this.#reopen(); // it was given up, for another frame perhaps
    seekTo(this.#video, this.#source, seek.frame, isWanted, () => {
      this.#isPlaced = true;
      this.#paint(seek.frame, this.#video);
      this.#finish(true);
    });
  }

  /** @param {boolean} painted */
  #finish(painted) {
    const seek = this.#seeking;
    this.#seeking = null;
    seek?.done(painted);
    this.#seekNext();
  }

  /** Paint what is presented while playing, and is in range. */
  #watch() {
    const playing = this.#playing;
    if (!playing) return;
    const { start, end, loop } = playing.range;
    const isInside = (/** @type {number} */ frame) => frame >= start && frame < end;
    const paint = this.#paint.bind(this);
    this.#presented.next(isInside, paint, (frame) => {
      if (this.#playing !== playing) return; // stopped by who was told of the frame
      if (isInside(frame) && performance.now() - this.#painted_ms > PATIENCE_MS) {
        void this.play(frame, playing.range, this.#video.playbackRate);
      } else if (isInside(frame) && frame < end - 1) this.#watch();
      else if (loop) this.#loop(start);
      else void this.#end();
    });
  }

  /** @param {number} start */
  #loop(start) {
    this.#watch();
    this.#video.currentTime = middleOfFrame(start, this.#source.fpsNum, this.#source.fpsDen);
  }

  async #end() {
    const playing = this.#playing;
    if (!playing) return;
    this.#video.pause();
    await this.show(playing.range.end - 1);
    if (this.#playing === playing) this.#listener.onEnd();
  }

  /**
   * @param {number} frame
   * @param {CanvasImageSource} picture
   */
  #paint(frame, picture) {
    this.#context?.drawImage(picture, 0, 0, this.#canvas.width, this.#canvas.height);
    this.#canvas.dataset.frame = String(frame);
    if (frame !== this.#painted) {
      this.#failures = 0;
      this.#listener.onTrouble("");
    }
    this.#painted = frame;
    this.#painted_ms = performance.now();
    this.#listener.onFrame(frame);
  }

  /** Open the file again, once the server answers: an error does not say what it comes from. */
  async #recover() {
    const probe = new Ranges(this.#source.src, this.#listener.onTrouble);
    const { signal } = this.#closed;
    const close = () => probe.close();
    signal.addEventListener("abort", close);
    try {
      await probe.read(0, 1);
      if (this.#failures++ === TRIES) throw new MediaLost("this browser cannot play the video");
    } catch (error) {
      if (signal.aborted) return;
      this.#giveUp(/** @type {MediaLost} */ (error));
      if (this.#playing) this.#listener.onEnd();
      if (this.#seeking) this.#finish(false);
      return;
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
    this.#reopen();
    if (this.#seeking) this.#ask(this.#seeking);
  }

  #reopen() {
    this.#isPlaced = false;
    this.#video.load();
  }

  /** Play on where it was, if it played. */
  #recovered() {
    const playing = this.#playing;
    if (!this.#isPlaced && playing && !this.#seeking) {
      void this.play(this.#painted, playing.range, this.#video.playbackRate);
    }
  }
}
