// @ts-check
import { DetailedError, Upload } from "tus-js-client";

const RETRY_DELAYS_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000];
const LOST = "the connection was lost";

/** Uploads that a transfer of this tab is at: the same file chosen twice is two uploads.
 * @type {Set<string>} */
const taken = new Set();

/**
 * Send a file by the tus protocol, then have the server make a video of it. A file that was sent in
 * part before, by this page or one that was closed, is gone on with.
 * @param {string} address where uploads begin
 * @param {File} file
 * @param {import("./queue.js").Tell} tell
 * @returns {import("./queue.js").Transfer}
 */
export function tusTransfer(address, file, tell) {
  let gaveUp = false;
  const upload = new Upload(file, {
    endpoint: new URL(address, location.href).href,
    metadata: { filename: file.name },
    retryDelays: RETRY_DELAYS_MS,
    removeFingerprintOnSuccess: true,
    onUploadUrlAvailable: () => {
      if (upload.url) taken.add(upload.url);
    },
    onProgress: (sentBytes) => tell({ share: sentBytes / file.size }),
    onShouldRetry: (error) => mayPass(statusOf(error)),
    onError: (error) => fail(wordsOf(error)),
    onSuccess: () => void land(false),
  });

  /** @param {string} words */
  const fail = (words) => tell({ stage: "failed", words });

  const begin = async () => {
    if (!upload.url) {
      const earlier = await upload.findPreviousUploads();
      const free = earlier.find(({ uploadUrl }) => uploadUrl && !taken.has(uploadUrl));
      if (gaveUp) return;
      if (free) upload.resumeFromPreviousUpload(free);
    }
    upload.start();
  };

  /** @param {boolean} again although the library has a video of the file */
  const land = async (again) => {
    tell({ stage: "adding", share: 1 });
    try {
      const answer = await fetch(`${upload.url}${again ? "?again=1" : ""}`, { method: "POST" });
      const facts = await answer.json().catch(() => ({}));
      if (answer.ok) done();
      else if (facts.video) tell({ stage: "known", words: facts.error, video: facts.video });
      else fail(facts.error ?? `the server answered ${answer.status}`);
    } catch {
      fail(LOST);
    }
  };

  const done = () => {
    if (upload.url) taken.delete(upload.url);
    tell(null);
  };

  return {
    start: () => void begin().catch(() => fail("this file cannot be read any more")),
    addAgain: () => void land(true),
    giveUp: () => {
      gaveUp = true;
      // What cannot be forgotten now is swept by the server within a day.
      upload.abort(true).catch(() => {});
      if (upload.url) taken.delete(upload.url);
    },
  };
}

/** @param {Error} error */
function statusOf(error) {
  return (error instanceof DetailedError && error.originalResponse?.getStatus()) || 0;
}

/** @param {number} status of the answer, 0 if there was none */
function mayPass(status) {
  if (status === 0 || status === 409 || status === 423) return true;
  return status >= 500 && status !== 507;
}

/** @param {Error} error */
function wordsOf(error) {
  const status = statusOf(error);
  if (!(error instanceof DetailedError)) return "this file cannot be read any more";
  if (!status) return LOST;
  if (status === 401) return "you are signed out: open the address that Heaters printed again";
  try {
    return JSON.parse(error.originalResponse?.getBody() ?? "").error;
  } catch {
    return `the server answered ${status}`;
  }
}
