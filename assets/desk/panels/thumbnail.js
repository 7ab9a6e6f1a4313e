// @ts-check
import { createElement, useEffect, useRef } from "react";
import { useDesk } from "../context.js";

/**
 * A frame, small; empty until that very frame is there.
 * @param {object} props
 * @param {number} props.frame
 * @param {number} props.heightPx how high the picture is decoded; the style sheet says how it shows
 * @param {string} props.by who asks the filmstrip
 */
export function Thumbnail({ frame, heightPx, by }) {
  const { filmstrip, video } = useDesk();
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));

  useEffect(() => {
    const picture = canvas.current;
    const context = picture?.getContext("2d");
    if (!picture || !context) return;
    context.clearRect(0, 0, picture.width, picture.height);
    delete picture.dataset.frame;
    const draw = () => {
      if (picture.dataset.frame) return;
      const thumbnail = filmstrip.request(frame, heightPx, by);
      if (!thumbnail) return;
      context.drawImage(thumbnail, 0, 0, picture.width, picture.height);
      picture.dataset.frame = String(frame);
    };
    draw();
    return filmstrip.watch(draw);
  }, [filmstrip, frame, heightPx, by]);

  return createElement("canvas", {
    ref: canvas,
    className: "thumbnail",
    width: Math.max(1, Math.round((heightPx * video.width) / video.height)),
    height: heightPx,
  });
}
