// @ts-check
import { createElement, useMemo } from "react";
import { useDesk, useStore } from "../context.js";
import { scrub, useHand } from "./hand.js";
import { drawPlayhead } from "./timeline_marks.js";
import { VideoLayer, drawWindow } from "./overview_drawing.js";
import { usePaper } from "./paper.js";
import { timecode } from "./timecode.js";
import { Viewport } from "./viewport.js";
import { windowGrip, windowPartAt } from "./window_grip.js";

/** @type {Record<import("./window_grip.js").Part, string>} */
const CURSORS = { from: "ew-resize", to: "ew-resize", all: "grab", lane: "", "": "" };

/** The whole video: its clips, the playhead, and the window that the strip shows. */
export function Overview() {
  const desk = useDesk();
  const { scores, session, video, view } = desk;
  const frame = useStore(view, (value) => Math.max(0, value.frame));
  const layer = useMemo(() => new VideoLayer(), [desk]);
  const viewportOf = (/** @type {{width: number}} */ { width }) =>
    new Viewport([0, video.frame_count], width);

  const { canvas, paper } = usePaper(
    (paper) => {
      const viewport = viewportOf(paper);
      layer.draw(paper, desk, viewport);
      drawWindow(paper, viewport, view.value.shown);
      drawPlayhead(paper, desk, viewport);
    },
    [view, session, scores],
  );
  useHand(desk, paper, {
    viewport: viewportOf,
    isZoomed: false,
    take(point, { pointerType }, paper) {
      const viewport = () => viewportOf(paper);
      const part = windowPartAt(paper, viewport(), view.value.shown, point, pointerType);
      return part ? windowGrip(desk, part, point.x, viewport) : scrub(desk, viewport);
    },
    hover(point, { pointerType }, paper) {
      const { shown } = view.value;
      const part = point ? windowPartAt(paper, viewportOf(paper), shown, point, pointerType) : "";
      paper.canvas.style.cursor = CURSORS[part];
    },
  });
  return createElement(
    "div",
    { className: "timeline overview" },
    createElement("canvas", {
      ref: canvas,
      role: "slider",
      tabIndex: 0,
      "aria-label": "The whole video",
      "aria-valuemin": 0,
      "aria-valuemax": video.frame_count - 1,
      "aria-valuenow": frame,
      "aria-valuetext": `frame ${frame}, ${timecode(frame, video)}`,
    }),
  );
}
