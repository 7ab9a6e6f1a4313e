// @ts-check

/**
 * A frame as HH:MM:SS:FF, where FF counts frames within the real second: the counterpart of
 * format_timecode in heaters/domain/time.py.
 * @param {number} frame
 * @param {{fps_num: number, fps_den: number}} video
 */
export function timecode(frame, { fps_num, fps_den }) {
  const second = Math.floor((frame * fps_den) / fps_num);
  const firstOfSecond = Math.ceil((second * fps_num) / fps_den);
  const parts = [second / 3600, (second / 60) % 60, second % 60, frame - firstOfSecond];
  return parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}

/**
 * How long something is, in words.
 * @param {number} frames
 */
export const frameWords = (frames) =>
  `${frames.toLocaleString("en")} ${frames === 1 ? "frame" : "frames"}`;

const NUMBER = /^\d+$/;
/** Seconds: with their unit, or with a part of one, as no frame has. */
const SECONDS = /^(\d+)(?:([.,]\d+)?\s*s|([.,]\d+))$/i;
/** Minutes and seconds, before them hours, after them frames or a part of the second. */
const TIME = /^(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[:;](\d+)|([.,]\d+))?$/;

/**
 * The frame that someone has typed: its number, or its time as HH:MM:SS:FF, HH:MM:SS, MM:SS, with a
 * part of a second too, or as seconds: 5s, 12.5.
 * @param {string} typed
 * @param {{fps_num: number, fps_den: number, frame_count: number}} video
 * @returns {{frame: number, refused: string}} why it leads nowhere; empty if it does
 */
export function typedFrame(typed, video) {
  const { frame_count } = video;
  const last = frame_count - 1;
  const refuse = (/** @type {string} */ refused) => ({ frame: -1, refused });
  const words = typed.trim();
  const [time, seconds] = [TIME.exec(words), SECONDS.exec(words)];
  let frame = Number(words);
  if (time) {
    // "a:b:c" is hours, minutes, seconds; with a fourth part, the one after it counts frames.
    const [hours, minutes, rest, frames, part] = time.slice(1).map((one) => one ?? "0");
    if (Number(minutes) > 59 || Number(rest) > 59) return refuse("minutes and seconds go up to 59");
    const whole_s = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
    const inSecond = firstOf(whole_s + 1, video) - firstOf(whole_s, video);
    if (Number(frames) >= inSecond) return refuse(`this second has the frames 00 to ${inSecond - 1}`);
    frame = firstOf(whole_s, video) + Number(frames) + framesIn(part, video);
  } else if (seconds) {
    const [whole, part, bare] = seconds.slice(1);
    frame = firstOf(Number(whole), video) + framesIn(part ?? bare ?? "0", video);
  } else if (!NUMBER.test(words)) {
    return refuse(`type a frame from 0 to ${last}, or a time such as 0:05 or 5s`);
  }
  if (frame > last) return refuse(`the last frame is ${last}, at ${timecode(last, video)}`);
  return { frame, refused: "" };
}

/**
 * The first frame of a second.
 * @param {number} second
 * @param {{fps_num: number, fps_den: number}} video
 */
const firstOf = (second, { fps_num, fps_den }) => Math.ceil((second * fps_num) / fps_den);

/**
 * How many whole frames a part of a second holds.
 * @param {string} part such as ".48"
 * @param {{fps_num: number, fps_den: number}} video
 */
const framesIn = (part, { fps_num, fps_den }) =>
  // A decimal is seldom exact: .29 of 100 frames a second is frame 29, and not 28.99….
  Math.floor((Number(part.replace(",", ".")) * fps_num) / fps_den + 1e-6);
