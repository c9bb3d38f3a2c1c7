/**
 * Cuts a fragment of twelve seconds into slices while it arrives. Chromium's Media Source shows nothing of a fragment before its
 * last byte came; on a slow line that is five seconds of darkness after every jump. A slice is a small fragment of its own.
 *
 * @typedef {{track: number, at: number, size: number, duration: number, flags: number, shift: number, time: number}} Sample
 *   `at`: of its bytes, from the fragment's beginning; `shift`: from decoding to showing; `time`: of decoding
 * @typedef {{duration: number, size: number, flags: number}} Defaults
 */
import { MOST_HEAD_BYTES, Unreadable } from "./boxes.js";

/** A slice has at least so many bytes, where more is to come. */
const LEAST_SLICE = 2048;

/**
 * The boxes inside a range.
 * @param {DataView} view @param {number} from @param {number} end
 * @returns {{kind: string, from: number, end: number}[]} contents, without their headers
 */
function boxesIn(view, from, end) {
  const found = [];
  for (let at = from; at + 8 <= end; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > end) throw new Unreadable("box");
    found.push({ kind: kindAt(view, at), from: at + 8, end: at + size });
    at += size;
  }
  return found;
}

/** @param {DataView} view @param {number} at */
const kindAt = (view, at) => String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));

/** @param {Uint8Array} bytes */
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * What a file's header says about samples that do not say it themselves.
 * @param {Uint8Array} init
 * @returns {Map<number, Defaults>} by track
 */
export function readDefaults(init) {
  const view = viewOf(init);
  const found = new Map();
  for (const moov of boxesIn(view, 0, init.length).filter(({ kind }) => kind === "moov")) {
    for (const mvex of boxesIn(view, moov.from, moov.end).filter(({ kind }) => kind === "mvex")) {
      for (const { kind, from } of boxesIn(view, mvex.from, mvex.end)) {
        if (kind !== "trex") continue;
        const [duration, size, flags] = [12, 16, 20].map((place) => view.getUint32(from + place));
        found.set(view.getUint32(from + 4), { duration, size, flags });
      }
    }
  }
  return found;
}

export class Slices {
  /** @param {Map<number, Defaults>} defaults of the file */
  constructor(defaults) {
    this.defaults = defaults;
    /** What came of the fragment and was not given away, and where in the fragment it begins. */
    this.bytes = new Uint8Array(0);
    this.start = 0;
    /** @type {Sample[] | null} */
    this.samples = null;
    this.next = 0;
  }

  /**
   * @param {Uint8Array} bytes that follow the ones before
   * @param {boolean} last the fragment ends with them
   * @returns {Uint8Array | null} what can be played of it by now; null: nothing new
   */
  take(bytes, last) {
    const joined = new Uint8Array(this.bytes.length + bytes.length);
    joined.set(this.bytes);
    joined.set(bytes, this.bytes.length);
    this.bytes = joined;
    if (!this.samples) {
      if (joined.length < 8) return null;
      const size = viewOf(joined).getUint32(0);
      if (kindAt(viewOf(joined), 0) !== "moof" || size > MOST_HEAD_BYTES) throw new Unreadable("no fragment");
      if (joined.length < size + 8) return null;
      this.samples = readSamples(joined.subarray(0, size), this.defaults);
    }
    const { samples, start } = this;
    const reached = start + joined.length;
    let until = this.next;
    while (until < samples.length && samples[until].at + samples[until].size <= reached) until += 1;
    if (last && until < samples.length) throw new Unreadable("cut off");
    if (until === this.next) return null;
    const [from, end] = [samples[this.next].at, samples[until - 1].at + samples[until - 1].size];
    if (!last && end - from < LEAST_SLICE) return null;
    const slice = pack(samples.slice(this.next, until), joined.subarray(from - start, end - start));
    this.next = until;
    this.bytes = joined.slice(end - start);
    this.start = end;
    return slice;
  }
}

/**
 * Every sample of a fragment, in the order of its bytes.
 * @param {Uint8Array} moof the whole box
 * @param {Map<number, Defaults>} defaults
 * @returns {Sample[]}
 */
function readSamples(moof, defaults) {
  const view = viewOf(moof);
  if (kindAt(view, 0) !== "moof") throw new Unreadable(kindAt(view, 0));
  const samples = boxesIn(view, 8, moof.length)
    .filter(({ kind }) => kind === "traf")
    .flatMap(({ from, end }) => readTrack(view, boxesIn(view, from, end), defaults));
  samples.sort((a, b) => a.at - b.at);
  samples.forEach(({ at, size }, n) => {
    if (n && samples[n - 1].at + samples[n - 1].size !== at) throw new Unreadable("gap");
  });
  if (!samples.length) throw new Unreadable("no samples");
  return samples;
}

/** @param {DataView} view @param {ReturnType<typeof boxesIn>} parts of a traf @param {Map<number, Defaults>} given */
function readTrack(view, parts, given) {
  const samples = /** @type {Sample[]} */ ([]);
  let track = 0;
  let time = 0;
  let defaults = { duration: 0, size: 0, flags: 0 };
  for (const { kind, from } of parts) {
    const flags = view.getUint32(from) & 0xffffff;
    if (kind === "tfhd") {
      track = view.getUint32(from + 4);
      // Offsets count from the fragment, as all of ours do.
      if (flags & 0x1 || !(flags & 0x20000)) throw new Unreadable("tfhd");
      let at = from + 8 + (flags & 0x2 ? 4 : 0);
      const field = (/** @type {number} */ flag, /** @type {number} */ otherwise) => (flags & flag ? view.getUint32((at += 4) - 4) : otherwise);
      const known = given.get(track) || defaults;
      defaults = { duration: field(0x8, known.duration), size: field(0x10, known.size), flags: field(0x20, known.flags) };
    } else if (kind === "tfdt") {
      time = view.getUint8(from) ? view.getUint32(from + 4) * 2 ** 32 + view.getUint32(from + 8) : view.getUint32(from + 4);
    } else if (kind === "trun") {
      const count = view.getUint32(from + 4);
      if (!(flags & 0x1)) throw new Unreadable("trun");
      let place = view.getInt32(from + 8);
      let at = from + 12;
      const field = (/** @type {number} */ flag, /** @type {number} */ otherwise) => (flags & flag ? view.getUint32((at += 4) - 4) : otherwise);
      const first = field(0x4, defaults.flags);
      for (let n = 0; n < count; n += 1) {
        const duration = field(0x100, defaults.duration);
        const size = field(0x200, defaults.size);
        const own = field(0x400, n ? defaults.flags : first);
        samples.push({ track, at: place, size, duration, flags: own, shift: field(0x800, 0), time });
        place += size;
        time += duration;
      }
    }
  }
  return samples;
}

/** @param {string} kind @param {number[]} words of 32 bits @param {Uint8Array[]} [inside] */
function box(kind, words, inside = []) {
  const size = 8 + 4 * words.length + inside.reduce((sum, { length }) => sum + length, 0);
  const made = new Uint8Array(size);
  const view = viewOf(made);
  view.setUint32(0, size);
  for (let n = 0; n < 4; n += 1) made[4 + n] = kind.charCodeAt(n);
  words.forEach((word, n) => view.setUint32(8 + 4 * n, word));
  let at = 8 + 4 * words.length;
  for (const part of inside) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/**
 * A fragment of its own of some samples that lie one after the other.
 * @param {Sample[]} samples
 * @param {Uint8Array} data theirs
 */
function pack(samples, data) {
  const tracks = [...new Set(samples.map(({ track }) => track))];
  // The box is as long whatever the offsets are: once to know how long, once with what they are.
  const moof = (/** @type {number} */ before) =>
    box("moof", [], [box("mfhd", [0, 1]), ...tracks.map((track) => traf(samples, track, before))]);
  const head = moof(0).length + 8;
  return joined(moof(head), box("mdat", [], [data]));
}

/** @param {Sample[]} samples @param {number} track @param {number} before the bytes before the data */
function traf(samples, track, before) {
  const start = samples[0].at;
  const runs = [];
  let time = -1;
  for (let n = 0; n < samples.length; n += 1) {
    if (samples[n].track !== track) continue;
    if (time < 0) time = samples[n].time;
    const from = n;
    while (n + 1 < samples.length && samples[n + 1].track === track) n += 1;
    const run = samples.slice(from, n + 1);
    const words = run.flatMap(({ duration, size, flags, shift }) => [duration, size, flags, shift]);
    // Shifts may be negative (version 1), which only the highest bit of a word tells.
    runs.push(box("trun", [0x01000f01, run.length, before + run[0].at - start, ...words]));
  }
  return box("traf", [], [box("tfhd", [0x20000, track]), box("tfdt", [0x01000000, Math.floor(time / 2 ** 32), time % 2 ** 32]), ...runs]);
}

/** @param {Uint8Array} one @param {Uint8Array} other */
function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
