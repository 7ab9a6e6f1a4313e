// @ts-check

/** An answer that takes longer than this is not waited for: the server is away. */
const ANSWER_MS = 500;

/**
 * Begin no thumbnails while a person waits: for a frame of the player, or for the answer to an action.
 * They take the machine's time from both.
 * @param {Pick<import("../context.js").Desk, "filmstrip" | "session" | "view">} desk
 * @returns {() => void} ends it
 */
export function restWhileWaiting({ filmstrip, session, view }) {
  let [isAnswerDue, rests] = [false, false];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let patience;

  const heed = () => {
    const isWaiting = view.value.waiting || isAnswerDue;
    if (isWaiting !== rests) filmstrip.rest((rests = isWaiting));
  };
  const expect = (/** @type {boolean} */ isDue) => {
    isAnswerDue = isDue;
    heed();
  };
  const ends = [
    view.watch(heed),
    session.watch(() => {
      clearTimeout(patience);
      expect(session.value.unsaved > 0);
      if (isAnswerDue) patience = setTimeout(() => expect(false), ANSWER_MS);
    }),
  ];
  heed();
  return () => {
    clearTimeout(patience);
    for (const end of ends) end();
  };
}
