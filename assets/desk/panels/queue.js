// @ts-check
import {
  createElement,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { clipAt, endOf } from "../session/clips.js";
import { useDesk, useStore } from "../context.js";
import { NextClips } from "./next_clips.js";
import { QueueRow } from "./queue_row.js";
import { rowsInSight, scrolledTo } from "./rows.js";
import { GROUPS, StateMark } from "./state_mark.js";
import { toggleMark } from "../keyboard/reviewing.js";

const ROW_PX = 46;
/** Who scrolled so lately is left to look around. */
const LOOKING_MS = 4000;

/** The clips in the order of the video, and those that come next. */
export function Queue() {
  const { session } = useDesk();
  const clips = useStore(session, (value) => value.clips);
  const [letter, setLetter] = useState("");
  const shown = useMemo(() => indicesOf(clips.letters, letter), [clips, letter]);
  return createElement(
    "section",
    { className: "queue", "aria-label": "Clips" },
    createElement(NextClips),
    createElement(Filter, { letters: clips.letters, letter, onChange: setLetter }),
    createElement(List, { clips, shown }),
  );
}

/**
 * @param {string} letters
 * @param {string} letter of the clips wanted, empty for all
 * @returns {number[]} their indices
 */
const indicesOf = (letters, letter) =>
  [...letters].flatMap((one, index) => (letter === "" || one === letter ? [index] : []));

/**
 * @param {object} props
 * @param {string} props.letters
 * @param {string} props.letter
 * @param {(letter: string) => void} props.onChange
 */
function Filter({ letters, letter, onChange }) {
  const counts = useMemo(() => {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const one of letters) counts[one] = (counts[one] ?? 0) + 1;
    return counts;
  }, [letters]);
  const chip = (
    /** @type {string} */ one,
    /** @type {string} */ words,
    /** @type {number} */ count,
  ) =>
    createElement(
      "button",
      {
        key: one,
        type: "button",
        className: "queue-chip figures",
        title: `Show ${words}`,
        "aria-label": `${words}: ${count}`,
        "aria-pressed": letter === one,
        onClick: () => onChange(one),
      },
      one ? createElement(StateMark, { letter: one }) : "All",
      ` ${count.toLocaleString("en")}`,
    );
  const present = Object.entries(GROUPS).filter(([one]) => counts[one] || one === letter);
  return createElement(
    "div",
    { className: "queue-filter", role: "group", "aria-label": "Show" },
    chip("", "all", letters.length),
    present.map(([one, words]) => chip(one, words, counts[one] ?? 0)),
  );
}

/**
 * @param {object} props
 * @param {import("../session/clips.js").Clips} props.clips
 * @param {number[]} props.shown indices of the clips to list
 */
function List({ clips, shown }) {
  const desk = useDesk();
  const list = useRef(/** @type {HTMLDivElement | null} */ (null));
  const lookedAt = useRef(-Infinity);
  const [sight, setSight] = useState({ scrolledPx: 0, heightPx: 0 });
  const seen = useRef(sight);
  seen.current = sight;
  const current = useStore(desk.view, ({ frame }) => clipAt(clips, Math.max(0, frame)));
  const marked = useStore(desk.view, (view) => view.marked);
  const groups = useMemo(() => groupNumbers(clips.groups), [clips]);
  const [first, end] = rowsInSight(sight.scrolledPx, sight.heightPx, ROW_PX, shown.length);

  const measure = useCallback(() => {
    const box = list.current;
    if (box) setSight({ scrolledPx: box.scrollTop, heightPx: box.clientHeight });
  }, []);
  useEffect(() => {
    const size = new ResizeObserver(measure);
    if (list.current) size.observe(list.current);
    return () => size.disconnect();
  }, [measure]);

  const row = shown.indexOf(current);
  useLayoutEffect(() => {
    const box = list.current;
    if (!box || row < 0 || performance.now() - lookedAt.current < LOOKING_MS) return;
    // To ask the list where it is would have the whole page laid out, at each step from clip to clip.
    const { scrolledPx, heightPx } = seen.current;
    const wantedPx = scrolledTo(row, scrolledPx, heightPx, ROW_PX);
    if (wantedPx === scrolledPx) return;
    box.scrollTop = wantedPx;
    measure();
  }, [row, measure, sight.heightPx]);

  const wanted = shown.slice(first, end).map((index) => clips.starts[index]);
  useEffect(() => desk.filmstrip.want(wanted, "queue"));

  const look = () => (lookedAt.current = performance.now());
  const pick = useCallback(
    (/** @type {number} */ index, /** @type {import("react").MouseEvent} */ event) => {
      const { starts } = desk.session.value.clips;
      if (event.ctrlKey || event.metaKey) toggleMark(desk, starts[index]);
      else if (event.shiftKey) markThrough(desk, index);
      else desk.player.seek(starts[index]);
    },
    [desk],
  );
  return createElement(
    "div",
    {
      ref: list,
      className: "queue-list",
      onScroll: measure,
      onWheel: look,
      onTouchMove: look,
      onPointerDown: look,
    },
    createElement(
      "ol",
      { style: { height: shown.length * ROW_PX } },
      shown.slice(first, end).map((index, place) =>
        createElement(QueueRow, {
          key: clips.ids[index],
          index,
          start: clips.starts[index],
          end: endOf(clips, index),
          letter: clips.letters[index],
          group: groups.get(clips.groups[index]) ?? 0,
          isCurrent: index === current,
          isMarked: marked.has(clips.starts[index]),
          topPx: (first + place) * ROW_PX,
          count: clips.starts.length,
          onPick: pick,
        }),
      ),
    ),
  );
}

/**
 * Groups numbered as they come in the video: their ids would mean nothing to anybody.
 * @param {readonly number[]} groups
 * @returns {Map<number, number>}
 */
function groupNumbers(groups) {
  const present = [...new Set(groups)].filter((name) => name !== 0);
  return new Map(present.map((name, place) => [name, place + 1]));
}

/**
 * Mark every clip from the current one to this.
 * @param {import("../context.js").Desk} desk
 * @param {number} index
 */
function markThrough({ session, view }, index) {
  const { clips } = session.value;
  const current = clipAt(clips, Math.max(0, view.value.frame));
  const [first, last] = [Math.min(current, index), Math.max(current, index)];
  view.set({ marked: new Set([...view.value.marked, ...clips.starts.slice(first, last + 1)]) });
}
