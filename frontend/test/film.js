/** Files as our pipeline packs them, as far as the player reads them. */

/** @param {string} kind @param {number} bytes of content */
export function box(kind, bytes, content = new Uint8Array(bytes)) {
  const made = new Uint8Array(8 + content.length);
  new DataView(made.buffer).setUint32(0, made.length);
  made.set([...kind].map((letter) => letter.charCodeAt(0)), 4);
  made.set(content, 8);
  return made;
}

/** @param {{reference?: number, timescale?: number, after?: number, long?: boolean, entries: [number, number][]}} given bytes and ticks of each fragment */
export function sidx({ reference = 1, timescale = 1000, after = 0, long = false, entries }) {
  const times = long ? 16 : 8;
  const content = new Uint8Array(12 + times + 4 + 12 * entries.length);
  const view = new DataView(content.buffer);
  view.setUint8(0, long ? 1 : 0);
  view.setUint32(4, reference);
  view.setUint32(8, timescale);
  view.setUint32(12 + times - 4, after);
  view.setUint16(12 + times + 2, entries.length);
  entries.forEach(([bytes, ticks], n) => {
    view.setUint32(16 + times + 12 * n, bytes);
    view.setUint32(20 + times + 12 * n, ticks);
    view.setUint32(24 + times + 12 * n, 0x90000000);
  });
  return box("sidx", 0, content);
}

/** @param {...number} words */
export function words(...words) {
  const made = new Uint8Array(4 * words.length);
  words.forEach((word, n) => new DataView(made.buffer).setUint32(4 * n, word));
  return made;
}

/** @param {Uint8Array[]} parts */
export const join = (...parts) => new Uint8Array(Buffer.concat(parts));

const SAMPLES = 12;

/** One fragment of twelve samples of a second, as long as it is told to be, with bytes that no other fragment has. */
function fragment(/** @type {number} */ number, /** @type {number} */ bytes) {
  const head = (/** @type {number[]} */ sizes, /** @type {number} */ before) =>
    box("moof", 0, join(
      box("mfhd", 0, words(0, number + 1)),
      box("traf", 0, join(
        box("tfhd", 0, words(0x20000, 1)),
        box("tfdt", 0, words(0x01000000, 0, number * 12_000)),
        box("trun", 0, words(0x00000701, SAMPLES, before, ...sizes.flatMap((size) => [1000, size, 0]))),
      )),
    ));
  const length = head(Array(SAMPLES).fill(0), 0).length;
  const content = bytes - length - 8;
  const sizes = Array.from({ length: SAMPLES }, (_, n) => Math.floor(content / SAMPLES) + (n ? 0 : content % SAMPLES));
  return join(head(sizes, length + 8), box("mdat", 0, Uint8Array.from({ length: content }, (_, n) => (n * 31 + number * 7 + (n >> 8)) % 251)));
}

/**
 * A film with sound: two indexes, fragments of twelve seconds.
 * @param {{fragments: number, fragmentBytes: number}} given
 * @returns {{bytes: Uint8Array, fragments: [number, number][]}} and from where to where each fragment reaches
 */
export function film({ fragments, fragmentBytes }) {
  const entries = /** @type {[number, number][]} */ (Array.from({ length: fragments }, () => [fragmentBytes, 12_000]));
  const sound = sidx({ reference: 2, timescale: 48_000, entries: entries.map(([bytes]) => [bytes, 576_000]) });
  const head = join(box("ftyp", 12), box("moov", 0, box("mvex", 0, box("trex", 24))), sidx({ entries, after: sound.length }), sound);
  const places = entries.map((_, n) => /** @type {[number, number]} */ ([head.length + n * fragmentBytes, head.length + (n + 1) * fragmentBytes]));
  return { bytes: join(head, ...entries.map((_, n) => fragment(n, fragmentBytes))), fragments: places };
}

/** What is in the `mdat` boxes of some bytes, in one. @param {Uint8Array} bytes */
export function contents(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [];
  for (let at = 0; at + 8 <= bytes.length; at += view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x6d646174) found.push(bytes.subarray(at + 8, at + view.getUint32(at)));
  }
  return Buffer.concat(found);
}
