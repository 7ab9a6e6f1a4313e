// @ts-check
import { useEffect, useRef } from "react";

/**
 * What a part of the page draws on: a canvas with a pixel of its own for each of the screen, in the
 * colours of the page. Drawn at most once for each picture of the screen.
 */
export class Paper {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(paper: Paper) => void} draw
   */
  constructor(canvas, draw) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.draw = draw;
    /** Pixels of the canvas in a pixel of CSS. */
    this.scale = devicePixelRatio;
    this.family = getComputedStyle(canvas).fontFamily;
    /** Counts changes of size and colours; what was drawn elsewhere before is of no use then. */
    this.edition = 0;
    /** @type {Map<string, string>} */
    this.colours = new Map();
    this.request = 0;
    this.size = new ResizeObserver(([entry]) => this.#resize(entry));
    this.size.observe(canvas);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", this.#recolour);
  }

  get width() {
    return this.canvas.width;
  }

  get height() {
    return this.canvas.height;
  }

  /** Draw before the screen shows its next picture. */
  ask = () => {
    this.request ||= requestAnimationFrame(() => {
      this.request = 0;
      if (this.width && this.height) this.draw(this);
    });
  };

  /**
   * A colour of the page, as a canvas understands it.
   * @param {string} name of a custom property, without its dashes
   */
  colour(name) {
    let colour = this.colours.get(name);
    if (!colour) {
      // As a colour, and not as text: `light-dark()` is decided for this element.
      this.canvas.style.color = `var(--${name})`;
      colour = getComputedStyle(this.canvas).color;
      this.canvas.style.color = "";
      this.colours.set(name, colour);
    }
    return colour;
  }

  /**
   * @param {number} px size in pixels of CSS
   * @param {number} weight
   */
  font(px, weight = 400) {
    this.context.font = `${weight} ${px * this.scale}px ${this.family}`;
  }

  /**
   * The pixel under a pointer.
   * @param {{clientX: number, clientY: number}} event
   */
  pointAt({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    const x = Math.floor(((clientX - box.left) * this.width) / box.width);
    return { x, y: Math.floor(((clientY - box.top) * this.height) / box.height) };
  }

  close() {
    cancelAnimationFrame(this.request);
    this.size.disconnect();
    this.dark.removeEventListener("change", this.#recolour);
  }

  /** @param {ResizeObserverEntry} entry */
  #resize({ devicePixelContentBoxSize, contentRect }) {
    const exact = devicePixelContentBoxSize?.[0]; // not in every browser
    this.canvas.width = exact?.inlineSize ?? Math.round(contentRect.width * devicePixelRatio);
    this.canvas.height = exact?.blockSize ?? Math.round(contentRect.height * devicePixelRatio);
    this.scale = this.canvas.width / contentRect.width || devicePixelRatio;
    this.edition++;
    if (this.width && this.height) this.draw(this); // at once: a canvas is empty after this
  }

  #recolour = () => {
    this.colours.clear();
    this.edition++;
    this.ask();
  };
}

/**
 * A canvas of a component, drawn again whenever one of the stores changes.
 * @param {(paper: Paper) => void} draw
 * @param {{watch: (watcher: () => void) => () => void}[]} stores always as many
 */
export function usePaper(draw, stores) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const paper = useRef(/** @type {Paper | null} */ (null));
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => {
    if (!canvas.current) return;
    const made = (paper.current = new Paper(canvas.current, (paper) => latest.current(paper)));
    const ends = stores.map((store) => store.watch(made.ask));
    return () => {
      for (const end of ends) end();
      made.close();
    };
  }, stores);
  return { canvas, paper };
}
