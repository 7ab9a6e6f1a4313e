// @ts-check
import { Controller } from "../webcodecs/controller.js";
import { Filmstrip } from "../webcodecs/filmstrip.js";
import { clipAt } from "./session/clips.js";
import { follow } from "./following.js";
import { keepUnanswered, keptUnanswered } from "./outbox.js";
import { clipInAddress, keptPlace } from "./place.js";
import { fetchScores } from "./detection/scores.js";
import { Session, savedBy } from "./session/session.js";
import { Store } from "./store.js";
import { restWhileWaiting } from "./timeline/resting.js";

/**
 * What the desk tells the server.
 * @typedef {object} Server
 * @property {(request: import("./session/session.js").Request) => void} send
 * @property {(startFrame: number, endFrame: number) => void} look
 * @property {(keys: import("./keyboard/keymap.js").Keys) => void} saveKeys
 *
 * @typedef {{desk: import("./context.js").Desk, close: () => void}} OpenedDesk
 */

/** What has no answer after this long may have got lost, and is sent again. */
const AGAIN_MS = 5000;

/**
 * Make what the parts of a desk share, and keep it together: the player's state in the view, the
 * player's range on the clip, the address on the clip.
 * @param {import("./context.js").DeskVideo} video
 * @param {import("./session/session.js").Sheet} sheet
 * @param {import("./keyboard/keymap.js").Keys} keys
 * @param {Server} server
 * @returns {OpenedDesk}
 */
export function openDesk(video, sheet, keys, server) {
  const source = sourceOf(video);
  const canvas = document.createElement("canvas");
  const player = new Controller(canvas, source);
  const kept = keptPlace(video.id);
  /** @type {Store<import("./context.js").View>} */
  const view = new Store({
    frame: -1,
    playing: false,
    speed: kept.speed ?? 1,
    loop: kept.loop ?? true,
    preview: false,
    waiting: true,
    player: "",
    why_fallback: "",
    trouble: "",
    silence: "",
    task: kept.task ?? "clip",
    cut: -1,
    cut_to: -1,
    threshold: video.threshold,
    keeps_checked: true,
    marked: /** @type {ReadonlySet<number>} */ (new Set()),
    shown: /** @type {readonly [number, number]} */ ([0, video.frame_count]),
    snaps: false,
    overlay: "",
  });
  const desk = {
    video,
    canvas,
    player,
    view,
    session: new Session(server.send, sheet, keptUnanswered(sheet, savedBy(sheet).clips), (all) =>
      keepUnanswered(sheet, all),
    ),
    filmstrip: new Filmstrip(source),
    scores: new Store({ scores: /** @type {Float32Array | null} */ (null) }),
    last: new Store({ words: "", can_undo: false, can_redo: false }),
    keys: new Store(keys),
    saveKeys: server.saveKeys,
  };
  const ends = [
    player.on("frame", (frame) => view.set({ frame })),
    player.on("state", ({ player: name, whyFallback, ...rest }) =>
      view.set({ ...rest, player: name, why_fallback: whyFallback }),
    ),
    follow(desk, server.look),
    restWhileWaiting(desk),
    fetchScores(desk),
  ];
  player.speed = view.value.speed;
  const asking = setInterval(() => desk.session.sendNext(), AGAIN_MS);
  player.load();
  player.seek(firstFrame(desk, sheet, kept.frame));
  return {
    desk,
    close() {
      for (const end of ends) end();
      clearInterval(asking);
      desk.filmstrip.close();
      player.close();
    },
  };
}

/** @param {import("./context.js").DeskVideo} video */
const sourceOf = (video) => ({
  src: video.src,
  fpsNum: video.fps_num,
  fpsDen: video.fps_den,
  frameCount: video.frame_count,
  width: video.width,
  height: video.height,
});

/**
 * The frame to begin at: the one that this tab showed before it was loaded again, if it is in the clip
 * that the address names. The sheet may be from before as well, and know of another clip only.
 * @param {import("./context.js").Desk} desk
 * @param {import("./session/session.js").Sheet} sheet
 * @param {number | undefined} kept
 */
function firstFrame({ session }, sheet, kept) {
  const { clips } = session.value;
  const named = clips.ids.indexOf(clipInAddress());
  const opened = named < 0 ? sheet.opened_frame : clips.starts[named];
  return kept !== undefined && clipAt(clips, kept) === clipAt(clips, opened) ? kept : opened;
}
