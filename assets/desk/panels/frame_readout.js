// @ts-check
import { createElement, useEffect, useRef } from "react";
import { clipAt, rangeOf } from "../session/clips.js";
import { useDesk, useStore } from "../context.js";
import { typedFrame } from "../timeline/timecode.js";

/** The number of the frame on the screen, and a field to go to another. */
export function FrameReadout() {
  const { view } = useDesk();
  const isField = useStore(view, ({ overlay }) => overlay === "frame");
  const isPressed = useRef(false);
  return isField ? createElement(FrameField) : createElement(FrameNumber, { isPressed });
}

/**
 * @param {object} props
 * @param {{current: boolean}} props.isPressed whether the field was opened by this button, which gets
 *   the focus back
 */
function FrameNumber({ isPressed }) {
  const { view, session, video } = useDesk();
  const frame = useStore(view, (value) => value.frame);
  const clips = useStore(session, (value) => value.clips);
  const [start, end] = rangeOf(clips, clipAt(clips, frame));
  const [length, count] = [end - start, video.frame_count];
  const place = frame < 0 ? "–" : frame - start + 1;
  useEffect(() => {
    isPressed.current = false;
  }, [isPressed]);
  return createElement(
    "button",
    {
      type: "button",
      className: "transport-frame figures",
      title: "Go to a frame by its number or time",
      style: { minWidth: `${`frame ${count} · ${length} of ${length}`.length}ch` },
      autoFocus: isPressed.current,
      onClick: () => {
        isPressed.current = true;
        view.set({ overlay: "frame" });
      },
    },
    "frame ",
    createElement("strong", null, frame < 0 ? "–" : frame),
    ` · ${place} of ${length}`,
  );
}

function FrameField() {
  const { view, player, session, video } = useDesk();
  const close = () => view.set({ overlay: "" });
  const check = (/** @type {HTMLInputElement} */ field) => {
    const { frame, refused } = typedFrame(field.value, video);
    field.setCustomValidity(refused);
    return frame;
  };
  return createElement(
    "form",
    {
      className: "transport-frame figures",
      onSubmit: (/** @type {import("react").FormEvent<HTMLFormElement>} */ event) => {
        event.preventDefault();
        player.seek(check(/** @type {HTMLInputElement} */ (event.currentTarget.elements.namedItem("frame"))));
        close();
      },
    },
    createElement("label", { htmlFor: "go-to-frame" }, "frame "),
    createElement("input", {
      id: "go-to-frame",
      name: "frame",
      type: "text",
      title: `A frame from 0 to ${video.frame_count - 1}, or a time such as 0:05, 1:02:03 or 5s`,
      autoFocus: true,
      autoComplete: "off",
      defaultValue: Math.max(0, view.value.frame),
      style: { width: "13ch" },
      onFocus: (/** @type {import("react").FocusEvent<HTMLInputElement>} */ event) =>
        event.currentTarget.select(),
      onChange: (/** @type {import("react").ChangeEvent<HTMLInputElement>} */ event) =>
        check(event.currentTarget),
      // In words of the desk and beside what else it refuses, not in a bubble of the browser.
      onInvalid: (/** @type {import("react").FormEvent<HTMLInputElement>} */ event) => {
        event.preventDefault();
        session.refuse(event.currentTarget.validationMessage);
        event.currentTarget.focus();
      },
      onBlur: close,
    }),
  );
}
