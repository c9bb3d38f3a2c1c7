/**
 * What to do when the media element gives up: fetch fresh links and go on where it was; skip a place that
 * cannot be decoded; and be patient with a line that is gone.
 */

/** Two faults closer than this in the recording are the same one, in ms. */
const SAME_PLACE_MS = 3000;
/** How far a place that cannot be played is skipped, in ms. */
export const SKIP_MS = 10_000;
/** The first attempt comes soon, the others later and later, in ms. */
const SOON_MS = 500;
const STEP_MS = 2000;
const MOST_MS = 30_000;

export class Faults {
  constructor() {
    this.atMs = -Infinity;
    this.count = 0;
    /** When to open the playback anew; Infinity: nothing is wrong. */
    this.reopenAt = Infinity;
  }

  /**
   * @param {{positionMs: number, at: number, decode: boolean}} fault `decode`: the data is there but broken
   * @returns {boolean} whether the place is to be skipped
   */
  happened({ positionMs, at, decode }) {
    this.count = Math.abs(positionMs - this.atMs) < SAME_PLACE_MS ? this.count + 1 : 1;
    this.atMs = positionMs;
    this.reopenAt = at + Math.min(SOON_MS + (this.count - 1) * STEP_MS, MOST_MS);
    return decode && this.count > 1;
  }

  /** Opening itself did not work: later again, or never where the server says no. @param {number} at */
  openFailed(at, again = true) {
    this.count += 1;
    this.reopenAt = again ? at + Math.min(SOON_MS + this.count * STEP_MS, MOST_MS) : Infinity;
  }

  /** @param {number} at */
  isDue(at) {
    return at >= this.reopenAt;
  }

  /** The line is back: what was waiting is due now. */
  hurry() {
    if (this.reopenAt < Infinity) this.reopenAt = 0;
  }

  /** A playback is open. */
  opened() {
    this.reopenAt = Infinity;
  }
}
