// @ts-check

/** From how long a key is held on, in ms, it steps over how many frames at a time. */
const STEPS = [
  [3200, 16],
  [2400, 8],
  [1600, 4],
  [800, 2],
];

/**
 * How many frames a step takes while its key is held.
 * @param {number} heldMs since the key went down
 */
export const framesPerStep = (heldMs) => STEPS.find(([fromMs]) => heldMs >= fromMs)?.[1] ?? 1;
