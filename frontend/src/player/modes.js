/**
 * Which way of watching fits the line.
 *
 * @typedef {{mode: string, label: string, bytes: number, kbits: number, width: number | null, codecs: string, file?: string}} Mode
 */

/** A mode may use half of the line, so that the buffer grows while it plays (budget B15). */
const SHARE = 0.5;
/**
 * Without a measurement nothing dearer than this is chosen for anybody, in kbit/s: the light video of
 * budget B12, and what a short recording costs above it.
 */
const CAREFUL_KBITS = 96;

/** The meter's shortest window in ms (shorter ones measure single packets), and how many are remembered. */
const LEAST_WINDOW_MS = 1000;
const WINDOWS = 8;

/** The stand-in for players without Opus: AAC at 40 kbit/s, and its packaging. */
const STAND_IN_KBITS = 42;

/**
 * The mode, or one that has a link where it has none: the lecture may have been made anew with other modes since.
 * @param {Mode[]} modes
 * @param {Mode} mode
 * @param {Record<string, string>} links
 * @returns {Mode}
 */
export function linked(modes, mode, links) {
  return links[mode.mode] ? mode : modes.find((each) => links[each.mode]) || mode;
}

/**
 * The modes that this browser can play. Where it has no Opus, the sound comes as AAC (links have it under `aac`).
 * @param {Mode[]} modes
 * @param {number} durationMs
 * @param {(type: string) => string} canPlayType
 * @returns {Mode[]}
 */
export function playable(modes, durationMs, canPlayType) {
  const kept = modes.flatMap((mode) => {
    const type = `${mode.width === null ? "audio" : "video"}/mp4; codecs="${mode.codecs}"`;
    if (!mode.codecs || canPlayType(type)) return [mode];
    if (mode.mode !== "audio") return [];
    const extra = mode.bytes - (mode.kbits * durationMs) / 8;
    const bytes = Math.round((STAND_IN_KBITS * durationMs) / 8 + Math.max(0, extra));
    return [{ ...mode, file: "aac", kbits: STAND_IN_KBITS, bytes }];
  });
  // A browser that denies everything is more likely to be modest than unable.
  return kept.length ? kept : modes;
}

/**
 * Whether a mode plays without stalls: null while the speed is not known.
 * @param {Mode} mode
 * @param {number | null} speedKbits
 * @returns {boolean | null}
 */
export function fits(mode, speedKbits) {
  return speedKbits ? mode.kbits <= SHARE * speedKbits : null;
}

/**
 * The mode to begin with: what was chosen last time where it exists; else the best that fits the speed;
 * else the least. In data saver, and while the speed is not known, nothing above the light video.
 * @param {Mode[]} modes
 * @param {{speedKbits?: number | null, remembered?: string | null, saver?: boolean}} [known]
 * @returns {Mode}
 */
export function choose(modes, { speedKbits = null, remembered = null, saver = false } = {}) {
  const ascending = [...modes].sort((a, b) => a.kbits - b.kbits);
  const same = ascending.find((mode) => mode.mode === remembered);
  if (same) return same;
  const most = Math.min(
    speedKbits ? SHARE * speedKbits : CAREFUL_KBITS,
    saver ? CAREFUL_KBITS : Infinity,
  );
  return ascending.filter((mode) => mode.kbits <= most).pop() || ascending[0];
}

/**
 * What the unwatched part still costs in a mode, in bytes.
 * @param {Mode} mode
 * @param {number} missingMs
 * @param {number} durationMs
 * @returns {number}
 */
export function bytesLeft(mode, missingMs, durationMs) {
  return durationMs ? (mode.bytes * Math.min(missingMs, durationMs)) / durationMs : 0;
}

/**
 * Measures the line from how the buffer of the playing mode grows. The browser pauses its download
 * when it has enough, so that only the fastest of the latest windows says what the line can do.
 */
export class SpeedMeter {
  /** @param {number | null} [hintKbits] */
  constructor(hintKbits = null) {
    /** @type {number[]} */
    this.windows = [];
    this.hintKbits = hintKbits;
    /** @type {{bufferedMs: number, at: number} | null} */
    this.from = null;
  }

  /** @returns {number | null} kbit/s */
  get kbits() {
    return this.windows.length ? Math.max(...this.windows) : this.hintKbits;
  }

  /** The buffer is about to be another one: a seek or another mode. */
  restart() {
    this.from = null;
  }

  /**
   * @param {{bufferedMs: number, at: number, kbits: number, loading: boolean}} sample
   *   how much is buffered in media time, the clock, the mode's bitrate, whether data is arriving
   * @returns {boolean} whether something was measured
   */
  sample({ bufferedMs, at, kbits, loading }) {
    const from = this.from;
    if (!loading || !from || bufferedMs < from.bufferedMs) {
      this.from = loading ? { bufferedMs, at } : null;
      return false;
    }
    const took = at - from.at;
    // Data is told in bursts: a window ends only where something came, or the burst would look like the line.
    if (took < LEAST_WINDOW_MS || bufferedMs === from.bufferedMs) return false;
    this.from = { bufferedMs, at };
    this.windows = [...this.windows, Math.round(((bufferedMs - from.bufferedMs) * kbits) / took)].slice(-WINDOWS);
    return true;
  }
}
