// @ts-check
import { createElement, useEffect, useRef } from "react";
import { useDesk, useStore } from "../context.js";
import { cutGrip, cutNear } from "./cut_grip.js";
import { scrub, useHand } from "./hand.js";
import { usePaper } from "./paper.js";
import { showClip, showPlayhead } from "./showing.js";
import { drawStrip } from "./strip_drawing.js";
import { timecode } from "./timecode.js";
import { Viewport } from "./viewport.js";

/** This clip and the edges of its neighbours, frame by frame; its cuts can be dragged. */
export function Strip() {
  const desk = useDesk();
  const { filmstrip, scores, session, video, view } = desk;
  const frame = useStore(view, (value) => Math.max(0, value.frame));
  const moved = useRef(/** @type {import("./cut_grip.js").MovedCut | null} */ (null));

  const { canvas, paper } = usePaper(
    (paper) => drawStrip(paper, desk, new Viewport(view.value.shown, paper.width), moved.current),
    [view, session, scores, filmstrip],
  );
  useHand(desk, paper, {
    viewport: ({ width }) => new Viewport(view.value.shown, width),
    isZoomed: true,
    take({ x }, { pointerType }, paper) {
      const viewport = () => new Viewport(view.value.shown, paper.width);
      const cut = cutNear(session.value.clips, viewport(), x, paper.scale, pointerType);
      if (cut < 0) return scrub(desk, viewport);
      const snapsNow = (/** @type {{shiftKey: boolean}} */ event) => event.shiftKey !== view.value.snaps;
      return cutGrip(desk, cut, viewport, () => paper.scale, snapsNow, (shown) => {
        moved.current = shown;
        paper.ask();
      });
    },
    hover(point, { pointerType }, paper) {
      const viewport = new Viewport(view.value.shown, paper.width);
      const isOnCut =
        point && cutNear(session.value.clips, viewport, point.x, paper.scale, pointerType) >= 0;
      paper.canvas.style.cursor = isOnCut ? "ew-resize" : "";
    },
  });
  useEffect(() => showPlayhead(desk), [desk]);

  return createElement(
    "div",
    { className: "timeline strip" },
    createElement("canvas", {
      ref: canvas,
      role: "slider",
      tabIndex: 0,
      "aria-label": "Frames around the clip",
      "aria-valuemin": 0,
      "aria-valuemax": video.frame_count - 1,
      "aria-valuenow": frame,
      "aria-valuetext": `frame ${frame}, ${timecode(frame, video)}`,
      onDoubleClick: () => showClip(desk, frame),
    }),
  );
}
