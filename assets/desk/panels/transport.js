// @ts-check
import { createElement } from "react";
import { CommandButton } from "./command_button.js";
import { useDesk, useStore } from "../context.js";
import { FrameReadout } from "./frame_readout.js";
import { Icon } from "./icons.js";
import { timecode } from "../timeline/timecode.js";

/** Playing: what is shown, how fast, and how it is known to be exact. */
export function Transport() {
  const { view, player } = useDesk();
  const playing = useStore(view, (value) => value.playing);
  const speed = useStore(view, (value) => value.speed);
  const loop = useStore(view, (value) => value.loop);
  const preview = useStore(view, (value) => value.preview);
  return createElement(
    "div",
    { className: "transport", role: "group", "aria-label": "Playing" },
    createElement(
      "div",
      { className: "transport-buttons" },
      button("first_frame", "first", "First frame of the clip"),
      button("step_back", "back", "One frame back"),
      button("play", playing ? "pause" : "play", playing ? "Pause" : "Play", "transport-play"),
      button("step_forward", "forward", "One frame forward"),
      button("last_frame", "last", "Last frame of the clip"),
    ),
    createElement(
      "div",
      { className: "transport-buttons" },
      button("slower", "slower", "Slower"),
      createElement(
        "button",
        {
          type: "button",
          className: "transport-button transport-speed figures",
          title: "Back to 1×",
          "aria-label": `Speed ${speed}×`,
          onClick: () => (player.speed = 1),
        },
        `${speed}×`,
      ),
      button("faster", "faster", "Faster"),
      createElement(
        CommandButton,
        { name: "loop", className: "transport-button", pressed: loop, label: "Loop in the clip" },
        createElement(Icon, { name: "loop" }),
      ),
      createElement(
        CommandButton,
        { name: "preview_export", className: "transport-button", pressed: preview },
        "Preview",
      ),
    ),
    createElement(FrameReadout),
    createElement(Timecode),
    createElement(Exactness),
  );
}

/**
 * @param {string} name
 * @param {Parameters<typeof Icon>[0]["name"]} icon
 * @param {string} label
 * @param {string} [className]
 */
const button = (name, icon, label, className = "") =>
  createElement(
    CommandButton,
    { name, label, className: `transport-button ${className}` },
    createElement(Icon, { name: icon }),
  );

function Timecode() {
  const { view, video } = useDesk();
  const words = useStore(view, ({ frame }) => (frame < 0 ? "" : timecode(frame, video)));
  return createElement("span", { className: "transport-timecode figures" }, words);
}

/** Which player shows the frames; both are exact, or they would show none. */
function Exactness() {
  const { view } = useDesk();
  const player = useStore(view, (value) => value.player);
  const why = useStore(view, (value) => value.why_fallback);
  const means = { webcodecs: " (WebCodecs)", video: ` (video element): ${why}` }[player];
  return createElement(
    "span",
    { className: "transport-exact faint", title: `exact${means}` },
    "exact",
    createElement("span", { className: "transport-means" }, means),
  );
}
