// @ts-check
import { doubtfulCuts } from "../detection/certainty.js";
import { clipAt, endOf } from "../session/clips.js";
import { proposalOf } from "../detection/proposal.js";

/** All in pixels of CSS. */
const CELL_FROM_PX = 6;
const HALO_FROM_PX = 6;
const LINE_FROM_PX = 3;
const GRIP_FROM_PX = 30;
const GRIP_WIDTH_PX = 12;
const GRIP_HEIGHT_PX = 16;
const GRIP_FOOT_PX = 7;
const LABEL_PX = 12;
const DASHES_PX = [4, 3];

/**
 * Draw where the player is: around the frame on the screen, or as a line where frames are too narrow;
 * and, while that is another, a thin line at the frame it is asked for.
 * @param {import("./paper.js").Paper} paper
 * @param {import("../context.js").Desk} desk
 * @param {import("./viewport.js").Viewport} viewport
 */
export function drawPlayhead(paper, { player, view }, viewport) {
  const { context, scale, height } = paper;
  const { frame } = view.value;
  context.fillStyle = context.strokeStyle = paper.colour("accent");
  const line = Math.round(2 * scale);
  if (player.target !== frame) {
    context.fillRect(viewport.leftOf(player.target), 0, Math.max(1, line >> 1), height);
  }
  if (frame < 0) return;
  const left = viewport.leftOf(frame);
  const width = viewport.leftOf(frame + 1) - left;
  if (width < CELL_FROM_PX * scale) {
    context.fillRect(left, 0, line, height);
  } else {
    context.lineWidth = line;
    context.strokeRect(left + line / 2, line / 2, width - line, height - line);
  }
}

/**
 * Draw the cuts: doubtful and confirmed ones say so; those on trial are dashed, as are those that would
 * go; the one that a pointer holds is where it would land.
 * @param {import("./paper.js").Paper} paper
 * @param {import("../context.js").Desk} desk
 * @param {import("./viewport.js").Viewport} viewport
 * @param {import("./cut_grip.js").MovedCut | null} moved
 */
export function drawCuts(paper, desk, viewport, moved) {
  const { clips, checked } = desk.session.value;
  const { starts } = clips;
  const proposed = proposalOf(desk)?.cuts;
  const kept = proposed && new Set(proposed);
  const doubtful = doubtfulCuts(desk);
  const { cut: examined, cut_to, task } = desk.view.value;
  const isChecking = task === "cuts";
  const tried = isChecking && cut_to >= 0 ? { frame: examined, toFrame: cut_to, isPeak: false } : null;
  const landing = moved ?? tried;
  for (let i = clipAt(clips, viewport.from); i < starts.length && starts[i] <= viewport.to; i++) {
    const cut = starts[i];
    if (cut === 0) continue;
    const frames = Math.min(cut - starts[i - 1], endOf(clips, i) - cut);
    const room = frames * viewport.pxPerFrame;
    if (room < LINE_FROM_PX * paper.scale) continue; // a surface of cuts, not lines
    const x = viewport.leftOf(cut);
    const goes = landing?.frame === cut || (kept !== undefined && !kept.has(cut));
    const isExamined = isChecking && examined === cut;
    drawLine(paper, x, goes ? "faint" : isExamined ? "accent" : "text", room, goes);
    if (goes || room < GRIP_FROM_PX * paper.scale) continue;
    drawGrip(paper, x, checked.has(cut) ? "✓" : doubtful.has(cut) ? "?" : "", isExamined);
  }
  for (const cut of proposed ?? []) {
    if (cut < viewport.from || cut > viewport.to || starts[clipAt(clips, cut)] === cut) continue;
    drawLine(paper, viewport.leftOf(cut), "accent", Infinity, true);
  }
  if (landing) {
    drawLine(paper, viewport.leftOf(landing.toFrame), "accent", Infinity, false);
    drawLanding(paper, viewport, landing);
  }
}

/**
 * @param {import("./paper.js").Paper} paper
 * @param {number} x
 * @param {string} colour
 * @param {number} room to the nearest other cut, in pixels of the canvas
 * @param {boolean} isDashed
 */
function drawLine(paper, x, colour, room, isDashed) {
  const { context, scale, height } = paper;
  const width = Math.max(1, Math.round(scale));
  if (room >= HALO_FROM_PX * scale) {
    context.fillStyle = paper.colour("ground");
    context.fillRect(x - width, 0, 3 * width, height);
  }
  context.strokeStyle = paper.colour(colour);
  context.lineWidth = isDashed ? 2 * width : width;
  context.setLineDash(isDashed ? DASHES_PX.map((px) => px * scale) : []);
  context.beginPath();
  context.moveTo(x + width / 2, 0);
  context.lineTo(x + width / 2, height);
  context.stroke();
  context.setLineDash([]);
}

/**
 * Draw what a cut is taken hold of by.
 * @param {import("./paper.js").Paper} paper
 * @param {number} x
 * @param {string} sign
 * @param {boolean} isExamined
 */
function drawGrip(paper, x, sign, isExamined) {
  const { context, scale } = paper;
  const [width, height] = [GRIP_WIDTH_PX * scale, GRIP_HEIGHT_PX * scale];
  const middle = x + Math.max(1, Math.round(scale)) / 2;
  const top = paper.height - GRIP_FOOT_PX * scale - height;
  context.fillStyle = paper.colour(isExamined ? "accent" : "text");
  context.strokeStyle = paper.colour("ground");
  context.lineWidth = scale;
  context.beginPath();
  context.roundRect(middle - width / 2, top, width, height, 3 * scale);
  context.fill();
  context.stroke();
  paper.font(LABEL_PX - 1, 700);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = paper.colour("ground");
  context.fillText(sign || "‖", middle, top + height / 2 + scale / 2);
}

/**
 * Write where a held cut would land, and how far that is.
 * @param {import("./paper.js").Paper} paper
 * @param {import("./viewport.js").Viewport} viewport
 * @param {import("./cut_grip.js").MovedCut} moved
 */
function drawLanding(paper, viewport, { frame, toFrame, isPeak }) {
  const by = toFrame - frame;
  const words = `${toFrame}${by ? ` (${by > 0 ? "+" : "−"}${Math.abs(by)})` : ""}${isPeak ? " peak" : ""}`;
  drawLabel(paper, words, viewport.leftOf(toFrame), 2 * paper.scale);
}

/**
 * Write on a ground of its own, within the canvas.
 * @param {import("./paper.js").Paper} paper
 * @param {string} words
 * @param {number} x beside which to write, in pixels of the canvas
 * @param {number} top
 */
export function drawLabel(paper, words, x, top) {
  const { context, scale } = paper;
  paper.font(LABEL_PX, 600);
  const margin = 5 * scale;
  const width = context.measureText(words).width + 2 * margin;
  const left = x + width + margin > paper.width ? x - width - margin : x + margin;
  context.fillStyle = paper.colour("accent");
  context.beginPath();
  context.roundRect(left, top, width, (LABEL_PX + 4) * scale, 3 * scale);
  context.fill();
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = paper.colour("on-accent");
  context.fillText(words, left + margin, top + ((LABEL_PX + 4) * scale) / 2 + scale / 2);
}
