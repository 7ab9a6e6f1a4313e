// @ts-check
import { createElement, useEffect, useRef } from "react";

const GAP_PX = 1;
const GAP_FROM_PX = 4;

/**
 * The whole video as a strip: each clip as long as it is, in the colour of its state. A click asks
 * for the frame under the pointer.
 * @param {object} props
 * @param {{lengths: number[], letters: string}} props.outline
 * @param {string} props.label
 * @param {(frame: number) => void} props.onPick
 */
export function OutlineStrip({ outline, label, onPick }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const total = outline.lengths.reduce((sum, length) => sum + length, 0);

  useEffect(() => {
    const strip = canvas.current;
    if (!strip || !total) return;
    const redraw = () => draw(strip, outline.lengths, outline.letters, total);
    const size = new ResizeObserver(redraw);
    size.observe(strip);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", redraw);
    return () => {
      size.disconnect();
      dark.removeEventListener("change", redraw);
    };
  }, [outline, total]);

  return createElement("canvas", {
    ref: canvas,
    className: "outline-strip",
    role: "img",
    "aria-label": label,
    onClick: (/** @type {import("react").MouseEvent<HTMLCanvasElement>} */ event) => {
      const box = event.currentTarget.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      onPick(Math.min(total - 1, Math.max(0, Math.floor(share * total))));
    },
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} lengths
 * @param {string} letters
 * @param {number} total
 */
function draw(canvas, lengths, letters, total) {
  const scale = devicePixelRatio;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(canvas.clientHeight * scale);
  const context = canvas.getContext("2d");
  if (!context) return;
  const style = getComputedStyle(canvas);
  let frame = 0;
  lengths.forEach((length, index) => {
    const left = (frame / total) * canvas.width;
    frame += length;
    const width = (frame / total) * canvas.width - left;
    const gap = width >= GAP_FROM_PX * scale ? GAP_PX * scale : 0;
    const letter = letters[index] === "!" ? "failed" : letters[index];
    context.fillStyle = style.getPropertyValue(`--mark-${letter}`);
    context.fillRect(left, 0, width - gap, canvas.height);
  });
}
