/**
 * What the browser tells about the line and the buffer.
 */

/** A measured speed is believed this long, in ms. */
const KEPT_MS = 24 * 3600 * 1000;
const KEY = "qianchang.speed";

/**
 * The speed in kbit/s: what was measured here lately, else what the browser believes, else null.
 * @param {Storage} storage
 * @param {number} at
 * @returns {number | null}
 */
export function rememberedSpeed(storage, at) {
  try {
    const { kbits, at: measured } = JSON.parse(storage.getItem(KEY) || "{}");
    if (kbits > 0 && at - measured < KEPT_MS) return kbits;
  } catch {
    // Not ours: measured anew.
  }
  const line = /** @type {any} */ (navigator).connection;
  return line && line.downlink ? line.downlink * 1000 : null;
}

/**
 * Measure once more, and remember what was measured for the next page.
 * @param {import("./modes.js").SpeedMeter} meter
 * @param {{bufferedMs: number, loading: boolean}} arriving
 * @param {{kbits: number, storage: Storage, at: number}} now bitrate of what is loaded
 */
export function sampleLine(meter, arriving, { kbits, storage, at }) {
  if (!meter.sample({ ...arriving, at, kbits })) return;
  try {
    storage.setItem(KEY, JSON.stringify({ kbits: meter.kbits, at }));
  } catch {
    // A full storage: measured anew next time.
  }
}

/**
 * @param {HTMLMediaElement} media
 * @returns {number} how far the picture is here beyond the position, ms
 */
export function bufferedAhead({ buffered, currentTime }) {
  for (let n = 0; n < buffered.length; n += 1) {
    const inside = buffered.start(n) <= currentTime + 0.1 && currentTime <= buffered.end(n);
    if (inside) return Math.round((buffered.end(n) - currentTime) * 1000);
  }
  return 0;
}

/**
 * @param {HTMLMediaElement} media
 * @returns {number} how much is buffered in all, ms: unlike an end, it does not leap when ranges meet
 */
export function bufferedTotal({ buffered }) {
  let total = 0;
  for (let n = 0; n < buffered.length; n += 1) total += buffered.end(n) - buffered.start(n);
  return total * 1000;
}
