// @ts-check
import { createElement, useEffect, useRef, useState } from "react";
import { acquireReel, releaseReel } from "../webcodecs/reel.js";

/** Stops whatever plays on this page. */
let stopPlaying = () => {};

/**
 * A clip as a button: shows its first frame, and plays exactly its frames while pressed in.
 * @param {object} props
 * @param {string} props.src
 * @param {number} props.fpsNum
 * @param {number} props.fpsDen
 * @param {number} props.width
 * @param {number} props.height
 * @param {number} props.startFrame
 * @param {number} props.endFrame
 * @param {string} props.label
 */
export function ClipPicture(props) {
  const { src, fpsNum, fpsDen, startFrame, endFrame } = props;
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const counter = useRef(/** @type {HTMLElement | null} */ (null));
  const reel = useRef(/** @type {import("../webcodecs/reel.js").Reel | null} */ (null));
  const [playing, setPlaying] = useState(false);

  useEffect(() => {
    const picture = canvas.current;
    if (!picture || !src) return;
    const shared = (reel.current = acquireReel({ src, fpsNum, fpsDen }));
    const whenNear = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) shared.show(picture, startFrame);
        else shared.forget(picture);
      },
      { rootMargin: "300px" },
    );
    whenNear.observe(picture);
    return () => {
      whenNear.disconnect();
      shared.forget(picture);
      releaseReel(shared);
    };
  }, [src, fpsNum, fpsDen, startFrame]);

  useEffect(() => {
    const picture = canvas.current;
    const shared = reel.current;
    if (!playing || !picture || !shared) return;
    stopPlaying();
    stopPlaying = () => setPlaying(false);
    shared.play(picture, startFrame, endFrame, (frame) => {
      if (counter.current) counter.current.textContent = String(frame);
    });
    return () => {
      shared.stop();
      if (counter.current) counter.current.textContent = "";
      shared.show(picture, startFrame);
    };
  }, [playing, startFrame, endFrame]);

  const width = Math.min(480, props.width);
  return createElement(
    "button",
    {
      type: "button",
      className: "clip-picture",
      "aria-label": props.label,
      "aria-pressed": playing,
      tabIndex: -1,
      onClick: () => setPlaying(!playing),
    },
    createElement("canvas", {
      ref: canvas,
      width,
      height: Math.max(1, Math.round((width * props.height) / props.width)),
    }),
    createElement("span", { ref: counter, className: "clip-counter" }),
  );
}
