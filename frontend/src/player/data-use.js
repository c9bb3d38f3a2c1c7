/**
 * How much of recordings was fetched on this device this month, and what the lawyer's cap says to it.
 *
 * Counted are the bytes that our own feed took; of pictures and captions what Resource Timing says came over the line; and of
 * what the browser loads by itself, the buffer's growth at the mode's bitrate. Pages are not in it.
 */

const KEY = "qianchang.data.";
/** From this share of the cap on it is said, once; at the cap it is asked, and again after each further tenth. */
const WARN = 0.8;
const TENTH = 0.1;

/** @param {number} at @returns {string} the month by this device's calendar */
export function monthOf(at) {
  const day = new Date(at);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}`;
}

export class DataUse {
  /**
   * @param {Storage} storage
   * @param {number | null} capMb megabytes of 10^6 bytes; null: no limit
   * @param {number} at
   */
  constructor(storage, capMb, at) {
    this.storage = storage;
    this.cap = capMb ? capMb * 1_000_000 : Infinity;
    this.pending = 0;
    this.read(at);
  }

  /** Other pages of this browser count, too: what is stored is the truth. @param {number} at */
  read(at) {
    this.month = monthOf(at);
    let kept;
    try {
      kept = JSON.parse(this.storage.getItem(KEY + this.month) || "{}") || {};
    } catch {
      kept = {};
    }
    this.kept = { bytes: Number(kept.bytes) || 0, warned: kept.warned === true, agreed: Number(kept.agreed) || 0 };
  }

  get bytes() {
    return this.kept.bytes + this.pending;
  }

  /** @param {number} bytes */
  add(bytes) {
    this.pending += Math.max(0, bytes);
  }

  /**
   * Into the storage, where this month's pages meet.
   * @param {number} at
   * @param {{warned?: boolean, agreed?: number}} [more]
   */
  write(at, more = {}) {
    const { pending } = this;
    this.read(at);
    Object.assign(this.kept, { bytes: this.kept.bytes + pending }, more);
    this.pending = 0;
    try {
      this.storage.setItem(KEY + this.month, JSON.stringify(this.kept));
      for (let n = this.storage.length - 1; n >= 0; n -= 1) {
        const key = this.storage.key(n) || "";
        if (key.startsWith(KEY) && key !== KEY + this.month) this.storage.removeItem(key);
      }
    } catch {
      // Full or forbidden by the browser: tried again with the next bytes.
      this.pending = pending;
    }
  }

  /** Whether it is time to say that most of the cap is used: true once a month. @param {number} at */
  warns(at) {
    if (this.kept.warned || this.bytes < WARN * this.cap || this.asks) return false;
    // Another page may have said it.
    this.write(at);
    if (this.kept.warned) return false;
    this.write(at, { warned: true });
    return true;
  }

  /** Whether more may be fetched only when the lawyer says so. */
  get asks() {
    return this.bytes >= Math.max(this.cap, this.kept.agreed);
  }

  /** The lawyer said so: ask again after another tenth of the cap. @param {number} at */
  agree(at) {
    this.write(at, { agreed: this.bytes + TENTH * this.cap });
  }
}
