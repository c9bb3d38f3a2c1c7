/**
 * Turns what the media element does into spans: where in the lecture something was played, and when by this computer's
 * clock. The same arithmetic as the site's player (player/spans.js), in a form that browsers of any age run.
 *
 * @typedef {{version: number, mediaMs: number, wallMs: number, playing: boolean, jumped?: boolean}} Moment
 * @typedef {[number, number, number, number, number, number]} Span sequence, version, media from and until, wall from and until
 */

/** The position a browser tells is never exactly in step with the clock, in ms. */
var SLACK_MS = 300;
/** The platform's own tolerance of the rate: what is beyond it was not played. */
var FASTEST = 1.05;
/** This far behind the clock, the computer slept or the picture stood still. */
var ASLEEP_MS = 1500;
/** A running span is closed after this long and goes on in the next one: what is lost with the power is at most this. */
var LONGEST_MS = 60000;

/** @param {Moment} before @param {Moment} now */
function continuous(before, now) {
  var media = now.mediaMs - before.mediaMs;
  var wall = now.wallMs - before.wallMs;
  return (
    before.version === now.version &&
    wall >= 0 &&
    media >= 0 &&
    media <= wall * FASTEST + SLACK_MS &&
    media >= wall * 0.5 - ASLEEP_MS
  );
}

/**
 * @param {number} sequence the number of the last span that is known already
 * @param {(span: Span) => void} closed called with each finished span
 */
export function makeTape(sequence, closed) {
  /** @type {Moment | null} */
  var first = null;
  /** @type {Moment | null} */
  var last = null;

  function running() {
    if (!first || !last || last.mediaMs <= first.mediaMs || last.wallMs <= first.wallMs) return null;
    return [
      sequence + 1,
      first.version,
      Math.round(first.mediaMs),
      Math.round(last.mediaMs),
      Math.round(first.wallMs),
      Math.round(last.wallMs),
    ];
  }

  function close() {
    var span = running();
    first = last = null;
    if (!span) return;
    sequence += 1;
    closed(/** @type {Span} */ (span));
  }

  /** Finish the running span and go on in the next one without a gap. */
  function split() {
    var at = last;
    if (!running()) return;
    close();
    first = last = at;
  }

  /** Tell what the element does now: at each of its events, and a few times a second. @param {Moment} now */
  function observe(now) {
    if (last) {
      if (!now.jumped && continuous(last, now)) last = now;
      else close();
      if (last && !now.playing) close();
    }
    if (!last && now.playing && !now.jumped) first = last = now;
    if (first && last && last.wallMs - first.wallMs >= LONGEST_MS) split();
  }

  return { observe: observe, close: close, split: split, running: running };
}
