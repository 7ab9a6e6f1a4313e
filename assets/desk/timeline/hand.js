// @ts-check
import { useEffect } from "react";
import { EdgeScroll } from "./edge_scroll.js";
import { heldDesks } from "./showing.js";
import { Viewport, clamp, panned, pinched, zoomed } from "./viewport.js";

const WHEEL_ZOOM = 1.0015;
const WHEEL_LINE_PX = 16;

/**
 * A point on a canvas, in its own pixels.
 * @typedef {{x: number, y: number}} Point
 *
 * Something that a pointer has taken hold of.
 * @typedef {object} Grip
 * @property {(point: Point, event: {shiftKey: boolean}) => void} move
 * @property {() => void} drop
 * @property {() => void} cancel leaves everything as it was before
 * @property {import("./viewport.js").Range} [reach] frames among which the strip scrolls along, when it
 *   is dragged to the strip's edge
 *
 * @typedef {import("./paper.js").Paper} Paper
 *
 * How a timeline answers to a pointer.
 * @typedef {object} Reactions
 * @property {(paper: Paper) => Viewport} viewport where frames are at the moment
 * @property {boolean} isZoomed whether the canvas shows what two fingers zoom
 * @property {(point: Point, event: PointerEvent, paper: Paper) => Grip} take
 * @property {(point: Point | null, event: PointerEvent, paper: Paper) => void} hover null when the
 *   pointer has left
 */

/**
 * A pointer, or two, on a timeline: what is pressed is taken hold of until it is let go, Escape lets
 * go without effect; the wheel zooms around the pointer, and pans sideways; so do two fingers.
 */
class Hand {
  /**
   * @param {import("../context.js").Desk} desk
   * @param {Paper} paper
   * @param {Reactions} reactions
   */
  constructor(desk, paper, reactions) {
    this.desk = desk;
    this.paper = paper;
    this.reactions = reactions;
    /** @type {Grip | null} */
    this.grip = null;
    /** @type {Map<number, {frame: number, x: number}>} points in time under pointers that are down */
    this.held = new Map();
    /** Where the pointer that holds something is; null until it has moved. @type {PointerEvent | null} */
    this.dragged = null;
    this.scrolling = new EdgeScroll(desk, paper, () => {
      if (this.dragged) this.grip?.move(this.#pointOf(this.dragged), this.dragged);
    });
    const { canvas } = paper;
    this.listening = new AbortController();
    const { signal } = this.listening;
    canvas.addEventListener("pointerdown", this.#press, { signal });
    canvas.addEventListener("pointermove", this.#move, { signal });
    canvas.addEventListener("pointerup", this.#release, { signal });
    canvas.addEventListener("pointercancel", this.#lose, { signal });
    canvas.addEventListener("pointerleave", (event) => reactions.hover(null, event, paper), { signal });
    canvas.addEventListener("wheel", this.#wheel, { signal, passive: false });
    addEventListener("keydown", this.#escape, { signal, capture: true });
  }

  close() {
    this.listening.abort();
    this.#let("cancel");
  }

  #press = (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    const point = this.#pointOf(event);
    this.paper.canvas.setPointerCapture(event.pointerId);
    this.held.set(event.pointerId, { frame: 0, x: point.x });
    if (this.held.size > 1) {
      this.#let("cancel");
      const viewport = this.reactions.viewport(this.paper);
      for (const held of this.held.values()) held.frame = viewport.pointAt(held.x);
    } else {
      this.grip = this.reactions.take(point, event, this.paper);
      if (this.reactions.isZoomed) heldDesks.add(this.desk);
      this.grip.move(point, event);
    }
  };

  #move = (/** @type {PointerEvent} */ event) => {
    const point = this.#pointOf(event);
    const held = this.held.get(event.pointerId);
    if (held) held.x = point.x;
    if (this.grip) {
      this.grip.move(point, event);
      this.#scroll(event);
    } else if (this.held.size === 2) this.#pinch();
    else if (!held) this.reactions.hover(point, event, this.paper);
  };

  /** @param {PointerEvent} event that has moved what is held */
  #scroll(event) {
    this.dragged = event;
    const reach = this.reactions.isZoomed && this.grip?.reach;
    if (reach) this.scrolling.hold(this.paper.pointAt(event).x, reach);
  }

  /**
   * The pixel under a pointer, or the nearest one if it has left the canvas while pressed.
   * @param {PointerEvent} event
   */
  #pointOf(event) {
    const { x, y } = this.paper.pointAt(event);
    return { x: clamp(x, 0, this.paper.width - 1), y };
  }

  #release = (/** @type {PointerEvent} */ event) => {
    this.held.delete(event.pointerId);
    this.#let("drop");
  };

  #lose = (/** @type {PointerEvent} */ event) => {
    this.held.delete(event.pointerId);
    this.#let("cancel");
  };

  #escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !this.grip) return;
    event.stopImmediatePropagation();
    this.#let("cancel");
  };

  /** @param {"drop" | "cancel"} how */
  #let(how) {
    const { grip } = this;
    this.grip = null;
    this.dragged = null;
    this.scrolling.stop();
    grip?.[how]();
    heldDesks.delete(this.desk);
  }

  #pinch() {
    const [one, other] = this.held.values();
    if (!this.reactions.isZoomed || one.frame === other.frame) return;
    const { view, video } = this.desk;
    view.set({ shown: pinched(one, other, this.paper.width, video.frame_count) });
  }

  #wheel = (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    const { view, video } = this.desk;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : WHEEL_LINE_PX;
    const { shown } = view.value;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const { pxPerFrame } = new Viewport(shown, this.paper.width);
      const frames = (event.deltaX * unit * this.paper.scale) / pxPerFrame;
      view.set({ shown: panned(shown, frames, video.frame_count) });
    } else {
      const anchor = this.reactions.viewport(this.paper).pointAt(this.paper.pointAt(event).x);
      view.set({ shown: zoomed(shown, WHEEL_ZOOM ** (event.deltaY * unit), anchor, video.frame_count) });
    }
  };
}

/**
 * The grip on the playhead: the player shows the frame under the pointer.
 * @param {import("../context.js").Desk} desk
 * @param {() => Viewport} viewport as it is at the moment
 * @returns {Grip}
 */
export function scrub({ player, video }, viewport) {
  const before = player.target;
  const wasPlaying = player.playing;
  player.pause();
  return {
    move: ({ x }) => void player.seek(clamp(viewport().frameAt(x), 0, video.frame_count - 1)),
    drop: () => void (wasPlaying && player.play()),
    cancel: () => void player.seek(before),
    reach: [0, video.frame_count],
  };
}

/**
 * Let a pointer act on a canvas.
 * @param {import("../context.js").Desk} desk
 * @param {import("react").RefObject<Paper | null>} paper
 * @param {Reactions} reactions those of the first rendering stay
 */
export function useHand(desk, paper, reactions) {
  useEffect(() => {
    if (!paper.current) return;
    const hand = new Hand(desk, paper.current, reactions);
    return () => hand.close();
  }, [desk]);
}
