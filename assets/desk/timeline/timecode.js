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
/** Minutes and seconds, before them hours, after them frames or a part of the second. */
const TIME = /^(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[:;](\d+)|([.,]\d+))?$/;

/**
 * The frame that someone has typed: its number, or its time as HH:MM:SS:FF, HH:MM:SS, MM:SS or with a
 * part of a second.
 * @param {string} typed
 * @param {{fps_num: number, fps_den: number, frame_count: number}} video
 * @returns {{frame: number, refused: string}} why it leads nowhere; empty if it does
 */
export function typedFrame(typed, video) {
  const { fps_num, fps_den, frame_count } = video;
  const last = frame_count - 1;
  const refuse = (/** @type {string} */ refused) => ({ frame: -1, refused });
  const words = typed.trim();
  const time = TIME.exec(words);
  let frame = Number(words);
  if (time) {
    // "a:b:c" is hours, minutes, seconds; with a fourth part, the one after it counts frames.
    const [hours, minutes, seconds, frames, part] = time.slice(1).map((one) => (one ?? "0").replace(",", "."));
    if (Number(minutes) > 59 || Number(seconds) > 59) return refuse("minutes and seconds go up to 59");
    const whole_s = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    const firstOf = (/** @type {number} */ second) => Math.ceil((second * fps_num) / fps_den);
    const inSecond = firstOf(whole_s + 1) - firstOf(whole_s);
    if (Number(frames) >= inSecond) return refuse(`this second has the frames 00 to ${inSecond - 1}`);
    frame = firstOf(whole_s) + Number(frames) + Math.floor((Number(part) * fps_num) / fps_den);
  } else if (!NUMBER.test(words)) {
    return refuse(`type a frame from 0 to ${last}, or a time such as ${timecode(last, video)}`);
  }
  if (frame > last) return refuse(`the last frame is ${last}, at ${timecode(last, video)}`);
  return { frame, refused: "" };
}
