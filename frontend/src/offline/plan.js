/**
 * The arithmetic of a download: which bytes are here, which to ask for next, how far it is.
 */

/** So much is asked for at a time (product-design, 5.1), in bytes. */
export const PIECE_BYTES = 5_000_000;
/** What came is kept when it is this much, or when so much time has passed: a power cut costs no more. */
export const KEEP_BYTES = 256 * 1024;
export const KEEP_MS = 5000;
/** The speed is told from the latest so many milliseconds. */
const WINDOW_MS = 20_000;

/**
 * Lay pieces one after the other: what reaches over an earlier one is skipped, and what lies behind a gap is no use.
 * @param {{from: number, bytes: number}[]} pieces in order
 * @returns {{place: number, skip: number, bytes: number}[]} which pieces, and how much of their beginning is here already
 */
export function laid(pieces) {
  let until = 0;
  const parts = [];
  for (let place = 0; place < pieces.length; place += 1) {
    const { from, bytes } = pieces[place];
    if (from > until) break;
    const skip = until - from;
    if (bytes <= skip) continue;
    parts.push({ place, skip, bytes: bytes - skip });
    until = from + bytes;
  }
  return parts;
}

/**
 * @param {number} have
 * @param {number} total
 * @returns {{from: number, until: number} | null} `until` is not included; null: everything is here
 */
export function next(have, total) {
  // Pieces end at whole multiples, wherever the last one was cut: so they can be joined.
  const until = Math.min((Math.floor(have / PIECE_BYTES) + 1) * PIECE_BYTES, total);
  return have < total ? { from: have, until } : null;
}

/**
 * @param {string | null} header of a partial answer
 * @returns {{from: number, until: number, total: number} | null} null: it says nothing of use
 */
export function contentRange(header) {
  const found = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header || "");
  return found && { from: Number(found[1]), until: Number(found[2]) + 1, total: Number(found[3]) };
}

/** @param {{bytes: number | null}[]} files @returns {number} of all of them, as far as they are known */
export const totalOf = (files) => files.reduce((sum, file) => sum + (file.bytes || 0), 0);

/** How fast it comes. */
export class Pace {
  constructor() {
    /** @type {{at: number, bytes: number}[]} */
    this.came = [];
  }

  /** @param {number} bytes @param {number} at */
  add(bytes, at) {
    this.came.push({ at, bytes });
    while (this.came.length > 2 && at - this.came[0].at > WINDOW_MS) this.came.shift();
  }

  /** @param {number} bytes @returns {number | null} ms that they will take; null while nobody can say */
  timeFor(bytes) {
    const [first] = this.came;
    const last = this.came[this.came.length - 1];
    if (!first || last.at - first.at < 1000) return null;
    // The first of them came before the window began.
    const came = this.came.slice(1).reduce((sum, each) => sum + each.bytes, 0);
    return (bytes * (last.at - first.at)) / came;
  }
}

/**
 * Whether a download can be played, and what stands against it.
 * @param {{state: string, openedAt: number, until: number}} pack
 * @param {number} at by this device's clock
 * @returns {"" | "unfinished" | "over" | "clock"} "clock": this device's clock is behind the day of the download, so that what
 *   is played now would seem to be from before it
 */
export function hindrance(pack, at) {
  if (pack.state !== "ready") return "unfinished";
  if (at < pack.openedAt - 60_000) return "clock";
  return at < pack.until ? "" : "over";
}

/**
 * @param {number} until the end of a download, not included
 * @returns {string} its last day, as this page writes days
 */
export const lastDay = (until) => new Date(until - 1).toLocaleDateString(document.documentElement.lang);
