import { union } from "./intervals.js";

/**
 * Sends outboxes: one request at a time, leftovers of earlier playbacks first, slower and slower while the
 * server cannot be reached.
 *
 * @typedef {import("./outbox.js").Outbox} Outbox
 * @typedef {{kind: string, sentence: string}} Trouble
 */

/** Seconds until the next attempt after the first, second, ... failure. */
const WAITS_S = [3, 5, 10, 20, 40, 60];

export class Reporter {
  /**
   * @param {object} given
   * @param {(address: string, how: object) => Promise<any>} given.ask
   * @param {string} given.address of the playbacks
   * @param {() => number} given.now the device's clock, ms
   * @param {(answer: any, outbox: Outbox) => void} given.answered
   * @param {(trouble: Trouble) => void} given.failed
   * @param {(count: number) => void} given.caughtUp after a failure everything is sent; how many that was
   */
  constructor({ ask, address, now, answered, failed, caughtUp }) {
    Object.assign(this, { ask, address, now, answered, failed, caughtUp });
    /** @type {Outbox[]} */
    this.earlier = [];
    /** @type {Outbox | null} */
    this.current = null;
    this.failures = 0;
    this.notBefore = 0;
    this.broken = false;
    this.sentSinceBroken = 0;
    /** @type {Promise<boolean> | null} */
    this.running = null;
    this.again = false;
  }

  /** Records on this device that the server has not got. */
  get waiting() {
    return [...this.earlier, this.current].reduce((sum, box) => sum + (box ? box.size : 0), 0);
  }

  /**
   * What of a lecture version was played here and is not on the server.
   * @param {number} version
   * @param {import("./spans.js").Span | null} running
   * @returns {import("./intervals.js").Interval[]}
   */
  intervals(version, running) {
    const boxes = [...this.earlier, this.current].filter((box) => box && box.box.version === version);
    const spans = boxes.flatMap((box) => (box ? box.box.spans : []));
    if (running) spans.push({ ...running, sequence: 0 });
    return union(spans.map((span) => [span.media_from_ms, span.media_until_ms]));
  }

  /**
   * The current playback is another one from now on; what the old one still has is sent as a leftover.
   * @param {Outbox | null} outbox
   */
  replace(outbox) {
    if (this.current) this.retire(this.current);
    this.current = outbox;
  }

  /** @param {Outbox} outbox */
  retire(outbox) {
    outbox.left = true;
    outbox.write(this.now());
    if (outbox.size) this.earlier.push(outbox);
    else outbox.remove();
  }

  /**
   * Outboxes of earlier pages: send them, and say afterwards how much that was.
   * @param {Outbox[]} left
   */
  adopt(left) {
    const known = new Set(this.earlier.map((outbox) => outbox.key));
    this.earlier.push(...left.filter((outbox) => !known.has(outbox.key)));
    if (!left.length) return;
    this.interrupt();
    this.send();
  }

  /** Whether a failure asks for patience now. */
  get resting() {
    return this.now() < this.notBefore;
  }

  /** The link is gone, as the browser says: what is sent from now on was sent late. */
  interrupt() {
    if (!this.broken) this.sentSinceBroken = 0;
    this.broken = true;
  }

  /** The link is back: try at once. */
  wake() {
    this.notBefore = 0;
  }

  /**
   * Send everything there is.
   * @param {{always?: boolean}} [how] `always`: report the position even if there is no new span
   * @returns {Promise<boolean>} whether everything arrived
   */
  async send({ always = false } = {}) {
    if (this.running) {
      this.again = this.again || always;
      return this.running;
    }
    this.running = this.sendAll(always);
    const done = await this.running;
    this.running = null;
    if (done && this.again) {
      this.again = false;
      return this.send({ always: true });
    }
    return done;
  }

  /** @param {boolean} always */
  async sendAll(always) {
    try {
      while (this.earlier.length) {
        const outbox = this.earlier[0];
        if (await this.drain(outbox, false)) outbox.remove();
        this.earlier.shift();
      }
      if (this.current && (always || this.current.size)) await this.drain(this.current, true);
    } catch (error) {
      const trouble = /** @type {Trouble} */ (/** @type {any} */ (error));
      if (!trouble.kind) throw error;
      this.notBefore = this.now() + WAITS_S[Math.min(this.failures, WAITS_S.length - 1)] * 1000;
      this.failures += 1;
      this.interrupt();
      this.failed(trouble);
      return false;
    }
    this.failures = this.notBefore = 0;
    if (this.broken) {
      this.broken = false;
      this.caughtUp(this.sentSinceBroken);
    }
    return true;
  }

  /**
   * @param {Outbox} outbox
   * @param {boolean} current
   * @returns {Promise<boolean>} whether nothing is left in it
   */
  async drain(outbox, current) {
    do {
      const spans = outbox.take(this.now());
      let answer;
      try {
        answer = await this.ask(`${this.address}${outbox.box.playback}/spans/`, this.report(outbox, spans));
      } catch (error) {
        // Not ours any more, or never was: it stays where it is and is tried with the next page.
        if (!current && /** @type {any} */ (error).kind === "refused") return false;
        throw error;
      }
      const known = new Set(answer.acknowledged);
      if (spans.length && !spans.some((span) => known.has(span.sequence))) return false;
      outbox.acknowledge(answer.acknowledged, this.now());
      this.sentSinceBroken += spans.length;
      this.answered(answer, outbox);
    } while (outbox.size);
    return true;
  }

  /**
   * The page is being left: one request that outlives it. What it brings is acknowledged by the next page.
   */
  sendLast() {
    const outbox = this.current;
    if (!outbox || !outbox.size) return;
    const spans = outbox.take(this.now());
    this.ask(`${this.address}${outbox.box.playback}/spans/`, { ...this.report(outbox, spans), keepalive: true }).then(
      (answer) => outbox.acknowledge(answer.acknowledged, this.now()),
      () => {},
    );
  }

  /**
   * @param {Outbox} outbox
   * @param {import("./outbox.js").Numbered[]} spans
   */
  report(outbox, spans) {
    const { key, position_ms } = outbox.box;
    const body = {
      device_now_ms: this.now(),
      position_ms: Math.round(position_ms),
      spans: spans.map(({ rate, ...span }) => span),
    };
    return key ? { body, key } : { body };
  }
}
