/**
 * Where the presence codes are.
 *
 * @typedef {{index: number, from_ms: number, until_ms: number, answered: boolean}} Code
 */

/**
 * The unanswered code that is shown at a moment of the recording.
 * @param {Code[]} codes
 * @param {number} mediaMs
 * @returns {Code | null}
 */
export function codeAt(codes, mediaMs) {
  return codes.find((code) => !code.answered && code.from_ms <= mediaMs && mediaMs < code.until_ms) || null;
}

/**
 * The code the field asks for: the one that is shown or was shown last and is not answered; else the first
 * that is still to come.
 * @param {Code[]} codes
 * @param {number} mediaMs
 * @returns {Code | null}
 */
export function codeWanted(codes, mediaMs) {
  const open = codes.filter((code) => !code.answered);
  return open.filter((code) => code.from_ms <= mediaMs).pop() || open[0] || null;
}
