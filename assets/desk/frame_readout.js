// @ts-check
import { createElement } from "react";
import { clipAt, endOf } from "./clips.js";
import { useDesk, useStore } from "./context.js";

/** The number of the frame on the screen, and a field to go to another. */
export function FrameReadout() {
  const { view } = useDesk();
  const isField = useStore(view, ({ overlay }) => overlay === "frame");
  return createElement(isField ? FrameField : FrameNumber);
}

function FrameNumber() {
  const { view, session, video } = useDesk();
  const frame = useStore(view, (value) => value.frame);
  const clips = useStore(session, (value) => value.clips);
  const index = clipAt(clips, frame);
  const start = clips.starts[index];
  return createElement(
    "button",
    {
      type: "button",
      className: "transport-frame figures",
      title: "Go to a frame by its number",
      onClick: () => view.set({ overlay: "frame" }),
    },
    "frame ",
    number(frame < 0 ? "–" : frame, String(video.frame_count).length, "strong"),
    " · ",
    number(frame < 0 ? "–" : frame - start + 1, String(endOf(clips, index) - start).length),
    ` of ${endOf(clips, index) - start}`,
  );
}

/**
 * A number in the room of the longest that may come, so that nothing jumps.
 * @param {number | string} value
 * @param {number} digits
 * @param {string} [className]
 */
const number = (value, digits, className = "") =>
  createElement(
    "span",
    { className: `number ${className}`, style: { minWidth: `${digits}ch` } },
    value,
  );

function FrameField() {
  const { view, player, video } = useDesk();
  const close = () => view.set({ overlay: "" });
  return createElement(
    "form",
    {
      className: "transport-frame figures",
      onSubmit: (/** @type {import("react").FormEvent<HTMLFormElement>} */ event) => {
        event.preventDefault();
        const typed = String(new FormData(event.currentTarget).get("frame")).trim();
        if (/^\d+$/.test(typed)) player.seek(Number(typed));
        close();
      },
    },
    createElement("label", { htmlFor: "go-to-frame" }, "frame "),
    createElement("input", {
      id: "go-to-frame",
      name: "frame",
      type: "text",
      inputMode: "numeric",
      autoFocus: true,
      autoComplete: "off",
      defaultValue: Math.max(0, view.value.frame),
      style: { width: `${String(video.frame_count).length + 3}ch` },
      onFocus: (/** @type {import("react").FocusEvent<HTMLInputElement>} */ event) =>
        event.currentTarget.select(),
      onBlur: close,
    }),
  );
}
