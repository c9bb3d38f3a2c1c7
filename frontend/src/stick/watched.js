/** What was watched: sorted stretches that do not touch, in ms of the lecture. */

/**
 * @param {number[][]} pieces
 * @returns {number[][]} the sorted stretches that cover the same moments
 */
export function union(pieces) {
  var sorted = pieces
    .filter(function (piece) {
      return piece[1] > piece[0];
    })
    .sort(function (a, b) {
      return a[0] - b[0];
    });
  /** @type {number[][]} */
  var merged = [];
  sorted.forEach(function (piece) {
    var last = merged[merged.length - 1];
    if (last && piece[0] <= last[1]) last[1] = Math.max(last[1], piece[1]);
    else merged.push([piece[0], piece[1]]);
  });
  return merged;
}

/** @param {number[][]} left @param {number[][]} right @returns {number[][]} what both cover */
export function both(left, right) {
  /** @type {number[][]} */
  var shared = [];
  union(left).forEach(function (a) {
    union(right).forEach(function (b) {
      var from = Math.max(a[0], b[0]);
      var until = Math.min(a[1], b[1]);
      if (from < until) shared.push([from, until]);
    });
  });
  return shared;
}

/** @param {number[][]} pieces @returns {number} how many ms they cover */
export function lengthOf(pieces) {
  return union(pieces).reduce(function (sum, piece) {
    return sum + piece[1] - piece[0];
  }, 0);
}

/**
 * @param {number[][]} creditable @param {number[][]} seen
 * @returns {number} the first moment that was not watched; -1: nothing is missing
 */
export function firstMissing(creditable, seen) {
  var watched = union(seen);
  for (var n = 0; n < creditable.length; n += 1) {
    var at = creditable[n][0];
    for (var m = 0; m < watched.length; m += 1) if (watched[m][0] <= at && at < watched[m][1]) at = watched[m][1];
    if (at < creditable[n][1] - 1000) return at;
  }
  return -1;
}

/** @param {number} ms @returns {string} minutes and seconds: 41:05 */
export function clock(ms) {
  var seconds = Math.floor(ms / 1000);
  var rest = seconds % 60;
  return Math.floor(seconds / 60) + ":" + (rest < 10 ? "0" : "") + rest;
}
