/**
 * What was played and is not on the server yet: kept in localStorage, one entry a playback, so that neither
 * a lost link nor a power cut costs a record.
 *
 * @typedef {import("./spans.js").Span} Span
 * @typedef {Span & {sequence: number}} Numbered
 * @typedef {{account: string, version: number, playback: string, opened: number, beat: number, next: number, sent: number,
 *   position_ms: number, spans: Numbered[], running: Span | null, sitting?: number, key?: string}} Box
 *   `beat`: when the page that plays wrote last, 0 when it said goodbye; `sent`: the highest sequence that
 *   ever left this device, which must not change any more; `sitting` and `key`: of a download, whose one playback
 *   is watched many times, each time with an outbox and sequences of its own, and reports by its key
 */

const PREFIX = "qianchang.outbox.";
/** A page that has not written for this long is gone. It writes every ten seconds. */
export const SILENT_MS = 30_000;
/** The server takes records for thirty days; nothing can become of older ones. */
const KEPT_MS = 31 * 24 * 3600 * 1000;
/** The server takes this many in one request. */
export const BATCH = 200;

/** So many sequences belong to one sitting with a download. */
const SITTING = 100_000;

/**
 * @param {string} account
 * @param {string} playback
 * @param {number} [sitting]
 */
export const keyOf = (account, playback, sitting) => `${PREFIX}${account}.${playback}${sitting ? `.${sitting}` : ""}`;

/** The outbox of one playback. A full or forbidden storage costs the safety, not the playing. */
export class Outbox {
  /**
   * @param {Storage} storage
   * @param {Box} box
   */
  constructor(storage, box) {
    this.storage = storage;
    this.box = box;
    /** The page has said goodbye: whoever comes next may send this. */
    this.left = false;
  }

  /**
   * @param {Storage} storage
   * @param {{account: string, version: number, playback: string, at: number, sitting?: number, key?: string}} opened
   */
  static create(storage, { account, version, playback, at, sitting = 0, key }) {
    const box = { account, version, playback, opened: at, beat: at, sent: 0, position_ms: 0, spans: [], running: null };
    Object.assign(box, { next: sitting * SITTING + 1 }, sitting ? { sitting, key } : {});
    const outbox = new Outbox(storage, box);
    outbox.write(at);
    return outbox;
  }

  get key() {
    return keyOf(this.box.account, this.box.playback, this.box.sitting);
  }

  get size() {
    return this.box.spans.length;
  }

  /**
   * Take a finished span in. It is joined to the one before where it goes on without a gap and that one was
   * not sent yet: an hour without a link is one record, not a hundred.
   * @param {Span} span
   */
  add(span) {
    const { box } = this;
    box.running = null;
    const last = box.spans[box.spans.length - 1];
    const joins =
      last &&
      last.sequence > box.sent &&
      last.rate === span.rate &&
      last.media_until_ms === span.media_from_ms &&
      last.wall_until_ms === span.wall_from_ms;
    if (joins) {
      last.media_until_ms = span.media_until_ms;
      last.wall_until_ms = span.wall_until_ms;
    } else {
      box.spans.push({ ...span, sequence: box.next++ });
    }
  }

  /**
   * What to send next. From now on these spans stay as they are: the server knows them by their sequence.
   * @param {number} at
   * @returns {Numbered[]}
   */
  take(at) {
    const batch = this.box.spans.slice(0, BATCH);
    if (batch.length) this.box.sent = Math.max(this.box.sent, batch[batch.length - 1].sequence);
    this.write(at);
    return batch;
  }

  /**
   * Forget what the server has.
   * @param {number[]} sequences
   * @param {number} at
   */
  acknowledge(sequences, at) {
    const had = new Set(sequences);
    this.box.spans = this.box.spans.filter((span) => !had.has(span.sequence));
    this.write(at);
  }

  /**
   * @param {number} at
   * @param {{running?: Span | null, positionMs?: number}} [now]
   */
  write(at, { running = this.box.running, positionMs = this.box.position_ms } = {}) {
    Object.assign(this.box, { running, position_ms: Math.round(positionMs), beat: this.left ? 0 : at });
    try {
      this.storage.setItem(this.key, JSON.stringify(this.box));
    } catch {
      // Full, or forbidden by the browser: the records stay in memory and are sent from there.
    }
  }

  remove() {
    try {
      this.storage.removeItem(this.key);
    } catch {
      // As above.
    }
  }
}

/**
 * The outboxes that earlier pages of this account left behind, oldest first. A span that was running when
 * the power went is a record like the others. Empty and outlived ones are thrown away; those of a page that
 * still writes are left to it.
 * @param {Storage} storage
 * @param {{account: string, at: number, except?: string, keyed?: boolean}} now `except`: the key of one that is in use;
 *   `keyed`: also downloads' of other accounts, which need no session
 * @returns {{left: Outbox[], alive: number}}
 */
export function leftovers(storage, { account, at, except = "", keyed = false }) {
  const left = /** @type {Outbox[]} */ ([]);
  let alive = 0;
  for (const key of keysOf(storage)) {
    const box = read(storage, key);
    if (!box || at - box.opened > KEPT_MS) {
      storage.removeItem(key);
      continue;
    }
    if (!(box.account === account || (keyed && box.key)) || key === except) continue;
    if (box.beat && Math.abs(at - box.beat) < SILENT_MS) {
      alive += 1;
      continue;
    }
    const outbox = new Outbox(storage, box);
    outbox.left = true;
    if (box.running) outbox.add(box.running);
    if (outbox.size) {
      outbox.write(at);
      left.push(outbox);
    } else {
      outbox.remove();
    }
  }
  return { left: left.sort((a, b) => a.box.opened - b.box.opened), alive };
}

/** @param {Storage} storage */
function keysOf(storage) {
  try {
    return Array.from({ length: storage.length }, (_, n) => storage.key(n) || "").filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

/**
 * @param {Storage} storage
 * @param {string} key
 * @returns {Box | null}
 */
function read(storage, key) {
  try {
    const box = JSON.parse(storage.getItem(key) || "");
    return Array.isArray(box.spans) && box.playback && key === keyOf(box.account, box.playback, box.sitting) ? box : null;
  } catch {
    return null;
  }
}
