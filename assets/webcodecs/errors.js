// @ts-check

/** This browser, or this file, cannot be played frame by frame; the message says why. */
export class Unsupported extends Error {
  name = "Unsupported";
}

/** The file cannot be read any more, and waiting will not help; the message says why. */
export class MediaLost extends Error {
  name = "MediaLost";
}
