/**
 * The player of a download: the lecture page's own, with the files on this device, a playback that was opened when they were
 * fetched, and codes that need no asking.
 */
import { ask } from "../player/api.js";
import { lengthOf, missing } from "../player/intervals.js";
import { Player } from "../player/player.js";
import { View } from "../player/view.js";
import { keepAnswer, keptAnswers, sendAnswers } from "./answers.js";
import { PLAYBACKS } from "./sending.js";

const EVERY_S = 30;
/** For a page whose download was removed under it. */
const LAST_SITTING = 20_000;
/** What a player writes of the line: a file that is here already says nothing about it. */
const OF_THE_LINE = ["qianchang.speed", "qianchang.mode"];

/** @param {Storage} storage @returns {Storage} the same, but for what is known of the line */
export function withoutLine(storage) {
  return {
    get length() {
      return storage.length;
    },
    key: (n) => storage.key(n),
    getItem: (name) => (OF_THE_LINE.includes(name) ? null : storage.getItem(name)),
    setItem: (name, value) => void (OF_THE_LINE.includes(name) || storage.setItem(name, value)),
    removeItem: (name) => storage.removeItem(name),
    clear: () => storage.clear(),
  };
}

/** The ways of watching cost nothing any more: they only say what is on the stage. */
export class PackView extends View {
  /** @param {string} chosen */
  modes(chosen) {
    for (const label of this.el.modes.querySelectorAll(".mode")) {
      label.hidden = !this.config.modes.some((/** @type {any} */ { mode }) => mode === label.dataset.mode);
      this.text(label.querySelector("span"), this.words.here);
      label.classList.toggle("x", label.dataset.mode === chosen);
      label.querySelector("input").checked = label.dataset.mode === chosen;
    }
    // The film is under the slide in the same file: it is heard and not seen.
    this.el.stage.classList.toggle("slides-only", chosen === "audio");
  }

  /** Everything is done but the sending. @param {boolean} done */
  finished(done) {
    /** @type {HTMLElement} */ (document.getElementById("pack-done")).hidden = !done;
  }

  /** @param {{hours: string, entry_url: string} | null} award */
  credited(award) {
    super.credited(award);
    const hours = award ? award.hours : this.config.hours;
    const [words] = this.el.credited.childNodes;
    words.textContent = `${this.say("credited", { hours })} `;
  }
}

export class PackPlayer extends Player {
  /**
   * @param {any} config
   * @param {PackView} view
   * @param {Storage} storage
   * @param {{pack: import("./store.js").Pack, links: Record<string, any>,
   *   keep: (change: (pack: import("./store.js").Pack) => void) => Promise<import("./store.js").Pack | undefined>}} download
   */
  constructor(config, view, storage, download) {
    super(config, view, withoutLine(storage));
    this.download = download;
    // The codes are here: they are shown and answered without asking, also before somebody plays.
    this.presence.report = async () => true;
    this.presence.isOpen = () => true;
  }

  /** @param {string} address @param {any} [how] @returns {Promise<any>} */
  ask(address, how) {
    if (address === PLAYBACKS) return this.sit();
    const code = new RegExp(`^${PLAYBACKS}(?:${this.download.pack.id})?/(?:codes/(\\d+)|presence)/$`).exec(address);
    if (!code) return super.ask(address, how);
    return code[1] ? Promise.resolve({ code: this.digits(Number(code[1])) }) : this.answerCode(how.body);
  }

  tick() {
    super.tick();
    // The element gave up a file that is here: no line has to be waited for.
    if (!navigator.onLine && this.screen.faults.isDue(Date.now())) this.open();
  }

  /**
   * The playback was opened when the files were fetched. Each sitting with it has a number, and so an outbox, of its own:
   * two pages of one download, or one that went down with the power, take nothing from each other.
   */
  async sit() {
    const { pack, links, keep } = this.download;
    const kept = await keep((each) => void (each.sittings += 1));
    const { id, key } = pack;
    const standing = { intervals_ms: this.accepted, codes: this.presence.codes, credited: this.config.credited };
    // Removed meanwhile by another page: what is open here is played to its end.
    const sitting = kept ? kept.sittings : LAST_SITTING;
    return { id, key, sitting, links, report_every_s: EVERY_S, index: null, ...standing };
  }

  /**
   * The digits came with the download. A right answer is kept, and sent with the record.
   * @param {{index: number, code: string}} answer
   */
  async answerCode({ index, code }) {
    const { pack, keep } = this.download;
    const codes = /** @type {any[]} */ (this.presence.codes);
    const right = this.digits(index) === code;
    if (right) {
      keepAnswer(this.storage, { account: pack.account, playback: pack.id, key: pack.key, index, code, at: Date.now() });
      const mark = (/** @type {any[]} */ all) => all.map((each) => (each.index === index ? { ...each, answered: true } : each));
      keep((kept) => void (kept.config.codes = mark(kept.config.codes)));
      this.report();
      return { correct: true, codes: mark(codes), credited: false };
    }
    const { from_ms, until_ms } = codes.find((each) => each.index === index);
    const values = { from: Math.floor(from_ms / 60_000), until: Math.ceil(until_ms / 60_000) };
    return { correct: false, sentence: this.view.say("wrongCode", values), codes, credited: false };
  }

  /** @param {number} index */
  digits(index) {
    return this.download.pack.config.codes.find((/** @type {any} */ each) => each.index === index).code;
  }

  /** What was played, then the answers. @returns {Promise<boolean>} */
  async report() {
    const done = await super.report();
    if (done && keptAnswers(this.storage, Date.now()).size) {
      const answered = (/** @type {any} */ { playback }, /** @type {any} */ standing) => {
        if (playback === this.download.pack.id) this.stand(standing);
      };
      await sendAnswers({ storage: this.storage, ask, address: PLAYBACKS, at: Date.now(), answered }).catch((error) => this.failed(error));
    }
    return done;
  }

  /** @param {any} answer @param {import("../player/outbox.js").Outbox} outbox */
  answered(answer, outbox) {
    super.answered(answer, outbox);
    if (outbox.box.version !== this.config.version) return;
    const { intervals_ms } = answer;
    const position_ms = Math.round(this.positionMs);
    this.download.keep((kept) => void Object.assign(kept.config, { intervals_ms, position_ms }));
  }

  /** What the server says of the codes is without their digits, and it may not know the latest answers yet. @param {any} standing */
  stand(standing) {
    const mine = /** @type {any[]} */ (this.presence.codes);
    const answered = (/** @type {number} */ index) => mine.some((each) => each.index === index && each.answered);
    const codes = standing.codes.map((/** @type {any} */ each) => ({ ...each, answered: each.answered || answered(each.index) }));
    super.stand({ ...standing, codes });
    if (!standing.credited) return;
    this.config.credited = true;
    this.download.keep((kept) => void (kept.config.credited = true));
  }

  redraw() {
    super.redraw();
    const { creditable } = this.view;
    const gaps = missing(creditable, this.covered());
    const enough = lengthOf(gaps) <= (1 - Number(this.config.threshold)) * lengthOf(creditable);
    const codes = /** @type {any[]} */ (this.presence.codes).every(({ answered }) => answered);
    this.view.finished(enough && codes && !this.config.credited);
  }
}
