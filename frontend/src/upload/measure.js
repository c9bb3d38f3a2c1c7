// How fast, how far and how long still. Bytes and milliseconds in, plain numbers out.

export const BLOCK_BYTES = 2 * 1024 ** 2;
const MEGABYTE = 1024 ** 2;
// A block takes this long on the line as it is: a drop then costs little, and the pauses between blocks cost little, too.
const BLOCK_SECONDS = 12;
// A block counts whole or not at all: on a line that drops sooner than a block takes, smaller ones get through.
const LEAST_BYTES = 128 * 1024;
const WINDOW_MS = 20_000;
const SETTLE_MS = 2_000;

/** Speed over the last 20 seconds, so that one slow block does not frighten anybody. */
export class Speed {
  constructor() {
    this.samples = [];
  }

  /** Note that `bytes` of the file had been sent at `at`. Going back (a block sent again) starts the average anew. */
  note(bytes, at) {
    const last = this.samples[this.samples.length - 1];
    if (last && bytes < last.bytes) this.samples = [];
    this.samples.push({ bytes, at });
    while (this.samples.length > 2 && this.samples[1].at <= at - WINDOW_MS) this.samples.shift();
  }

  forget() {
    this.samples = [];
  }

  /** Bytes a second, or null while there is too little to tell. */
  get bytesPerSecond() {
    const first = this.samples[0];
    const last = this.samples[this.samples.length - 1];
    if (!first || last.at - first.at < SETTLE_MS || last.bytes <= first.bytes) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }
}

/**
 * How large the next block is: 1 to 8 MiB by the measured speed (budget B21), 2 MiB while it is not known, and half of it
 * for each of the `cuts` that the line made through a block.
 */
export function blockFor(bytesPerSecond, cuts = 0) {
  const whole = bytesPerSecond ? Math.min(8, Math.max(1, Math.floor((bytesPerSecond * BLOCK_SECONDS) / MEGABYTE))) * MEGABYTE : BLOCK_BYTES;
  return Math.max(LEAST_BYTES, whole / 2 ** cuts);
}

/** Whole minutes until the rest is sent, at least 1; null when the speed is not known. */
export function minutesLeft(bytes, bytesPerSecond) {
  return bytesPerSecond ? Math.max(1, Math.ceil(bytes / bytesPerSecond / 60)) : null;
}

/** Whole per cent; 100 only when nothing is missing. */
export function percent(done, total) {
  if (total <= 0) return 0;
  return done >= total ? 100 : Math.min(99, Math.floor((done * 100) / total));
}

/** How many blocks the server has confirmed, and of how many. The last block may be short. */
export function blocks(confirmed, total) {
  const all = Math.max(1, Math.ceil(total / BLOCK_BYTES));
  return { confirmed: confirmed >= total ? all : Math.floor(confirmed / BLOCK_BYTES), all };
}

/** A size as the rest of the site writes it. 1 MB is a million bytes, as on the bill of the line. */
export function size(bytes) {
  const megabytes = bytes / 1e6;
  if (megabytes >= 1000) return `${(megabytes / 1000).toFixed(2)} GB`;
  return megabytes >= 10 ? `${Math.round(megabytes)} MB` : `${Math.max(0.1, megabytes).toFixed(1)} MB`;
}
