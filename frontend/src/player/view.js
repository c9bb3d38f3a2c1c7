/**
 * The page around the picture: everything the player shows, and nothing it decides.
 */
import { clock, fill, megabytes } from "./clock.js";
import { difference, lengthOf, missing, percentOf, union } from "./intervals.js";
import { bytesLeft, fits } from "./modes.js";

/**
 * @typedef {import("./intervals.js").Interval} Interval
 * @typedef {import("./modes.js").Mode} Mode
 */

/** Below this length ranges are told in seconds, above in minutes. */
const MINUTES_FROM_MS = 20 * 60_000;
/** More ranges than this are summed up: a list nobody reads helps nobody. */
const MOST_RANGES = 4;

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

export class View {
  /** @param {any} config */
  constructor(config) {
    this.config = config;
    this.words = byId("player-strings").dataset;
    this.video = /** @type {HTMLVideoElement} */ (byId("video"));
    const ids = ["player", "stage", "poster", "poster-note", "play", "back", "seek", "seek-buffered", "seek-played", "time", "rate", "full", "modes"];
    ids.push("link-state", "link-words", "continue-here", "sign-in", "progress-percent", "saved", "strip", "strip-watched");
    ids.push("strip-waiting", "strip-now", "missing", "goal", "resume-missing", "credited", "code-shown", "code-form", "code-index");
    ids.push("code-number", "code-input", "code-answer", "slide", "captions", "preview", "preview-sheet", "preview-time", "preview-title", "code-say", "said", "said-line", "data-used", "data-go-on");
    /** @type {Record<string, any>} */
    this.el = Object.fromEntries(ids.map((id) => [id, byId(id)]));
    /** What of a lecture counts: what was watched before and what was missing then. */
    this.creditable = union([...config.intervals_ms, ...config.missing_ms]);
    for (const part of this.el.player.querySelectorAll(".deck, #modes")) part.hidden = false;
  }

  /**
   * Write only what changed: an old computer has better things to do.
   * @param {any} element
   * @param {string} text
   */
  text(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  /** @param {string} name @param {Record<string, string | number>} [values] */
  say(name, values) {
    return fill(this.words[name], values);
  }

  /** @param {number} ms */
  span(ms) {
    const seconds = Math.round(ms / 1000);
    const values = { minutes: Math.floor(seconds / 60), seconds: seconds % 60 };
    if (!values.minutes) return this.say("leftSeconds", values);
    return this.say(values.seconds && values.minutes < 10 ? "both" : "leftMinutes", values);
  }

  /**
   * @param {Interval[]} ranges
   * @returns {string}
   */
  ranges(ranges) {
    const words = ranges.slice(0, MOST_RANGES).map(([from, until]) =>
      this.config.duration_ms < MINUTES_FROM_MS
        ? `${clock(from)}–${clock(Math.ceil(until / 1000) * 1000)}`
        : this.say("minutes", { from: Math.floor(from / 60_000), until: Math.ceil(until / 60_000) }),
    );
    const joined = words.join(this.words.joiner);
    return ranges.length > MOST_RANGES ? this.say("more", { ranges: joined, count: ranges.length - MOST_RANGES }) : joined;
  }

  /**
   * The deck under the picture.
   * @param {{positionMs: number, bufferedMs: number, playing: boolean}} now
   */
  deck({ positionMs, bufferedMs, playing }) {
    const { el, config } = this;
    const values = { at: clock(positionMs), total: clock(config.duration_ms) };
    this.text(el.play, playing ? this.words.pause : this.words.play);
    this.text(el.time, `${values.at} / ${values.total}`);
    if (el.seek.dataset.held !== "1") el.seek.value = String(Math.round(positionMs));
    el["seek-played"].setAttribute("width", share(positionMs, config.duration_ms));
    el["seek-buffered"].setAttribute("width", share(bufferedMs, config.duration_ms));
    const spoken = this.say("position", values);
    if (el.seek.getAttribute("aria-valuetext") !== spoken) el.seek.setAttribute("aria-valuetext", spoken);
    el["strip-now"].setAttribute("d", `M${Math.round(positionMs)} 0V10`);
  }

  /** @param {string | null} words what stands under the title over the dark picture; null: the picture is there */
  poster(words) {
    this.el.poster.hidden = words === null;
    if (words !== null) this.text(this.el["poster-note"], words);
  }

  /**
   * The progress card.
   * @param {Interval[]} accepted what the server has
   * @param {Interval[]} waiting what this device has beyond that
   */
  progress(accepted, waiting) {
    const { el, config, creditable } = this;
    const covered = union([...accepted, ...waiting]);
    const gaps = missing(creditable, covered);
    const watched = difference(creditable, difference(creditable, covered));
    this.text(el["progress-percent"], `${percentOf(creditable, covered)}%`);
    el["strip-watched"].setAttribute("d", path(accepted));
    el["strip-waiting"].setAttribute("d", path(difference(waiting, accepted)));
    const words = gaps.length ? this.say("missingRanges", { ranges: this.ranges(gaps) }) : this.words.allWatched;
    this.text(el.missing, watched.length ? words : this.words.noneWatched);
    const spoken = watched.length ? `${this.say("watchedRanges", { ranges: this.ranges(watched) })} ${words}` : this.words.noneWatched;
    if (el.strip.getAttribute("aria-label") !== spoken) el.strip.setAttribute("aria-label", spoken);
    const threshold = Number(config.threshold);
    const left = Math.max(0, threshold * lengthOf(creditable) - lengthOf(watched));
    const goal = this.say("goal", { share: `${Math.round(threshold * 1000) / 10}%`, hours: config.hours });
    this.text(el.goal, left ? `${goal} ${this.say("goalLeft", { left: this.span(left) })}` : goal);
    el["resume-missing"].hidden = !gaps.length;
    if (gaps.length) this.text(el["resume-missing"], this.say("resume", { at: clock(gaps[0][0]) }));
    return gaps;
  }

  /**
   * @param {string} chosen
   * @param {number | null} speedKbits
   * @param {number} missingMs
   */
  modes(chosen, speedKbits, missingMs) {
    for (const label of this.el.modes.querySelectorAll(".mode")) {
      const mode = this.config.modes.find((/** @type {Mode} */ each) => each.mode === label.dataset.mode);
      // This browser cannot play it.
      label.hidden = !mode;
      if (!mode) continue;
      const fit = fits(mode, speedKbits);
      const words = [
        missingMs
          ? this.say("needs", { mb: megabytes(bytesLeft(mode, missingMs, this.config.duration_ms)) })
          : this.say("whole", { mb: megabytes(mode.bytes) }),
      ];
      if (fit !== null) words.push(fit ? this.words.fits : this.words.stutters);
      this.text(label.querySelector("span"), words.join(" · "));
      label.classList.toggle("x", mode.mode === chosen);
      label.querySelector("input").checked = mode.mode === chosen;
    }
  }

  /**
   * The line under the controls. The same words twice are not said twice.
   * @param {string} words empty: nothing to say
   * @param {{kind?: "wa" | "ok", here?: boolean, signIn?: boolean, goOn?: boolean}} [how]
   */
  link(words, { kind = "wa", here = false, signIn = false, goOn = false } = {}) {
    const { el } = this;
    el["link-state"].className = words ? `note ${kind}` : "";
    this.text(el["link-words"], words);
    el["continue-here"].hidden = !here;
    el["sign-in"].hidden = !signIn;
    el["data-go-on"].hidden = !goOn;
  }

  /** @param {{at: number | null, waiting: number}} saved time of the last acknowledgement */
  saved({ at, waiting }) {
    const time = at && new Date(at).toTimeString().slice(0, 5);
    this.text(this.el.saved, waiting ? this.say("unsaved", { count: waiting }) : time ? this.say("saved", { time }) : "");
  }

  /**
   * Hours are credited: the green line, for good.
   * @param {{hours: string, entry_url: string} | null} award
   */
  credited(award) {
    this.el.credited.hidden = false;
    if (award) this.el.credited.querySelector("a").href = award.entry_url;
  }

  /** @param {string | null} code */
  shownCode(code) {
    this.text(this.el["code-shown"], code || "");
    this.el["code-shown"].parentElement.hidden = code === null;
  }

  /**
   * The field for the codes.
   * @param {import("./codes.js").Code[]} codes
   * @param {import("./codes.js").Code | null} wanted
   */
  codeForm(codes, wanted) {
    const { el } = this;
    if (!el["code-form"]) return;
    el["code-form"].hidden = !wanted;
    if (!wanted) return;
    el["code-index"].value = String(wanted.index);
    this.text(el["code-number"], this.say("codeNumber", { index: wanted.index, count: codes.length }));
  }

  /** @param {string} words @param {boolean} [bad] */
  codeAnswer(words, bad = false) {
    const answer = this.el["code-answer"];
    if (!answer) return;
    this.text(answer, words);
    answer.className = bad ? "sm bad" : "sm";
    this.el["code-input"].setAttribute("aria-invalid", String(bad));
  }
}

/** @param {number} ms @param {number} of @returns {string} in per cent, as SVG takes it */
function share(ms, of) {
  return `${Math.min(100, Math.round((ms / of) * 1000) / 10)}%`;
}

/** @param {Interval[]} ranges @returns {string} the ranges as one shape of the strip, ten high */
function path(ranges) {
  return ranges.map(([from, until]) => `M${from} 0H${until}V10H${from}z`).join("");
}
