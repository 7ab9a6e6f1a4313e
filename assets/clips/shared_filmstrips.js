// @ts-check
import { Filmstrip } from "../webcodecs/filmstrip.js";

/** @type {Map<string, {filmstrip: Filmstrip, users: number}>} by the address of the proxy */
const shared = new Map();

/**
 * Take part in the one filmstrip of a proxy on this page.
 * @param {import("../webcodecs/core.js").Source} source
 * @returns {{filmstrip: Filmstrip, leave: () => void}} the last to leave closes it
 */
export function shareFilmstrip(source) {
  const entry = shared.get(source.src) ?? { filmstrip: new Filmstrip(source), users: 0 };
  shared.set(source.src, entry);
  entry.users++;
  return {
    filmstrip: entry.filmstrip,
    leave() {
      if (--entry.users > 0) return;
      shared.delete(source.src);
      entry.filmstrip.close();
    },
  };
}
