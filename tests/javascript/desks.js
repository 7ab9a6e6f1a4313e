// @ts-check
import { Session } from "../../assets/desk/session/session.js";
import { Store } from "../../assets/desk/store.js";
import { DeskServer } from "./desk_server.js";

/**
 * A desk without pictures: the player is at once where it is asked to be; all else is real.
 * @param {import("../../assets/desk/session/clips.js").Clips} clips
 * @param {Float32Array | null} [scores]
 */
export function deskWith(clips, scores = null) {
  const server = new DeskServer(clips);
  const view = new Store({
    .../** @type {import("../../assets/desk/context.js").View} */ ({}),
    frame: 0,
    speed: 1,
    loop: true,
    preview: false,
    task: "clip",
    cut: -1,
    cut_to: -1,
    marked: new Set(),
    shown: [0, clips.frameCount],
    overlay: "",
  });
  const player = {
    playing: false,
    speed: 1,
    target: 0,
    /** @type {{start: number, end: number, loop: boolean} | null} */
    range: null,
    async seek(/** @type {number} */ frame) {
      this.target = Math.max(0, Math.min(clips.frameCount - 1, frame));
      view.set({ frame: this.target });
      return true;
    },
    step(/** @type {number} */ frames) {
      return this.seek(this.target + frames);
    },
    async play() {
      this.playing = true;
    },
    pause() {
      this.playing = false;
    },
    setRange(/** @type {typeof this.range} */ range) {
      this.range = range;
    },
  };
  const parts = {
    video: { frame_count: clips.frameCount, fps_num: 25, fps_den: 1, threshold: 0.5 },
    session: new Session(server.send, server.sheet()),
    view,
    player,
    scores: new Store({ scores }),
    keys: new Store({ preset: "heaters", remaps: {} }),
  };
  const desk = /** @type {import("../../assets/desk/context.js").Desk} */ (
    /** @type {unknown} */ (parts)
  );
  return { desk, server, player };
}
