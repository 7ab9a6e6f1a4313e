// @ts-check
import { endOf } from "../session/clips.js";
import { nudge } from "../detection/examining.js";
import { currentClip } from "../session/intents.js";

/**
 * Commands that play and seek.
 * @typedef {import("../context.js").Desk} Desk
 * @typedef {import("./commands.js").Command} Command
 */

/** Times the video's own. */
export const SPEEDS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];

/** @type {Record<string, Command>} */
export const PLAY_COMMANDS = {
  play: {
    words: "Play or pause",
    run: ({ player }) => (player.playing ? player.pause() : player.play()),
  },
  slower: { words: "Slower", run: (desk) => changeSpeed(desk, -1) },
  faster: { words: "Faster", run: (desk) => changeSpeed(desk, 1) },
  loop: {
    words: "Loop in the clip, or play on",
    run: ({ view }) => view.set({ loop: !view.value.loop }),
  },
  preview_export: { words: "Play what will be exported", run: preview },
};

/** @type {Record<string, Command>} */
export const FRAME_COMMANDS = {
  step_forward: stepBy("One frame forward", 1),
  step_back: stepBy("One frame back", -1),
  step_ten_forward: stepBy("Ten frames forward", 10),
  step_ten_back: stepBy("Ten frames back", -10),
  seek_forward: { words: "One second forward", repeats: true, run: (desk) => seekBy(desk, 1) },
  seek_back: { words: "One second back", repeats: true, run: (desk) => seekBy(desk, -1) },
  first_frame: {
    words: "First frame of the clip",
    run: (desk) => desk.player.seek(desk.session.value.clips.starts[currentClip(desk)]),
  },
  last_frame: {
    words: "Last frame of the clip",
    run: (desk) => desk.player.seek(endOf(desk.session.value.clips, currentClip(desk)) - 1),
  },
  video_start: { words: "First frame of the video", run: ({ player }) => player.seek(0) },
  video_end: {
    words: "Last frame of the video",
    run: ({ player, video }) => player.seek(video.frame_count - 1),
  },
  go_to_frame: {
    words: "Go to a frame or time",
    run: ({ view }) => view.set({ overlay: "frame" }),
  },
  ...Object.fromEntries(Array.from({ length: 10 }, (_, tenth) => [`go_${tenth}`, goTo(tenth)])),
};

/**
 * @param {string} words
 * @param {number} frames
 * @returns {Command}
 */
function stepBy(words, frames) {
  return {
    words,
    repeats: true,
    accelerates: Math.abs(frames) === 1,
    run: (desk, times) =>
      desk.view.value.task === "cuts"
        ? nudge(desk, frames * times)
        : desk.player.step(frames * times),
  };
}

/**
 * @param {number} tenth
 * @returns {Command}
 */
function goTo(tenth) {
  return {
    words: tenth ? `${tenth}0 % of the video` : "Beginning of the video",
    run: ({ player, video }) => player.seek(Math.floor((video.frame_count * tenth) / 10)),
  };
}

/**
 * @param {Desk} desk
 * @param {number} seconds
 */
function seekBy({ player, video }, seconds) {
  player.seek(player.target + Math.round((seconds * video.fps_num) / video.fps_den));
}

/**
 * @param {Desk} desk
 * @param {number} places in the list of speeds
 */
function changeSpeed({ player }, places) {
  const faster = SPEEDS.findIndex((speed) => speed >= player.speed);
  player.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, faster + places))];
}

/** @param {Desk} desk */
async function preview(desk) {
  desk.player.pause(); // an end of playing ends a preview
  desk.view.set({ preview: true });
  await desk.player.seek(desk.session.value.clips.starts[currentClip(desk)]);
  await desk.player.play();
}
