// @ts-check
import { createElement, useEffect, useRef } from "react";
import { useDesk, useStore } from "./context.js";

/** The frame: as large as fits, nothing drawn over it. */
export function Stage() {
  const desk = useDesk();
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const frame = useStore(desk.view, (view) => view.frame);
  const waiting = useStore(desk.view, (view) => view.waiting);

  useEffect(() => {
    desk.canvas.className = "stage-picture";
    place.current?.append(desk.canvas);
    return () => desk.canvas.remove();
  }, [desk]);

  return createElement(
    "div",
    {
      className: "stage",
      style: /** @type {object} */ ({ "--shape": `${desk.video.width} / ${desk.video.height}` }),
      ref: place,
      role: "img",
      "aria-label": frame < 0 ? "Opening the video" : `Frame ${frame} of ${desk.video.title}`,
      "aria-busy": waiting,
      onClick: () => (desk.view.value.playing ? desk.player.pause() : desk.player.play()),
    },
    createElement("div", { className: waiting ? "stage-progress waiting" : "stage-progress" }),
  );
}
