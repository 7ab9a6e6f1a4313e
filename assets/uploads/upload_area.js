// @ts-check
import { createElement as h, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { UploadQueue } from "./queue.js";
import { tusTransfer } from "./tus_transfer.js";

/** Here and not in a component, so that uploads go on while other pages are shown.
 * @type {UploadQueue | undefined} */
let queue;

/** @param {string} address */
function queueFor(address) {
  if (queue) return queue;
  const made = new UploadQueue((file, tell) => tusTransfer(address, file, tell));
  const ask = (/** @type {BeforeUnloadEvent} */ event) => {
    event.preventDefault();
    // Reflex hangs up here; where the person stays, it is to look whether it should connect again.
    setTimeout(() => document.dispatchEvent(new Event("visibilitychange")));
  };
  made.subscribe(() => {
    if (made.isBusy) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
  queue = made;
  return made;
}

/**
 * A place to choose or drop video files, and how far each upload is. The video itself appears in
 * the library as soon as the server has it.
 * @param {object} props
 * @param {string} props.address where uploads begin
 */
export function UploadArea({ address }) {
  const uploads = queueFor(address);
  const rows = useSyncExternalStore(uploads.subscribe, () => uploads.rows);
  const [over, setOver] = useState(false);
  useDropAnywhere((files) => uploads.add(files), setOver);

  return h(
    "div",
    { className: "uploads" },
    h(
      "label",
      { className: over ? "button drop-target over" : "button drop-target" },
      over ? "Drop to upload" : "Upload files",
      h("input", {
        type: "file",
        accept: "video/*,.mkv,.mxf,.ts,.mts",
        multiple: true,
        className: "visually-hidden",
        onChange: (/** @type {import("react").ChangeEvent<HTMLInputElement>} */ event) => {
          uploads.add([...(event.target.files ?? [])]);
          event.target.value = "";
        },
      }),
    ),
    rows.length > 0 &&
      h(
        "ul",
        { className: "transfers", "aria-label": "Uploads" },
        rows.map((row) => h(UploadRow, { key: row.id, row, uploads })),
      ),
  );
}

/**
 * @param {object} props
 * @param {import("./queue.js").Row} props.row
 * @param {UploadQueue} props.uploads
 */
function UploadRow({ row, uploads }) {
  const { id, name, stage, share, words, video } = row;
  const button = (/** @type {string} */ text, /** @type {() => void} */ onClick) =>
    h("button", { type: "button", className: "quiet", onClick, "aria-label": `${text}: ${name}` }, text);
  const giveUp = () => uploads.giveUp(id);

  return h(
    "li",
    { className: `transfer transfer-${stage}` },
    h("span", { className: "transfer-name", title: name }, name),
    stage === "failed" && h("span", { className: "refusal", role: "alert" }, words),
    stage === "known" &&
      h(
        "span",
        { role: "alert" },
        "This file is already here as ",
        h(Link, { to: `/videos/${video?.id}` }, video?.title),
        video?.failure ? `, which failed: ${video.failure}.` : ".",
      ),
    stage === "waiting" && h("span", { className: "faint" }, "waiting"),
    stage === "adding" && h("span", { className: "faint", role: "status" }, "adding it to the library…"),
    stage === "sending" &&
      h(
        "span",
        { className: "transfer-progress" },
        h("progress", { value: share, max: 1, "aria-label": `${name} sent` }),
        h("span", { className: "figures faint" }, `${Math.floor(100 * share)} %`),
      ),
    h(
      "span",
      { className: "transfer-tools" },
      stage === "failed" && button("Try again", () => uploads.retry(id)),
      stage === "known" && button("Add it again", () => uploads.addAgain(id)),
      stage === "failed" || stage === "known" ? button("Dismiss", giveUp) : null,
      stage === "waiting" || stage === "sending" ? button("Cancel", giveUp) : null,
    ),
  );
}

/**
 * Take files that are dropped anywhere on the page.
 * @param {(files: Iterable<File>) => void} send
 * @param {(over: boolean) => void} setOver
 */
function useDropAnywhere(send, setOver) {
  const latest = useRef(send);
  latest.current = send;
  useEffect(() => {
    const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
    const onOver = (/** @type {DragEvent} */ event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (/** @type {DragEvent} */ event) => {
      if (!event.relatedTarget) setOver(false);
    };
    const onDrop = (/** @type {DragEvent} */ event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      latest.current(event.dataTransfer?.files ?? []);
    };
    addEventListener("dragover", onOver);
    addEventListener("dragleave", onLeave);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onOver);
      removeEventListener("dragleave", onLeave);
      removeEventListener("drop", onDrop);
    };
  }, []);
}
