// @ts-check
import { createElement as h, useEffect, useRef, useState } from "react";

/**
 * @typedef {object} Upload
 * @property {number} id
 * @property {string} name
 * @property {number} share how much was sent, 0 to 1
 * @property {string} error why it failed; empty while all is well
 * @property {XMLHttpRequest} request
 */

let lastId = 0;

/**
 * A place to choose or drop video files, and how far each upload is. The video itself appears in
 * the library as soon as the server has it.
 * @param {object} props
 * @param {string} props.address where to send a file's bytes
 */
export function UploadArea({ address }) {
  const [uploads, setUploads] = useState(/** @type {Upload[]} */ ([]));
  const [over, setOver] = useState(false);
  const change = (/** @type {number} */ id, /** @type {Partial<Upload>} */ news) =>
    setUploads((all) => all.map((one) => (one.id === id ? { ...one, ...news } : one)));
  const drop = (/** @type {number} */ id) => setUploads((all) => all.filter((one) => one.id !== id));

  const send = (/** @type {Iterable<File>} */ files) => {
    for (const file of files) {
      const request = new XMLHttpRequest();
      const id = ++lastId;
      request.upload.onprogress = (event) => change(id, { share: event.loaded / event.total });
      request.onload = () =>
        request.status === 201 ? drop(id) : change(id, { error: reason(request) });
      request.onerror = () => change(id, { error: "the connection was lost" });
      request.open("POST", `${address}?name=${encodeURIComponent(file.name)}`);
      request.send(file);
      setUploads((all) => [...all, { id, name: file.name, share: 0, error: "", request }]);
    }
  };
  useDropAnywhere(send, setOver);

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
          send([...(event.target.files ?? [])]);
          event.target.value = "";
        },
      }),
    ),
    uploads.map((upload) =>
      h(
        "div",
        { key: upload.id, className: "upload", role: "status" },
        h("span", { className: "upload-name" }, upload.name),
        upload.error
          ? h("span", { className: "refusal" }, upload.error)
          : h("progress", { value: upload.share, max: 1, "aria-label": `${upload.name} sent` }),
        h(
          "button",
          {
            type: "button",
            className: "quiet",
            onClick: () => {
              upload.request.abort();
              drop(upload.id);
            },
          },
          upload.error ? "Dismiss" : "Cancel",
        ),
      ),
    ),
  );
}

/** @param {XMLHttpRequest} request */
function reason(request) {
  try {
    return JSON.parse(request.responseText).error;
  } catch {
    return `the server answered ${request.status}`;
  }
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
