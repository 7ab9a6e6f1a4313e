// @ts-check
import { createElement, useEffect, useState } from "react";

/**
 * What just happened, or why it did not: it fades, and is gone then, for screen readers too.
 * @param {object} props
 * @param {string} props.words
 * @param {number} props.number another one for each notice, so that the same words are seen again; 0 for
 *   none
 * @param {boolean} props.isRefusal
 */
export function Notice({ words, number, isRefusal }) {
  const [goneNumber, setGoneNumber] = useState(0);
  useEffect(() => {
    if (!number) setGoneNumber(0); // another page counts again
  }, [number]);
  if (!number || number === goneNumber) return null;
  return createElement(
    "p",
    {
      key: number,
      className: isRefusal ? "notice refusal" : "notice",
      onAnimationEnd: () => setGoneNumber(number),
    },
    words,
  );
}
