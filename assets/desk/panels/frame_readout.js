// @ts-check
import { createElement } from "react";
import { clipAt, rangeOf } from "../session/clips.js";
import { useDesk, useStore } from "../context.js";

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
  const [start, end] = rangeOf(clips, clipAt(clips, frame));
  const [length, count] = [end - start, video.frame_count];
  const place = frame < 0 ? "–" : frame - start + 1;
  return createElement(
    "button",
    {
      type: "button",
      className: "transport-frame figures",
      title: "Go to a frame by its number",
      style: { minWidth: `${`frame ${count} · ${length} of ${length}`.length}ch` },
      onClick: () => view.set({ overlay: "frame" }),
    },
    "frame ",
    createElement("strong", null, frame < 0 ? "–" : frame),
    ` · ${place} of ${length}`,
  );
}

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
