// @ts-check

/**
 * Clips to try things on; by default all of them pending, numbered from 1, and in no group.
 * @param {number} frameCount
 * @param {readonly number[]} cuts
 * @param {Partial<import("../../assets/desk/session/clips.js").Row>} [row]
 * @returns {import("../../assets/desk/session/clips.js").Clips}
 */
export function clipsOf(frameCount, cuts, row = {}) {
  const starts = [0, ...cuts];
  return {
    frameCount,
    starts,
    ids: row.ids ?? starts.map((_, index) => index + 1),
    letters: row.letters ?? "P".repeat(starts.length),
    groups: row.groups ?? starts.map(() => 0),
  };
}
