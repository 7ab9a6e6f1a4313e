// @ts-check
import { createElement, useEffect, useRef, useState } from "react";
import { useDesk } from "../context.js";

/**
 * Notes and tags of a clip. What is being typed is kept until it is saved; it is saved when the
 * field is left, or the clip.
 * @param {object} props
 * @param {readonly [number, number]} props.clip frames [start, end)
 * @param {import("./clip_panel.js").ClipDetails | null} props.told
 */
export function ClipNotes({ clip, told }) {
  const { session } = useDesk();
  const stored = { notes: told?.notes ?? "", tags: (told?.tags ?? []).join(", ") };
  const [typed, setTyped] = useState(/** @type {typeof stored | null} */ (null));
  const shown = typed ?? stored;
  const unsaved = useRef(typed);
  unsaved.current = typed;
  const sent = useRef(typed);
  const isChanged = typed && (typed.notes !== stored.notes || typed.tags !== stored.tags);

  const save = () => {
    const draft = unsaved.current;
    if (!draft || !isChanged || draft === sent.current) return;
    sent.current = draft;
    session.act({ kind: "describe", clip, notes: draft.notes, tags: tagsOf(draft.tags) });
  };
  const saveLast = useRef(save);
  saveLast.current = save;
  useEffect(() => () => saveLast.current(), []);
  useEffect(() => {
    if (typed && !isChanged) setTyped(null); // stored as it was typed
  }, [typed, isChanged]);

  const field = (/** @type {"notes" | "tags"} */ name, /** @type {string} */ label) => ({
    className: `clip-${name}`,
    "aria-label": label,
    placeholder: label,
    value: shown[name],
    disabled: !told,
    spellCheck: name === "notes",
    autoComplete: "off",
    onBlur: save,
    onChange: (/** @type {{target: {value: string}}} */ event) =>
      setTyped({ ...shown, [name]: event.target.value }),
  });
  return createElement(
    "div",
    { className: "clip-fields" },
    createElement("textarea", { ...field("notes", "Notes"), maxLength: 10_000 }),
    createElement("input", { ...field("tags", "Tags, separated by commas"), type: "text" }),
  );
}

/** @param {string} words */
const tagsOf = (words) =>
  words
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
