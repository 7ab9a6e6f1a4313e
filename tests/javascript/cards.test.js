// @ts-check
import { expect, test } from "bun:test";
import { cardBeside } from "../../assets/clips/cards.js";

/** Seven cards in rows of three. */
const cards = Array.from({ length: 7 }, (_, index) => ({
  getBoundingClientRect: () => ({ left: (index % 3) * 100, top: Math.floor(index / 3) * 80 }),
}));

/**
 * @param {number} index
 * @param {string} arrow
 * @returns {number} -1 where there is none
 */
function beside(index, arrow) {
  const next = cardBeside(cards, cards[index], arrow);
  return next ? cards.indexOf(next) : -1;
}

test("any arrow leads to the first card when none has the focus", () => {
  expect(cardBeside(cards, null, "arrowup")).toBe(cards[0]);
});

test("left and right follow the order of reading, and end at its ends", () => {
  expect(beside(2, "arrowright")).toBe(3);
  expect(beside(3, "arrowleft")).toBe(2);
  expect(beside(0, "arrowleft")).toBe(-1);
  expect(beside(6, "arrowright")).toBe(-1);
});

test("up and down stay in the column", () => {
  expect(beside(1, "arrowdown")).toBe(4);
  expect(beside(6, "arrowup")).toBe(3);
  expect(beside(5, "arrowdown")).toBe(-1);
  expect(beside(0, "arrowup")).toBe(-1);
});
