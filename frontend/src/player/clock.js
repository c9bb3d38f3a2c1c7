/**
 * A time in a recording as people write it: 4:05, 1:10:22.
 * @param {number} ms
 * @returns {string}
 */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * Megabytes with one decimal below ten, whole ones above; never "0".
 * @param {number} bytes
 * @returns {string}
 */
export function megabytes(bytes) {
  const mb = bytes / 1_000_000;
  return mb >= 9.95 ? String(Math.round(mb)) : Math.max(mb, 0.1).toFixed(1);
}

/**
 * Put values into a translated sentence with `{name}` places. An unknown place stays as it is.
 * @param {string | undefined} sentence
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function fill(sentence, values = {}) {
  return (sentence || "").replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
