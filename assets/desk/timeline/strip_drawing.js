// @ts-check
import { drawLetter, stateColour } from "../../clips/bands.js";
import { cellsOf, framesPerCell } from "./cells.js";
import { clipAt, rangeOf } from "../session/clips.js";
import { drawCuts, drawPlayhead } from "./timeline_marks.js";
import { frameWords } from "./timecode.js";

/** All in pixels of CSS. */
const HEAD_PX = 18;
const FOOT_PX = 3;
const BADGE_PX = 14;
const WORDS_FROM_PX = 96;
const PICTURE_FROM_PX = 12;
const GAP_FROM_PX = 24;

/** How opaque things are: pictures that will not be exported, the heads of clips. */
const FAINT = 0.4;
const CURRENT = 0.4;
const OTHER = 0.16;

/**
 * Draw the filmstrip: a head that tells clips apart, their frames, the cuts between them, the playhead.
 * @param {import("./paper.js").Paper} paper
 * @param {import("../context.js").Desk} desk
 * @param {import("./viewport.js").Viewport} viewport
 * @param {import("./cut_grip.js").MovedCut | null} moved the cut that a pointer holds
 */
export function drawStrip(paper, desk, viewport, moved) {
  const { context, width, height } = paper;
  const { clips } = desk.session.value;
  context.fillStyle = paper.colour("ground");
  context.fillRect(0, 0, width, height);
  const first = clipAt(clips, viewport.from);
  const pictures = new Pictures(paper, desk, viewport);
  for (let i = first; i < clips.starts.length && clips.starts[i] < viewport.to; i++) {
    const [start, end] = rangeOf(clips, i);
    if (viewport.leftOf(start) === viewport.leftOf(end)) continue; // none of the pixels shows it
    drawClip(paper, desk, viewport, i);
    pictures.draw([start, end], clips.letters[i]);
  }
  pictures.askForMissing();
  drawCuts(paper, desk, viewport, moved);
  drawPlayhead(paper, desk, viewport);
}

/**
 * What stands over and under a clip's frames: its state, its place in the video, its length.
 * @param {import("./paper.js").Paper} paper
 * @param {import("../context.js").Desk} desk
 * @param {import("./viewport.js").Viewport} viewport
 * @param {number} index
 */
function drawClip(paper, { session, view }, viewport, index) {
  const { context, scale, height } = paper;
  const { clips } = session.value;
  const [start, end] = rangeOf(clips, index);
  const left = Math.max(0, viewport.leftOf(start));
  const width = Math.min(viewport.widthPx, viewport.leftOf(end)) - left;
  const isCurrent = start <= view.value.frame && view.value.frame < end;
  const colour = stateColour(paper, clips.letters[index]);
  context.fillStyle = colour;
  context.globalAlpha = isCurrent ? CURRENT : OTHER;
  context.fillRect(left, 0, width, HEAD_PX * scale);
  context.globalAlpha = 1;
  context.fillRect(left, height - FOOT_PX * scale, width, FOOT_PX * scale);
  const badge = BADGE_PX * scale;
  const margin = (HEAD_PX * scale - badge) / 2;
  if (width < badge + 2 * margin) return;
  const middle = { x: left + margin + badge / 2, y: margin + badge / 2 };
  context.fillStyle = colour;
  context.fillRect(left + margin, margin, badge, badge);
  drawLetter(paper, clips.letters[index], middle.x, middle.y);
  if (width < WORDS_FROM_PX * scale) return;
  paper.font(11, isCurrent ? 600 : 400);
  context.textAlign = "left";
  context.fillStyle = paper.colour(isCurrent ? "text" : "faint");
  const marked = view.value.marked.has(start) ? " · marked" : "";
  const grouped = clips.groups[index] ? " · grouped" : "";
  const words = `${index + 1} · ${frameWords(end - start)}${grouped}${marked}`;
  context.save();
  context.beginPath();
  context.rect(left, 0, width - margin, HEAD_PX * scale);
  context.clip();
  context.fillText(words, left + badge + 3 * margin, middle.y + scale / 2);
  context.restore();
}

/** The pictures of one drawing of the strip. */
class Pictures {
  /**
   * @param {import("./paper.js").Paper} paper
   * @param {import("../context.js").Desk} desk
   * @param {import("./viewport.js").Viewport} viewport
   */
  constructor(paper, desk, viewport) {
    this.paper = paper;
    this.desk = desk;
    this.viewport = viewport;
    this.top = HEAD_PX * paper.scale;
    this.height = Math.max(1, Math.round(paper.height - (HEAD_PX + FOOT_PX) * paper.scale));
    const { width, height } = desk.video;
    this.width = (this.height * width) / height;
    this.step = framesPerCell(viewport.pxPerFrame, this.width);
    /** @type {number[]} */
    this.missing = [];
  }

  /**
   * @param {import("../session/clips.js").Range} range of a clip
   * @param {string} letter of its state
   */
  draw([start, end], letter) {
    const { paper, viewport } = this;
    const { context, scale } = paper;
    const isJudging = this.desk.view.value.task === "clip";
    context.globalAlpha = isJudging && "SD".includes(letter) ? FAINT : 1;
    for (const cell of cellsOf(start, end, this.step, [viewport.from, viewport.to])) {
      const left = viewport.leftOf(cell.start);
      const width = viewport.leftOf(cell.end) - left;
      const gap = width >= GAP_FROM_PX * scale ? Math.round(scale) : 0;
      const hasRoom = width >= PICTURE_FROM_PX * scale;
      const picture = hasRoom ? this.#pictureOf(cell.picture) : null;
      if (picture) {
        this.#fill(picture, left, width - gap);
      } else {
        context.fillStyle = hasRoom ? paper.colour("raised") : stateColour(paper, letter);
        context.fillRect(left, this.top, width - gap, this.height);
      }
    }
    context.globalAlpha = 1;
  }

  /** Those nearest to the playhead are wanted most. */
  askForMissing() {
    const { frame } = this.desk.view.value;
    this.missing.sort((one, other) => Math.abs(one - frame) - Math.abs(other - frame));
    this.desk.filmstrip.want(this.missing, "strip");
  }

  /** @param {number} frame */
  #pictureOf(frame) {
    const picture = this.desk.filmstrip.request(frame, this.height, "strip");
    if (!picture) this.missing.push(frame);
    return picture;
  }

  /**
   * Draw as much of a picture's middle as has room, as large as its cell if that is a little wider.
   * @param {ImageBitmap} picture
   * @param {number} left
   * @param {number} width
   */
  #fill(picture, left, width) {
    const { context } = this.paper;
    const isWide = width > this.width * Math.SQRT2;
    const shown = isWide ? this.width : width;
    const zoom = Math.max(1, shown / picture.width, this.height / picture.height);
    const [sourceWidth, sourceHeight] = [shown / zoom, this.height / zoom];
    const x = (picture.width - sourceWidth) / 2;
    const y = (picture.height - sourceHeight) / 2;
    if (isWide) {
      context.fillStyle = this.paper.colour("raised");
      context.fillRect(left, this.top, width, this.height);
    }
    const from = left + (width - shown) / 2;
    context.drawImage(picture, x, y, sourceWidth, sourceHeight, from, this.top, shown, this.height);
  }
}
