/**
 * The head of a fragmented MP4: where its header ends, and where each fragment is (ISO/IEC 14496-12, `sidx`).
 *
 * @typedef {{fromMs: number, untilMs: number, offset: number, end: number}} Fragment bytes `offset` to `end`, `end` not included
 * @typedef {{initBytes: number, fragments: Fragment[]}} Head
 */

/** A head that is larger than this is none of ours. */
export const MOST_HEAD_BYTES = 1024 * 1024;

/** The file is not as our pipeline writes it. */
export class Unreadable extends Error {}

/**
 * @param {Uint8Array} bytes from the beginning of the file
 * @returns {Head | null} null: more bytes are needed
 */
export function readHead(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let initBytes = 0;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (size < 8 || size > MOST_HEAD_BYTES || (kind === "moof" || kind === "mdat")) throw new Unreadable(kind);
    if (at + size > bytes.length) return null;
    if (kind === "moov") initBytes = at + size;
    // The first index is the picture's, where there is one: its fragments begin with a whole picture.
    if (kind === "sidx" && initBytes) return { initBytes, fragments: fragments(view, at, size) };
    at += size;
  }
  return null;
}

/** @param {DataView} view @param {number} at @param {number} size @returns {Fragment[]} */
function fragments(view, at, size) {
  const long = view.getUint8(at + 8) > 0;
  const timescale = view.getUint32(at + 16);
  const after = at + (long ? 36 : 28);
  // Beyond four gigabytes no recording of ours reaches: the lower half is the number.
  let offset = at + size + view.getUint32(after - 4);
  const count = view.getUint16(after + 2);
  const found = /** @type {Fragment[]} */ ([]);
  let ticks = 0;
  for (let n = 0, place = after + 4; n < count; n += 1, place += 12) {
    const reference = view.getUint32(place);
    if (reference >>> 31 || place + 12 > at + size) throw new Unreadable("sidx");
    const fromMs = (ticks * 1000) / timescale;
    ticks += view.getUint32(place + 4);
    found.push({ fromMs, untilMs: (ticks * 1000) / timescale, offset, end: offset + reference });
    offset += reference;
  }
  if (!found.length) throw new Unreadable("empty");
  return found;
}

/**
 * How many bytes the head of a recording takes at most, before it was read: the header, and an index entry of
 * each track for every fragment of twelve seconds.
 * @param {number} durationMs
 * @param {number} tracks
 */
export function likelyHeadBytes(durationMs, tracks) {
  return 2048 + tracks * (40 + 12 * Math.ceil(durationMs / 12_000));
}
