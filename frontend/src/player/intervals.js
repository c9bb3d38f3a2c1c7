/**
 * Arithmetic on half-open ranges of milliseconds, [from, until).
 *
 * @typedef {[number, number]} Interval
 */

/**
 * The sorted disjoint ranges that cover the same moments, whatever order they come in.
 * @param {Interval[]} intervals
 * @returns {Interval[]}
 */
export function union(intervals) {
  const merged = /** @type {Interval[]} */ ([]);
  for (const [from, until] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const last = merged[merged.length - 1];
    if (until <= from) continue;
    if (last && from <= last[1]) last[1] = Math.max(last[1], until);
    else merged.push([from, until]);
  }
  return merged;
}

/**
 * What `left` covers and `right` does not.
 * @param {Interval[]} left
 * @param {Interval[]} right
 * @returns {Interval[]}
 */
export function difference(left, right) {
  let rest = union(left);
  for (const [from, until] of union(right)) {
    rest = rest
      .flatMap(([a, b]) => /** @type {Interval[]} */ ([[a, Math.min(b, from)], [Math.max(a, until), b]]))
      .filter(([a, b]) => a < b);
  }
  return rest;
}

/**
 * How many milliseconds are covered; a moment covered twice counts once.
 * @param {Interval[]} intervals
 * @returns {number}
 */
export function lengthOf(intervals) {
  return union(intervals).reduce((sum, [from, until]) => sum + until - from, 0);
}

/**
 * The share of the creditable ranges that is covered, in whole percent, rounded down; 100 when less than a second is missing in
 * all, as the server says it.
 * @param {Interval[]} creditable
 * @param {Interval[]} covered
 * @returns {number}
 */
export function percentOf(creditable, covered) {
  const total = lengthOf(creditable);
  const left = lengthOf(difference(creditable, covered));
  if (left < 1000 && left < total) return 100;
  return total ? Math.floor((100 * (total - left)) / total) : 0;
}

/**
 * The creditable ranges that were not watched, without slivers that are only rounding at a cut.
 * @param {Interval[]} creditable
 * @param {Interval[]} covered
 * @param {number} [atLeastMs]
 * @returns {Interval[]}
 */
export function missing(creditable, covered, atLeastMs = 1500) {
  return difference(creditable, covered).filter(([from, until]) => until - from >= atLeastMs);
}
