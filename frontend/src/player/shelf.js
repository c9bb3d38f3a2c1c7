/**
 * Which fragments of a file are in the browser's memory, which is to come next, and which may go.
 *
 * @typedef {import("./boxes.js").Fragment} Fragment
 */

export class Shelf {
  /** @param {Fragment[]} fragments of the file, in order, at least one */
  constructor(fragments) {
    this.fragments = fragments;
    /** @type {Set<number>} */
    this.here = new Set();
  }

  /** @param {number} ms @returns {number} the place of the fragment with this moment */
  at(ms) {
    const { fragments } = this;
    let [low, high] = [0, fragments.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (fragments[middle].fromMs <= ms) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** @param {number} ms @returns {number} the first fragment from there on that is not here; their count: all are */
  next(ms) {
    let place = this.at(ms);
    while (this.here.has(place)) place += 1;
    return place;
  }

  /** @param {number} ms @returns {number} how long it is here without a hole, in ms */
  aheadMs(ms) {
    const next = this.next(ms);
    return next > this.at(ms) ? this.fragments[next - 1].untilMs - ms : 0;
  }

  /** @param {number} ms @returns {number} what is here without a hole from there on, in bytes */
  aheadBytes(ms) {
    const [from, next] = [this.at(ms), this.next(ms)];
    return next > from ? this.fragments[next - 1].end - this.fragments[from].offset : 0;
  }

  get bytes() {
    let sum = 0;
    for (const place of this.here) sum += this.fragments[place].end - this.fragments[place].offset;
    return sum;
  }

  /**
   * Where a piece that begins with a fragment ends: after so many bytes, at the end of a fragment, before one that is here.
   * @param {number} place of its first fragment
   * @param {number} atLeast bytes
   * @returns {number} the byte after its last one
   */
  pieceEnd(place, atLeast) {
    const { fragments } = this;
    const from = fragments[place].offset;
    let last = place;
    while (last + 1 < fragments.length && !this.here.has(last + 1) && fragments[last].end - from < atLeast) last += 1;
    return fragments[last].end;
  }

  /**
   * What has to go so that no more than `most` bytes stay: the farthest first, never what is played now, what came just
   * before it, or what comes next without a hole.
   * @param {number} ms the position
   * @param {number} most bytes
   * @returns {number[]} places
   */
  tooMuch(ms, most) {
    const [now, next] = [this.at(ms), this.next(ms)];
    const far = [...this.here].filter((place) => place < now - 1 || place > next);
    // Behind counts double: most people go on.
    const distance = (/** @type {number} */ place) => (place < now ? 2 * (now - place) : place - now);
    far.sort((a, b) => distance(b) - distance(a));
    const gone = [];
    let bytes = this.bytes;
    for (const place of far) {
      if (bytes <= most) break;
      bytes -= this.fragments[place].end - this.fragments[place].offset;
      gone.push(place);
    }
    return gone;
  }

  /**
   * The browser may have thrown something away by itself: what it does not have, we do not have.
   * @param {TimeRanges} buffered
   * @returns {number[]} the places of what was missing
   */
  forget(buffered) {
    const gone = [];
    for (const place of [...this.here]) {
      const { fromMs, untilMs } = this.fragments[place];
      const middle = (fromMs + untilMs) / 2000;
      let there = false;
      for (let n = 0; n < buffered.length; n += 1) there = there || (buffered.start(n) <= middle && middle <= buffered.end(n));
      if (there) continue;
      this.here.delete(place);
      gone.push(place);
    }
    return gone;
  }
}
