/**
 * Presence codes on the page: shows the one of the moment, and answers.
 */
import { codeAt, codeWanted } from "./codes.js";
import { Voice } from "./voice.js";

/** @typedef {import("./codes.js").Code} Code */

/** Playing this long into a window before its code is asked for: the server wants to see some of it. */
const FIRST_MS = 1200;
/** And this long between two attempts. */
const AGAIN_MS = 5000;

export class Presence {
  /**
   * @param {object} given
   * @param {import("./view.js").View} given.view
   * @param {Code[]} given.codes
   * @param {(path: string, how?: object) => Promise<any>} given.askPlayback asks below the open playback
   * @param {() => boolean} given.isOpen whether a playback is open
   * @param {() => Promise<boolean>} given.report
   * @param {(standing: any) => void} given.stand takes codes, credited and award from an answer
   * @param {(trouble: any) => void} given.failed
   */
  constructor(given) {
    Object.assign(this, given);
    /** @type {Record<number, string>} */
    this.known = {};
    this.inside = 0;
    this.insideSince = 0;
    this.nextTry = 0;
    this.asking = false;
    const form = this.view.el["code-form"];
    if (form) form.addEventListener("submit", (/** @type {Event} */ event) => this.submit(event));
    this.voice = new Voice({ sounds: this.view.words.sounds, lecture: this.view.video });
    /** The code that is in the picture now, or was last. */
    this.shown = "";
    const again = this.view.el["code-say"];
    if (again) again.addEventListener("click", () => this.voice.say(this.shown));
    this.refresh(0);
  }

  /** @param {Code[]} codes @param {number} mediaMs */
  replace(codes, mediaMs) {
    this.codes = codes;
    this.refresh(mediaMs);
  }

  /** The field asks for another code only while nobody is typing. @param {number} mediaMs */
  refresh(mediaMs) {
    const input = this.view.el["code-input"];
    const wanted = codeWanted(this.codes, mediaMs);
    if (!wanted || !input || !input.value) this.view.codeForm(this.codes, wanted);
    const here = codeAt(this.codes, mediaMs);
    const code = (here && this.known[here.index]) || null;
    this.view.shownCode(code);
    if (!code || code === this.shown) return;
    this.shown = code;
    if (this.view.el["code-say"]) this.view.el["code-say"].hidden = false;
    // Who has turned the sound off wants silence.
    if (!this.view.video.muted && this.view.video.volume > 0) this.voice.say(code);
  }

  /**
   * Once a second.
   * @param {{mediaMs: number, playing: boolean, at: number}} now
   */
  tick({ mediaMs, playing, at }) {
    this.refresh(mediaMs);
    const here = codeAt(this.codes, mediaMs);
    if (!here || here.index !== this.inside) {
      this.inside = here ? here.index : 0;
      this.insideSince = this.nextTry = at;
    }
    if (!playing) this.insideSince = at;
    if (!here || this.known[here.index] || this.asking || !playing || !this.isOpen()) return;
    if (at >= this.nextTry && at - this.insideSince >= FIRST_MS) {
      this.nextTry = at + AGAIN_MS;
      this.see(here);
    }
  }

  /** @param {Code} code */
  async see(code) {
    this.asking = true;
    try {
      if (!(await this.report())) this.view.codeAnswer(this.view.words.codeOffline);
      else {
        this.known[code.index] = (await this.askPlayback(`codes/${code.index}/`)).code;
        this.view.codeAnswer("");
        this.refresh(code.from_ms);
      }
    } catch (error) {
      // 409: too little of the window has arrived yet; it is asked again.
      if (/** @type {any} */ (error).status !== 409) this.failed(error);
    } finally {
      this.asking = false;
    }
  }

  /** @param {Event} event */
  async submit(event) {
    // Without an open playback the form goes to the server as it does without script.
    if (!this.isOpen()) return;
    event.preventDefault();
    const { el, words } = this.view;
    const code = el["code-input"].value.trim();
    if (!/^\d{4}$/.test(code)) return this.view.codeAnswer(words.codeDigits, true);
    try {
      const answer = await this.askPlayback("presence/", { body: { index: Number(el["code-index"].value), code } });
      if (!answer.correct) this.view.codeAnswer(answer.sentence, true);
      else {
        el["code-input"].value = "";
        const all = answer.codes.every((/** @type {Code} */ each) => each.answered);
        this.view.codeAnswer(all ? words.codesDone : words.codeRight);
      }
      this.stand(answer);
    } catch (error) {
      const { sentence } = /** @type {any} */ (error);
      if (sentence) this.view.codeAnswer(sentence, true);
      else this.failed(error);
    }
  }
}
