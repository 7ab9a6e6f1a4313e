// @ts-check
import { Unsupported } from "./errors.js";

/**
 * Where the packets of a proxy lie, read from its header. A proxy is an MP4 file with one sample
 * table a track (ISO/IEC 14496-12), H.264 video and AAC sound, or none.
 *
 * @typedef {object} Track
 * @property {string} codec as WebCodecs names it
 * @property {Uint8Array} description what its decoder is configured with
 * @property {number} timescale ticks a second
 * @property {Float64Array} offsets first byte of each packet in the file
 * @property {Uint32Array} sizes of the packets in bytes
 * @property {Float64Array} times when each packet is presented, in ticks; sound may start before 0
 * @property {boolean} keysOnly whether every packet is decoded alone
 * @property {number} sampleRate of sound in Hz, else 0
 * @property {number} channels of sound, else 0
 */

/** What `boxAt` needs to see of a box. */
export const BOX_BYTES = 16;

/**
 * @param {Uint8Array} bytes the beginning of a box
 * @returns {{name: string, bytes: number}} its name and size
 * @throws {Unsupported} this is not an MP4 file
 */
export function boxAt(bytes) {
  const [box] = bytes.length < BOX_BYTES ? [] : boxes(view(bytes), 0, BOX_BYTES);
  if (!box) throw new Unsupported("the file is not MP4, or has no header");
  return { name: box.name, bytes: box.end };
}

/**
 * @param {Uint8Array} moov the header's box
 * @returns {{video: Track, audio: Track | null}} the first track of each kind
 * @throws {Unsupported} there is no track of H.264, or its table is of a kind that proxies never have
 */
export function readHeader(moov) {
  const data = view(moov);
  const [header] = boxes(data, 0, moov.length);
  const movieTimescale = timescaleOf(data, child(data, header, "mvhd"));
  /** @type {Record<string, Track>} */
  const tracks = {};
  for (const box of boxes(data, header.body, header.end)) {
    if (box.name !== "trak") continue;
    const media = child(data, box, "mdia");
    const kind = name(data, child(data, media, "hdlr").body + 8);
    if (kind in tracks || (kind !== "vide" && kind !== "soun")) continue;
    tracks[kind] = readTrack(data, box, media, movieTimescale);
  }
  if (!tracks.vide) throw new Unsupported("the file has no video");
  return { video: tracks.vide, audio: tracks.soun ?? null };
}

/**
 * @typedef {object} Box
 * @property {string} name
 * @property {number} start
 * @property {number} body where its content starts
 * @property {number} end
 */

/**
 * @param {DataView} data
 * @param {number} start
 * @param {number} end
 * @returns {Generator<Box>} boxes that begin in [start, end)
 */
function* boxes(data, start, end) {
  while (start + 8 <= end) {
    const wide = data.getUint32(start) === 1;
    const size = wide ? Number(data.getBigUint64(start + 8)) : data.getUint32(start);
    const body = start + (wide ? 16 : 8);
    if (start + size < body) throw new Unsupported("the file's header is damaged");
    yield { name: name(data, start + 4), start, body, end: start + size };
    start += size;
  }
}

/**
 * @param {DataView} data
 * @param {Box} parent
 * @param {string} wanted
 */
function findChild(data, parent, wanted) {
  for (const box of boxes(data, parent.body, parent.end)) if (box.name === wanted) return box;
  return null;
}

/**
 * @param {DataView} data
 * @param {Box} parent
 * @param {string} wanted
 */
function child(data, parent, wanted) {
  const box = findChild(data, parent, wanted);
  if (!box) throw new Unsupported(`the file's header has no ${wanted}`);
  return box;
}

/**
 * @param {DataView} data
 * @param {Box} track
 * @param {Box} media
 * @param {number} movieTimescale
 * @returns {Track}
 */
function readTrack(data, track, media, movieTimescale) {
  const timescale = timescaleOf(data, child(data, media, "mdhd"));
  const table = child(data, child(data, media, "minf"), "stbl");
  const sizes = readSizes(data, child(data, table, "stsz"));
  const shift = readShift(data, track, timescale / movieTimescale);
  const keys = findChild(data, table, "stss");
  return {
    ...readDescription(data, child(data, table, "stsd")),
    timescale,
    offsets: readOffsets(data, table, sizes),
    sizes,
    times: readTimes(data, table, sizes.length, shift),
    keysOnly: !keys || data.getUint32(keys.body + 4) === sizes.length,
  };
}

/**
 * @param {DataView} data
 * @param {Box} box mvhd or mdhd, which are alike up to here
 */
function timescaleOf(data, box) {
  return data.getUint32(box.body + (data.getUint8(box.body) === 1 ? 20 : 12));
}

/**
 * @param {DataView} data
 * @param {Box} box stsz
 */
function readSizes(data, box) {
  const same = data.getUint32(box.body + 4);
  const sizes = new Uint32Array(data.getUint32(box.body + 8)).fill(same);
  if (!same) for (let i = 0; i < sizes.length; i++) sizes[i] = data.getUint32(box.body + 12 + 4 * i);
  return sizes;
}

/**
 * @param {DataView} data
 * @param {Box} table
 * @param {Uint32Array} sizes
 */
function readOffsets(data, table, sizes) {
  const wide = findChild(data, table, "co64");
  const chunks = wide ?? child(data, table, "stco");
  const runs = child(data, table, "stsc");
  const runCount = data.getUint32(runs.body + 4);
  const chunkCount = data.getUint32(chunks.body + 4);
  const offsets = new Float64Array(sizes.length);
  for (let run = 0, sample = 0; run < runCount; run++) {
    const at = runs.body + 8 + 12 * run;
    const endChunk = run + 1 < runCount ? data.getUint32(at + 12) - 1 : chunkCount;
    const samples = data.getUint32(at + 4);
    for (let chunk = data.getUint32(at) - 1; chunk < endChunk; chunk++) {
      let offset = wide
        ? Number(data.getBigUint64(chunks.body + 8 + 8 * chunk))
        : data.getUint32(chunks.body + 8 + 4 * chunk);
      for (let i = 0; i < samples && sample < sizes.length; i++) {
        offsets[sample] = offset;
        offset += sizes[sample++];
      }
    }
  }
  return offsets;
}

/**
 * @param {DataView} data
 * @param {Box} table
 * @param {number} count
 * @param {number} shift ticks by which the edit list presents packets later
 */
function readTimes(data, table, count, shift) {
  const times = new Float64Array(count);
  let time = shift;
  let sample = 0;
  for (const [samples, duration] of pairs(data, child(data, table, "stts"))) {
    for (let i = 0; i < samples && sample < count; i++, time += duration) times[sample++] = time;
  }
  const reordered = findChild(data, table, "ctts");
  sample = 0;
  for (const [samples, later] of reordered ? pairs(data, reordered) : []) {
    for (let i = 0; i < samples && sample < count; i++) times[sample++] += later | 0;
  }
  return times;
}

/**
 * @param {DataView} data
 * @param {Box} box stts or ctts
 * @returns {Generator<[number, number]>}
 */
function* pairs(data, box) {
  const count = data.getUint32(box.body + 4);
  for (let at = box.body + 8; at < box.body + 8 + 8 * count; at += 8) {
    yield [data.getUint32(at), data.getUint32(at + 4)];
  }
}

/**
 * @param {DataView} data
 * @param {Box} track
 * @param {number} ticks of the track in one of the movie, which counts the length of edits
 * @returns {number} ticks by which the edit list presents packets later
 */
function readShift(data, track, ticks) {
  const edits = findChild(data, track, "edts");
  if (!edits) return 0;
  const list = child(data, edits, "elst");
  const wide = data.getUint8(list.body) === 1;
  let shift = 0;
  for (let edit = 0; edit < data.getUint32(list.body + 4); edit++) {
    const at = list.body + 8 + edit * (wide ? 20 : 12);
    const length = wide ? Number(data.getBigUint64(at)) : data.getUint32(at);
    const start = wide ? Number(data.getBigInt64(at + 8)) : data.getInt32(at + 4);
    if (start >= 0) return shift - start;
    shift += length * ticks; // an empty edit: nothing is presented for as long
  }
  return shift;
}

/**
 * @param {DataView} data
 * @param {Box} box stsd
 */
function readDescription(data, box) {
  const [entry] = boxes(data, box.body + 8, box.end);
  if (entry.name === "avc1") {
    const record = child(data, { ...entry, body: entry.body + 78 }, "avcC");
    const description = bytesOf(data, record.body, record.end);
    const hex = [...description.subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, "0"));
    return { codec: `avc1.${hex.join("")}`, description, sampleRate: 0, channels: 0 };
  }
  if (entry.name === "mp4a") {
    const config = decoderConfig(data, child(data, { ...entry, body: entry.body + 28 }, "esds"));
    return {
      codec: `mp4a.40.${config[0] >> 3}`,
      description: config,
      sampleRate: data.getUint32(entry.body + 24) >>> 16,
      channels: data.getUint16(entry.body + 16),
    };
  }
  throw new Unsupported(`the file holds ${entry.name}, not H.264 and AAC`);
}

/**
 * The innermost of the nested descriptors (ISO/IEC 14496-1): what an AAC decoder needs to know.
 * @param {DataView} data
 * @param {Box} box esds
 */
function decoderConfig(data, box) {
  const [streamTag, decoderTag, configTag] = [3, 4, 5];
  let at = box.body + 4;
  while (at < box.end) {
    const tag = data.getUint8(at++);
    let length = 0;
    for (let more = true; more; at++) {
      more = data.getUint8(at) > 127;
      length = (length << 7) | (data.getUint8(at) & 127);
    }
    if (tag === configTag) return bytesOf(data, at, at + length);
    at += tag === streamTag ? 3 : tag === decoderTag ? 13 : length;
  }
  throw new Unsupported("the file's sound is not AAC");
}

/** @param {Uint8Array} bytes */
const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * @param {DataView} data
 * @param {number} at
 */
const name = (data, at) => String.fromCharCode(...bytesOf(data, at, at + 4));

/**
 * @param {DataView} data
 * @param {number} start
 * @param {number} end
 */
function bytesOf(data, start, end) {
  return new Uint8Array(data.buffer, data.byteOffset + start, end - start);
}
