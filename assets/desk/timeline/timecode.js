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
