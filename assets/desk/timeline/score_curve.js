// @ts-check
import { createElement, useRef } from "react";
import { doubtfulCuts } from "../detection/certainty.js";
import { useDesk, useStore } from "../context.js";
import { scrub, useHand } from "./hand.js";
import { drawLabel, drawPlayhead } from "./timeline_marks.js";
import { usePaper } from "./paper.js";
import { columns, heightOf } from "./score_peaks.js";
import { Viewport, clamp } from "./viewport.js";

/** In pixels of CSS: room for the signs above the curve, and the size of these. */
const HEAD_PX = 12;
const SIGN_PX = 11;
const SIGN_FROM_PX = 8;

/** How much each frame looks like the first of a new scene, over the same frames as the strip. */
export function ScoreCurve() {
  const desk = useDesk();
  const { scores, session, video, view } = desk;
  const hasScores = useStore(scores, (value) => value.scores !== null);
  const snaps = useStore(view, (value) => value.snaps);
  const pointed = useRef(-1);
  const curve = useRef(/** @type {Curve | null} */ (null));

  const { canvas, paper } = usePaper(
    (paper) => {
      const viewport = new Viewport(view.value.shown, paper.width);
      paper.context.fillStyle = paper.colour("ground");
      paper.context.fillRect(0, 0, paper.width, paper.height);
      if (scores.value.scores) {
        if (curve.current?.scores !== scores.value.scores) {
          curve.current = new Curve(scores.value.scores, video.threshold);
        }
        curve.current.draw(paper, viewport, desk);
        if (pointed.current >= 0) curve.current.drawValue(paper, viewport, pointed.current);
      }
      drawPlayhead(paper, desk, viewport);
    },
    [view, session, scores],
  );
  useHand(desk, paper, {
    viewport: ({ width }) => new Viewport(view.value.shown, width),
    isZoomed: true,
    take: (_point, _event, paper) => scrub(desk, () => new Viewport(view.value.shown, paper.width)),
    hover(point, _event, paper) {
      const viewport = new Viewport(view.value.shown, paper.width);
      pointed.current = point ? clamp(viewport.frameAt(point.x), 0, video.frame_count - 1) : -1;
      paper.ask();
    },
  });
  return createElement(
    "div",
    { className: "timeline score-curve" },
    createElement("canvas", {
      ref: canvas,
      role: "img",
      "aria-label": hasScores
        ? `The detector's score of each frame (${video.detector})`
        : "No scores of a detector are known for this video",
    }),
    hasScores
      ? createElement(
          "button",
          {
            type: "button",
            className: "chip strip-snap",
            title: "Let dragged cuts snap to peaks of the detector's score (Shift does the opposite)",
            "aria-pressed": snaps,
            onClick: () => view.set({ snaps: !snaps }),
          },
          "Snap",
        )
      : createElement("p", { className: "timeline-words faint" }, "no scores"),
  );
}

/** The drawing of one video's scores. */
class Curve {
  /**
   * @param {Float32Array} scores
   * @param {number} threshold at which the scale turns from even to logarithmic
   */
  constructor(scores, threshold) {
    this.scores = scores;
    this.threshold = threshold;
    this.highest = scores.reduce((highest, score) => Math.max(highest, score), 0);
    /** @type {{viewport: Viewport, columns: ReturnType<typeof columns>} | null} */
    this.last = null;
  }

  /**
   * @param {import("./paper.js").Paper} paper
   * @param {number} score
   * @returns {number} the pixel's row
   */
  rowOf({ height, scale }, score) {
    const head = HEAD_PX * scale;
    return height - 1 - (height - 1 - head) * heightOf(score, this.threshold, this.highest);
  }

  /**
   * @param {import("./paper.js").Paper} paper
   * @param {Viewport} viewport
   * @param {import("../context.js").Desk} desk
   */
  draw(paper, viewport, desk) {
    const { context, scale, width, height } = paper;
    const { least, highest } = this.#columns(viewport);
    context.fillStyle = paper.colour("text");
    for (let px = 0; px < width; px++) {
      if (!(highest[px] > 0)) continue;
      const top = this.rowOf(paper, highest[px]);
      context.globalAlpha = 0.5;
      context.fillRect(px, top, 1, height - top);
      context.globalAlpha = 1;
      context.fillRect(px, top, 1, Math.max(scale, this.rowOf(paper, least[px]) - top));
    }
    const isTrying = desk.view.value.task === "detect";
    this.#drawThreshold(paper, isTrying ? desk.view.value.threshold : this.threshold, isTrying);
    this.#drawDoubts(paper, viewport, doubtfulCuts(desk));
  }

  /**
   * @param {import("./paper.js").Paper} paper
   * @param {number} threshold
   * @param {boolean} isTried
   */
  #drawThreshold(paper, threshold, isTried) {
    const { context, scale, width } = paper;
    const line = Math.round(this.rowOf(paper, threshold));
    context.fillStyle = paper.colour(isTried ? "accent" : "faint");
    context.fillRect(0, line, width, Math.max(1, Math.round(scale)));
    paper.font(SIGN_PX - 1);
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(`threshold ${threshold}`, 4 * scale, line - scale);
  }

  /** @param {Viewport} viewport */
  #columns(viewport) {
    const { from, to, widthPx } = this.last?.viewport ?? {};
    if (!this.last || from !== viewport.from || to !== viewport.to || widthPx !== viewport.widthPx) {
      this.last = { viewport, columns: columns(this.scores, viewport) };
    }
    return this.last.columns;
  }

  /**
   * Write what a frame's score is.
   * @param {import("./paper.js").Paper} paper
   * @param {Viewport} viewport
   * @param {number} frame
   */
  drawValue(paper, viewport, frame) {
    const { context, scale } = paper;
    const left = viewport.leftOf(frame);
    const middle = (left + Math.max(left + 1, viewport.leftOf(frame + 1))) / 2;
    context.fillStyle = paper.colour("text");
    context.beginPath();
    context.arc(middle, this.rowOf(paper, this.scores[frame]), 3 * scale, 0, 2 * Math.PI);
    context.fill();
    drawLabel(paper, `${frame}: ${written(this.scores[frame])}`, middle, 2 * scale);
  }

  /**
   * @param {import("./paper.js").Paper} paper
   * @param {Viewport} viewport
   * @param {ReadonlySet<number>} doubtful
   */
  #drawDoubts(paper, viewport, doubtful) {
    const { context, scale } = paper;
    paper.font(SIGN_PX, 700);
    context.textAlign = "center";
    context.textBaseline = "top";
    context.fillStyle = paper.colour("text");
    let right = -Infinity;
    for (const cut of [...doubtful].sort((one, other) => one - other)) {
      const x = viewport.leftOf(cut);
      if (x < right || x > viewport.widthPx) continue;
      context.fillText("?", x, scale);
      right = x + SIGN_FROM_PX * scale;
    }
  }
}

/**
 * A score in three digits or so.
 * @param {number} score
 */
const written = (score) => score.toFixed(score >= 100 ? 0 : score >= 10 ? 1 : score >= 1 ? 2 : 3);
