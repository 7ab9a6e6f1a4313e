// @ts-check
import { createElement } from "react";

/** Outlines on a square of 16. */
const PATHS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  back: "M10.5 3 4.5 8l6 5z",
  forward: "M5.5 3l6 5-6 5z",
  first: "M3 3h2v10H3zM13 3 6 8l7 5z",
  last: "M11 3h2v10h-2zM3 3l7 5-7 5z",
  loop: "M4 5h7.5V3L15 6l-3.5 3V7H6v2H4zM12 11H4.5v2L1 10l3.5-3v2H10V7h2z",
  slower: "M3 7h10v2H3z",
  faster: "M7 3h2v4h4v2H9v4H7V9H3V7h4z",
};

/**
 * @param {object} props
 * @param {keyof typeof PATHS} props.name
 */
export function Icon({ name }) {
  return createElement(
    "svg",
    { className: "icon", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": true },
    createElement("path", { d: PATHS[name], fill: "currentColor" }),
  );
}
