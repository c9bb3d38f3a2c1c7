/** The list of downloads as the page shows it: rows, their words and their buttons. */
import { fill, megabytes } from "../player/clock.js";
import { lengthOf, percentOf, union } from "../player/intervals.js";
import { hindrance, lastDay, totalOf } from "./plan.js";

/**
 * @typedef {import("./store.js").Pack} Pack
 * @typedef {import("./download.js").Progress} Progress
 * @typedef {{pause: (id: string) => void, resume: (id: string) => void, remove: (id: string) => void}} Acts
 */

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class List {
  /** @param {Acts} acts */
  constructor(acts) {
    this.acts = acts;
    this.words = byId("download-words").dataset;
    this.place = byId("packs");
    this.mould = /** @type {HTMLTemplateElement} */ (byId("pack-row"));
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
  }

  /** @param {string} name @param {Record<string, string | number>} [values] */
  say(name, values) {
    return fill(this.words[name], values);
  }

  /** @param {string} name @param {Record<string, string | number>} [values] */
  tell(name, values) {
    this.note(this.say(name, values));
  }

  /** What has just happened, for eyes and ears. @param {string} sentence */
  note(sentence) {
    const place = byId("download-status");
    if (place.textContent !== sentence) place.textContent = sentence;
    place.hidden = !sentence;
  }

  /** @param {number} count of records that wait on this device */
  unsent(count) {
    const place = byId("unsent");
    place.hidden = !count;
    place.textContent = count ? this.say("unsent", { count }) : "";
  }

  /** @param {Pack[]} packs @param {number} at @param {string} active which of them is being fetched by this page */
  show(packs, at, active) {
    for (const [id, row] of this.rows) {
      if (packs.some((pack) => pack.id === id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    byId("none").hidden = packs.length > 0;
    for (const pack of packs) this.row(pack, at, active === pack.id);
  }

  /** @param {Pack} pack @param {number} at @param {boolean} active */
  row(pack, at, active) {
    const row = this.rows.get(pack.id) || this.make(pack);
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-part=${name}]`));
    const against = hindrance(pack, at);
    const loading = pack.state === "loading";
    part("words").textContent = this.sentence(pack, against, active);
    part("words").className = against === "" || loading ? "by" : "by wa-t";
    part("seen").textContent = seen(pack, this.words);
    part("bar").toggleAttribute("hidden", against !== "unfinished");
    part("play").hidden = against !== "";
    part("pause").hidden = !loading;
    part("resume").hidden = pack.state !== "paused";
    if (!active) this.progress(pack.id, { have: 0, total: totalOf(pack.files), leftMs: null, waiting: false }, false);
  }

  /** @param {Pack} pack @param {string} against @param {boolean} active */
  sentence(pack, against, active) {
    const values = { mb: megabytes(totalOf(pack.files)), date: lastDay(pack.until), days: pack.lateDays };
    if (against === "unfinished" && pack.state === "paused") return pack.why || this.say("paused", values);
    if (against === "unfinished") return this.say(active ? "begins" : "queued", values);
    return this.say(against || "ready", values);
  }

  /** @param {string} id @param {Progress} progress @param {boolean} [words] */
  progress(id, { have, total, leftMs, waiting }, words = true) {
    const row = this.rows.get(id);
    if (!row) return;
    const share = total ? Math.floor((100 * have) / total) : 0;
    const bar = /** @type {Element} */ (row.querySelector("[data-part=bar]"));
    if (words || have) /** @type {Element} */ (bar.firstElementChild).setAttribute("width", `${share}%`);
    if (!words) return;
    bar.setAttribute("aria-label", `${share}%`);
    const values = { have: megabytes(have), all: megabytes(total), minutes: Math.ceil((leftMs || 0) / 60_000) };
    const said = this.say(waiting ? "waiting" : leftMs === null ? "loading" : "loadingLeft", values);
    const place = /** @type {HTMLElement} */ (row.querySelector("[data-part=words]"));
    if (place.textContent !== said) place.textContent = said;
  }

  /** @param {Pack} pack @returns {HTMLElement} */
  make(pack) {
    const row = /** @type {HTMLElement} */ (/** @type {Element} */ (this.mould.content.firstElementChild).cloneNode(true));
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-part=${name}]`));
    const { id, config, address, mode } = pack;
    const title = /** @type {HTMLAnchorElement} */ (part("title"));
    title.textContent = config.title;
    title.href = address;
    part("mode").textContent = this.words[mode] || "";
    const play = /** @type {HTMLAnchorElement} */ (part("play"));
    play.href = `${this.words.plays}?pack=${id}`;
    part("pause").addEventListener("click", () => this.acts.pause(id));
    part("resume").addEventListener("click", () => this.acts.resume(id));
    // No window: the question stands where the button stood.
    const ask = (/** @type {boolean} */ asked) => {
      part("remove").hidden = asked;
      part("sure").hidden = !asked;
      part(asked ? "yes" : "remove").focus();
    };
    part("remove").addEventListener("click", () => ask(true));
    part("no").addEventListener("click", () => ask(false));
    part("yes").addEventListener("click", () => this.acts.remove(id));
    for (const button of row.querySelectorAll("button, a.btn")) button.setAttribute("aria-label", `${button.textContent} ${config.title}`);
    this.rows.set(id, row);
    this.place.append(row);
    return row;
  }
}

/** @param {Pack} pack @param {DOMStringMap} words @returns {string} how much of it counts as watched, as far as this device knows */
function seen({ config }, words) {
  if (config.credited) return fill(words.credited, { hours: config.hours });
  const creditable = union([...config.intervals_ms, ...config.missing_ms]);
  return lengthOf(config.intervals_ms) ? fill(words.seen, { percent: percentOf(creditable, config.intervals_ms) }) : "";
}
