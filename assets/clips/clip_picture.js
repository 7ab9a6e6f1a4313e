// @ts-check
import { createElement, useEffect, useMemo, useRef, useState } from "react";
import { Controller } from "../webcodecs/controller.js";
import { shareFilmstrip } from "./shared_filmstrips.js";

const MAX_WIDTH_PX = 480;

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
 * @param {number} props.frameCount
 * @param {number} props.startFrame
 * @param {number} props.endFrame
 * @param {string} props.label
 */
export function ClipPicture(props) {
  const { src, fpsNum, fpsDen, width, height, frameCount, startFrame, endFrame } = props;
  const [playing, setPlaying] = useState(false);
  const source = useMemo(
    () => ({ src, fpsNum, fpsDen, width, height, frameCount }),
    [src, fpsNum, fpsDen, width, height, frameCount],
  );
  return createElement(
    "button",
    {
      type: "button",
      className: "clip-picture",
      "aria-label": props.label,
      "aria-pressed": playing,
      tabIndex: -1,
      onClick: () => {
        if (!playing) stopPlaying();
        stopPlaying = () => setPlaying(false);
        setPlaying(!playing);
      },
    },
    createElement(Still, { source, frame: startFrame }),
    playing && createElement(Playing, { source, start: startFrame, end: endFrame }),
  );
}

/**
 * One frame, once it is near to what is on the screen; nothing until then.
 * @param {{source: import("../webcodecs/core.js").Source, frame: number}} props
 */
function Still({ source, frame }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const picture = canvas.current;
    const context = picture?.getContext("2d");
    if (!picture || !context || !source.src) return;
    const { filmstrip, leave } = shareFilmstrip(source);
    let isNear = false;
    const draw = () => {
      if (!isNear || picture.dataset.frame) return;
      const thumbnail = filmstrip.request(frame, picture.height, picture);
      if (!thumbnail) return;
      context.drawImage(thumbnail, 0, 0, picture.width, picture.height);
      picture.dataset.frame = String(frame);
    };
    const whenNear = new IntersectionObserver(
      (entries) => {
        isNear = entries.at(-1)?.isIntersecting ?? false;
        if (isNear) draw();
        else filmstrip.want([], picture);
      },
      { rootMargin: "300px" },
    );
    whenNear.observe(picture);
    const end = filmstrip.watch(draw);
    return () => {
      whenNear.disconnect();
      end();
      filmstrip.want([], picture);
      leave();
      context.clearRect(0, 0, picture.width, picture.height);
      delete picture.dataset.frame;
    };
  }, [source, frame]);

  const width = Math.min(MAX_WIDTH_PX, source.width);
  return createElement("canvas", {
    ref: canvas,
    width,
    height: Math.max(1, Math.round((width * source.height) / source.width)),
  });
}

/**
 * A player on top of the still, which is seen until there is a first frame; and the frame's number.
 * @param {{source: import("../webcodecs/core.js").Source, start: number, end: number}} props
 */
function Playing({ source, start, end }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [words, setWords] = useState("");
  useEffect(() => {
    if (!canvas.current) return;
    const player = new Controller(canvas.current, source);
    const tell = () => {
      const { trouble, silence } = player.state;
      const frame = player.frame < 0 ? "" : String(player.frame);
      setWords(trouble || [frame, silence].filter(Boolean).join(" · "));
    };
    player.on("frame", tell);
    player.on("state", tell);
    player.setRange({ start, end, loop: true });
    player.load().then(() => player.play());
    return () => player.close();
  }, [source, start, end]);

  return [
    createElement("canvas", { key: "picture", ref: canvas, className: "clip-playing" }),
    createElement("span", { key: "words", className: "clip-counter" }, words),
  ];
}
