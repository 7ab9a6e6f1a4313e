// @ts-check

/**
 * Fetch the detector's scores into the desk. Without them the desk works, and shows no curve.
 * @param {import("../context.js").Desk} desk
 * @returns {() => void} ends it
 */
export function fetchScores({ video, scores }) {
  const ending = new AbortController();
  if (video.scores_src) {
    fetch(video.scores_src, { signal: ending.signal })
      .then((response) => (response.ok ? response.arrayBuffer() : null))
      .then((bytes) => bytes && scores.set({ scores: floats(bytes) }))
      .catch(() => {}); // closed meanwhile, or no connection
  }
  return () => ending.abort();
}

/**
 * Numbers as the pipeline stores them: float32, little-endian, whatever this machine prefers.
 * @param {ArrayBuffer} bytes
 */
export function floats(bytes) {
  const view = new DataView(bytes);
  return Float32Array.from({ length: bytes.byteLength >> 2 }, (_, i) => view.getFloat32(4 * i, true));
}
