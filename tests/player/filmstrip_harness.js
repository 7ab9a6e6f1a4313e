// @ts-check
/** What tests of the filmstrip run in a page: bundled, and there as `thumbnails`. */
import { Filmstrip } from "../../assets/webcodecs/filmstrip.js";
import { readBarcode } from "./barcode.js";

/** @type {Set<ImageBitmap>} not closed yet */
const openBitmaps = new Set();
const make = globalThis.createImageBitmap;
const { close } = ImageBitmap.prototype;
globalThis.createImageBitmap = async (/** @type {[any]} */ ...what) => {
  const bitmap = await make(...what);
  openBitmaps.add(bitmap);
  return bitmap;
};
ImageBitmap.prototype.close = function () {
  openBitmaps.delete(this);
  close.call(this);
};

/** @type {VideoFrame[]} all that a decoder has given out */
const pictures = [];
if ("VideoDecoder" in globalThis) {
  const Decoder = globalThis.VideoDecoder;
  globalThis.VideoDecoder = class extends Decoder {
    /** @param {VideoDecoderInit} init */
    constructor({ output, error }) {
      super({ output: (picture) => (pictures.push(picture), output(picture)), error });
    }
  };
}

/**
 * Ask for thumbnails until all of them have been there.
 * @param {Filmstrip} filmstrip
 * @param {number[]} frames
 * @param {number} heightPx
 * @returns {Promise<[asked: number, seen: number][]>} in the order in which they came
 */
function seen(filmstrip, frames, heightPx) {
  const missing = new Set(frames);
  /** @type {[number, number][]} */
  const answers = [];
  return new Promise((resolve) => {
    const look = () => {
      for (const frame of missing) {
        const thumbnail = filmstrip.request(frame, heightPx);
        if (!thumbnail) continue;
        missing.delete(frame);
        answers.push([frame, numberOn(thumbnail)]);
      }
      if (!missing.size) resolve(answers);
    };
    filmstrip.watch(look);
    look();
  });
}

/** @param {ImageBitmap} thumbnail */
function numberOn(thumbnail) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [thumbnail.width, thumbnail.height];
  canvas.getContext("2d")?.drawImage(thumbnail, 0, 0);
  return readBarcode(canvas);
}

Object.assign(globalThis, {
  thumbnails: {
    Filmstrip,
    seen,
    decoded: () => pictures.length,
    openPictures: () => pictures.filter((picture) => picture.format !== null).length,
    openBytes: () => [...openBitmaps].reduce((sum, { width, height }) => sum + 4 * width * height, 0),
  },
});
