// @ts-check
/** Where things are on the page, without React. */

/**
 * The card that an arrow key leads to; the first one if none has the focus.
 * @template {{getBoundingClientRect(): {left: number, top: number}}} Card
 * @param {Card[]} cards in reading order
 * @param {Card | null} from
 * @param {string} arrow
 * @returns {Card | undefined}
 */
export function cardBeside(cards, from, arrow) {
  if (!from) return cards[0];
  const index = cards.indexOf(from);
  if (arrow === "arrowleft") return cards[index - 1];
  if (arrow === "arrowright") return cards[index + 1];
  const here = from.getBoundingClientRect();
  const step = arrow === "arrowdown" ? 1 : -1;
  for (let i = index + step; cards[i]; i += step) {
    const there = cards[i].getBoundingClientRect();
    const further = (there.top - here.top) * step > 0;
    if (further && Math.abs(there.left - here.left) < 1) return cards[i];
  }
  return undefined;
}
