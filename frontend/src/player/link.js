/**
 * The line under the controls: of all that is the matter, the weightiest is said.
 */
import { megabytes } from "./clock.js";

/** How long a finished matter stays readable, in ms. */
const NOTICE_MS = 60_000;

export class LinkState {
  /** @param {import("./view.js").View} view */
  constructor(view) {
    this.view = view;
    this.elsewhere = this.over = this.signedOut = this.offline = this.busy = this.waiting = false;
    this.sentence = "";
    this.notice = "";
    this.noticeUntil = 0;
    this.noticeKind = "ok";
  }

  /** @param {{kind: string, sentence: string}} trouble */
  failed({ kind, sentence }) {
    this.offline = kind === "offline";
    this.busy = kind === "busy";
    this.signedOut = kind === "signed-out";
    this.sentence = kind === "refused" ? sentence || this.view.words.refused : "";
  }

  recovered() {
    this.offline = this.busy = this.signedOut = false;
    this.sentence = "";
  }

  /** @param {number} count of records that came late @param {number} at */
  caughtUp(count, at) {
    const wasDown = this.offline || this.busy || this.signedOut;
    this.recovered();
    if (count) this.tell(this.view.say("sent", { count }), at, "ok");
    else if (wasDown) this.tell(this.view.words.backOnline, at, "ok");
  }

  /** @param {string} words @param {number} at @param {"ok" | "wa"} [kind] */
  tell(words, at, kind = "wa") {
    Object.assign(this, { notice: words, noticeUntil: at + NOTICE_MS, noticeKind: kind });
  }

  /**
   * @param {{at: number, records: number, bufferedMs: number, leastKbits: number}} now
   */
  show({ at, records, bufferedMs, leastKbits }) {
    const { view } = this;
    const { words } = view;
    const stored = records ? ` ${view.say("stored", { count: records })}` : "";
    if (this.elsewhere) view.link(words.elsewhere, { here: true });
    else if (this.over) view.link(view.say("capOver", { cap: view.config.cap_mb }), { goOn: true });
    else if (this.signedOut) view.link(words.signedOut, { signIn: true });
    else if (this.offline) {
      // Coarse steps: a live region that counts every second would never stop talking.
      const step = bufferedMs < 60_000 ? 10_000 : 60_000;
      const buffered = Math.floor(bufferedMs / step) * step;
      const lost = buffered ? view.say("offline", { buffered: view.span(buffered) }) : words.offlineEmpty;
      view.link(lost + stored);
    } else if (this.busy) view.link(words.busy + stored);
    else if (this.sentence) view.link(this.sentence);
    else if (this.waiting) view.link(view.say("waiting", { mb: megabytes((leastKbits * 60_000) / 8) }));
    else if (this.notice && at < this.noticeUntil) view.link(this.notice, { kind: this.noticeKind });
    else view.link("");
  }
}
