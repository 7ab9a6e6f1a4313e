// @ts-check
import { createElement, useEffect, useLayoutEffect, useRef, useState } from "react";
import { clipAt } from "./session/clips.js";
import { DeskContext } from "./context.js";
import { Keyboard } from "./keyboard/keyboard.js";
import { openDesk } from "./opening.js";

/**
 * The review desk of one video: joins what its parts share to the page's state.
 * @param {object} props
 * @param {import("./context.js").DeskVideo} props.video
 * @param {import("./session/session.js").Sheet} props.sheet
 * @param {import("./session/session.js").News[]} props.news
 * @param {string} props.lastAction what the reviewer did last and can undo, in words
 * @param {boolean} props.canUndo
 * @param {boolean} props.canRedo
 * @param {import("./keyboard/keymap.js").Keys} props.keyboard
 * @param {import("react").ReactNode} props.children
 * @param {(request: import("./session/session.js").Request) => void} props.onIntent
 * @param {(startFrame: number, endFrame: number) => void} props.onLook
 * @param {() => void} props.onLost
 * @param {(keys: import("./keyboard/keymap.js").Keys) => void} props.onKeys
 */
export function ReviewDesk(props) {
  const { video, sheet, news, keyboard, lastAction, canUndo, canRedo } = props;
  const [desk, setDesk] = useState(/** @type {import("./context.js").Desk | null} */ (null));
  const latest = useRef(props);
  latest.current = props;
  const seen = useRef(sheet);

  useEffect(() => {
    const { desk, close } = openDesk(video, latest.current.sheet, latest.current.keyboard, {
      send: (request) => latest.current.onIntent(request),
      look: (start, end) => latest.current.onLook(start, end),
      saveKeys: (keys) => latest.current.onKeys(keys),
    });
    seen.current = latest.current.sheet;
    setDesk(desk);
    return close;
  }, [video.id, video.src, sheet.reviewer_id]);

  useEffect(() => {
    if (!desk || !isOf(desk, sheet) || seen.current === sheet) return;
    seen.current = sheet;
    desk.session.reset(sheet);
    const { clips } = desk.session.value;
    // On that clip already: the whole truth was sent because some of it was missed.
    const isThere = clipAt(clips, desk.player.target) === clipAt(clips, sheet.opened_frame);
    if (!isThere) desk.player.seek(sheet.opened_frame);
  }, [desk, sheet]);

  // Before the page is painted, not after: what is seen next is the answer.
  useLayoutEffect(() => {
    if (!desk || !news.length || !isOf(desk, latest.current.sheet)) return;
    if (!desk.session.receive(news)) latest.current.onLost();
  }, [desk, news]);

  useLayoutEffect(() => {
    desk?.last.set({ words: lastAction, can_undo: canUndo, can_redo: canRedo });
  }, [desk, lastAction, canUndo, canRedo]);
  useEffect(() => desk?.keys.set(keyboard), [desk, keyboard]);

  return createElement(
    DeskContext.Provider,
    // Another desk has parts of its own: notes that are being typed stay with their video.
    { value: desk, key: desk ? keyOf(desk.session) : "" },
    desk && createElement(Keyboard), // the other parts come one by one; no key may be lost meanwhile
    desk && props.children,
  );
}

/**
 * Whether a sheet, and the news that follow it, are for this desk and not for one that is about to open.
 * @param {import("./context.js").Desk} desk
 * @param {import("./session/session.js").Sheet} sheet
 */
const isOf = ({ session }, sheet) => keyOf(session) === keyOf(sheet);

/** @param {{reviewer_id: number, video_id: number}} owner */
const keyOf = ({ reviewer_id, video_id }) => `${reviewer_id} ${video_id}`;
