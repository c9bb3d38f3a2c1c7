/**
 * Turns what the media element does into spans: one span is playing without a break at one rate, with where
 * it was in the recording and when by the device's clock.
 *
 * @typedef {{media_from_ms: number, media_until_ms: number, wall_from_ms: number, wall_until_ms: number, rate: number}} Span
 * @typedef {{playing: boolean, mediaMs: number, wallMs: number, rate: number, jumped?: boolean}} Moment
 *   `playing`: the picture moves (not paused, not waiting, not seeking); `jumped`: `mediaMs` is where a seek goes
 */

/** The position a browser tells is never exactly in step with the clock, in ms. */
const SLACK_MS = 300;
/** The server's own tolerance of the rate: what is beyond it was not played. */
const FASTEST = 1.05;
/** This far behind the clock, the device slept or the picture stood still. */
const ASLEEP_MS = 1500;

/**
 * Whether the stretch between two moments can have been played at the rate of the first.
 * @param {Moment} before
 * @param {Moment} now
 */
function continuous(before, now) {
  const media = now.mediaMs - before.mediaMs;
  const wall = now.wallMs - before.wallMs;
  const due = wall * before.rate;
  return wall >= 0 && media >= 0 && media <= due * FASTEST + SLACK_MS && media >= due * 0.5 - ASLEEP_MS;
}

export class SpanRecorder {
  /** @param {(span: Span) => void} closed called with each finished span */
  constructor(closed) {
    this.closed = closed;
    /** @type {Moment | null} */
    this.first = null;
    /** @type {Moment | null} */
    this.last = null;
  }

  /**
   * Tell what the element does now: at each of its events, and a few times a second while it plays.
   * @param {Moment} now
   */
  observe(now) {
    const { last } = this;
    if (last) {
      if (!now.jumped && continuous(last, now)) this.last = { ...now, rate: last.rate };
      else this.close();
      if (this.last && (!now.playing || now.rate !== last.rate)) this.close();
    }
    if (!this.last && now.playing && !now.jumped) this.first = this.last = now;
  }

  /** Finish the running span, if any. */
  close() {
    const span = this.running();
    this.first = this.last = null;
    if (span) this.closed(span);
  }

  /** Finish the running span and go on in the next one without a gap: what a report needs. */
  split() {
    const { last } = this;
    if (!this.running()) return;
    this.close();
    this.first = this.last = last;
  }

  /**
   * The span as far as it has got, for the journal against a power cut.
   * @returns {Span | null}
   */
  running() {
    const { first, last } = this;
    if (!first || !last || last.mediaMs <= first.mediaMs || last.wallMs <= first.wallMs) return null;
    return {
      media_from_ms: Math.round(first.mediaMs),
      media_until_ms: Math.round(last.mediaMs),
      wall_from_ms: Math.round(first.wallMs),
      wall_until_ms: Math.round(last.wallMs),
      rate: first.rate,
    };
  }
}
