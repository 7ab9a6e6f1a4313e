// @ts-check
import { createElement, useEffect, useMemo, useRef } from "react";
import { usePaper } from "../desk/timeline/paper.js";
import { Viewport, clamp } from "../desk/timeline/viewport.js";
import { drawBands } from "./bands.js";
import { showCardOf } from "./page_parts.js";

/**
 * The whole video as a strip of its clips. A click asks for the page with the clip under the pointer,
 * and leads to it.
 * @param {object} props
 * @param {{lengths: number[], letters: string}} props.outline
 * @param {string} props.label
 * @param {(frame: number) => void} props.onPick
 */
export function OutlineStrip({ outline, label, onPick }) {
  const clips = useMemo(() => clipsOf(outline), [outline]);
  const viewportOf = (/** @type {number} */ widthPx) => new Viewport([0, clips.frameCount], widthPx);
  const { canvas, paper } = usePaper((paper) => {
    paper.context.clearRect(0, 0, paper.width, paper.height);
    if (clips.frameCount) drawBands(paper, viewportOf(paper.width), clips, 0, paper.height);
  }, []);
  useEffect(() => paper.current?.ask(), [clips]);
  const stopLooking = useRef(() => {});
  useEffect(() => () => stopLooking.current(), []);

  return createElement("canvas", {
    ref: canvas,
    className: "outline-strip",
    role: "img",
    "aria-label": label,
    onClick: (/** @type {import("react").MouseEvent<HTMLCanvasElement>} */ event) => {
      if (!paper.current || !clips.frameCount) return;
      const { x } = paper.current.pointAt(event);
      const frame = clamp(viewportOf(paper.current.width).frameAt(x), 0, clips.frameCount - 1);
      stopLooking.current();
      onPick(frame);
      stopLooking.current = showCardOf(frame);
    },
  });
}

/**
 * @param {{lengths: number[], letters: string}} outline
 * @returns {import("../desk/session/clips.js").Clips}
 */
function clipsOf({ lengths, letters }) {
  let frameCount = 0;
  const starts = lengths.map((length) => (frameCount += length) - length);
  return { starts, letters, ids: [], groups: [], frameCount };
}
