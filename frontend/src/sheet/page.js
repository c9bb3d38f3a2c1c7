/**
 * The page on which a room is keyed in: marks by mouse or keys, a draft that stays on this computer, and a report that waits
 * for a line if there is none.
 */
import { fill } from "../upload/words.js";
import { newNumber } from "./drafts.js";
import { totals } from "./hours.js";
import { Photos } from "./photos.js";
import { Seats } from "./seats.js";
import { alonePlease, send } from "./sending.js";

/** How long after the last key a draft is written down, in ms. */
const PAUSE_MS = 300;
const AGAIN_MS = 60_000;
const CODE = /^code-\d+$/;

export class SheetPage {
  /**
   * @param {HTMLFormElement} form
   * @param {import("./drafts.js").Drafts} drafts
   * @param {Record<string, string>} words
   */
  constructor(form, drafts, words) {
    Object.assign(this, { form, drafts, words, timer: 0, busy: false, begun: false });
    const { account, sheet, number, base, keyed, files, length, full, unit, step } = form.dataset;
    this.terms = { length: Number(length), full, unit: Number(unit), step };
    const changed = () => this.changed();
    this.seats = new Seats(form.querySelector("tbody"), document.querySelector("#seat-row"), this.terms, words, changed);
    this.photos = new Photos(form, words, changed);
    /** @type {import("./drafts.js").Draft} */
    this.draft = {
      account,
      sheet,
      title: `${document.querySelector("h1").textContent} ${number}`,
      id: newNumber(),
      base: base ? Number(base) : null,
      at: Date.now(),
      state: "draft",
      offline: false,
      rows: [],
      codes: [],
      fields: {},
      photos: [],
      addresses: { page: location.pathname, keyed, files },
      said: null,
    };
    form.addEventListener("submit", (event) => this.submitted(event));
    form.addEventListener("input", (event) => {
      if (!(/** @type {HTMLElement} */ (event.target).closest("tbody, [data-not-kept]"))) changed();
    });
    form.addEventListener("keydown", (event) => this.pressed(event));
    addEventListener("pagehide", () => this.timer && this.write());
    addEventListener("online", () => this.again());
    setInterval(() => this.again(), AGAIN_MS);
  }

  /** Another window of this computer has the sheet: nothing is keyed in here. */
  shut() {
    for (const field of this.form.elements) /** @type {HTMLInputElement} */ (field).disabled = true;
    this.say("er", this.words.otherWindow);
  }

  /** Put back what was keyed in here earlier, and send it if it was to be sent. */
  async begin() {
    this.begun = true;
    const { account, sheet, base } = this.draft;
    const earlier = await this.drafts.one(account, sheet, Date.now());
    if (!this.drafts.lasts) this.say("wa", this.words.notKept);
    if (earlier) {
      this.draft = { ...earlier, addresses: this.draft.addresses };
      this.lay();
      if (base !== null && (earlier.base === null || earlier.base < base)) this.say("wa", fill(this.words.newer, { at: clock(earlier.at) }));
      else this.say("ok", fill(this.words.kept, { at: clock(earlier.at) }));
      if (earlier.state === "refused") this.refused(earlier.said);
    }
    this.draw();
    await this.again();
  }

  lay() {
    const { rows, codes, fields, photos } = this.draft;
    this.seats.lay(rows);
    this.codes().forEach((input, place) => (input.value = codes[place] || ""));
    for (const [name, value] of Object.entries(fields)) {
      const input = /** @type {HTMLInputElement | null} */ (this.form.elements.namedItem(name));
      if (input) input.value = value;
    }
    this.photos.lay(photos);
  }

  /** @returns {HTMLInputElement[]} */
  codes() {
    return [.../** @type {any} */ (this.form.elements)].filter(({ name }) => CODE.test(name));
  }

  changed() {
    if (this.draft.state !== "draft") {
      // What was sent under this number is another sheet from now on.
      Object.assign(this.draft, { id: newNumber(), state: "draft", said: null });
    }
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(true), PAUSE_MS);
  }

  /** @param {boolean} [tell] */
  async write(tell = false) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.begun) return;
    const { elements } = this.form;
    const names = ["supervisor", "begins_at", "ends_at"].filter((name) => elements.namedItem(name));
    Object.assign(this.draft, {
      at: Date.now(),
      rows: this.seats.rows(),
      codes: this.codes().map(({ value }) => value.trim()),
      fields: Object.fromEntries(names.map((name) => [name, /** @type {HTMLInputElement} */ (elements.namedItem(name)).value.trim()])),
      photos: this.photos.kept,
    });
    try {
      await this.drafts.keep(this.draft);
      if (tell && this.drafts.lasts) this.say("ok", fill(this.words.kept, { at: clock(this.draft.at) }));
    } catch {
      this.say("wa", this.words.notKept);
    }
  }

  /** Totals, and what is still missing. */
  draw() {
    const seats = this.seats.seats();
    const sums = totals(seats, this.terms);
    for (const [name, value] of Object.entries(sums)) {
      const place = this.form.querySelector(`[data-total=${name}]`);
      if (place) place.textContent = String(value);
    }
    for (const each of /** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll("[data-if]"))) {
      each.hidden = !(/** @type {Record<string, number | string>} */ (sums)[each.dataset.if]);
    }
    const { words } = this;
    const missing = [];
    if (sums.open) missing.push(fill(words.openRows, { count: sums.open }));
    if (this.codes().some(({ value }) => !value.trim())) missing.push(words.noCodes);
    if (!this.photos.count("scan")) missing.push(words.noScan);
    if (!this.photos.count("photo")) missing.push(words.noPhoto);
    const supervisor = /** @type {HTMLInputElement | null} */ (this.form.elements.namedItem("supervisor"));
    if (supervisor && !supervisor.value.trim()) missing.push(words.noSupervisor);
    const list = /** @type {HTMLElement} */ (document.querySelector("#missing"));
    list.hidden = !missing.length;
    list.replaceChildren(
      ...missing.map((sentence) => {
        const line = document.createElement("li");
        line.textContent = sentence;
        return line;
      }),
    );
  }

  /** @param {SubmitEvent} event */
  async submitted(event) {
    event.preventDefault();
    const action = event.submitter ? /** @type {HTMLButtonElement} */ (event.submitter).value : "save";
    if (action === "full" || action === "rest") this.seats.markMany(action);
    else if (action === "add") this.add();
    else if (this.begun && !this.busy) await (action === "report" ? this.report() : this.save());
  }

  /** Enter in a field outside the table sends nothing; after a name it adds the person. @param {KeyboardEvent} event */
  pressed(event) {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (event.key !== "Enter" || event.isComposing || target.tagName !== "INPUT" || target.closest("tbody")) return;
    event.preventDefault();
    if (target.name.startsWith("new-")) this.add();
  }

  /** Somebody who stands on no roster of this page. */
  add() {
    const fields = ["name", "licence", "firm"].map((name) => /** @type {HTMLInputElement} */ (this.form.elements.namedItem(`new-${name}`)));
    const [name, licence, firm] = fields.map(({ value }) => value.normalize("NFKC").trim());
    if (!name && !licence) {
      this.say("er", this.words.noName);
      fields[0].focus();
      return;
    }
    this.seats.focus(this.seats.add({ name, licence, firm }));
    for (const field of fields) field.value = "";
    this.changed();
  }

  async report() {
    await this.photos.ready;
    const wrong = this.seats.firstFault();
    const open = this.seats.firstOpen();
    if (wrong || open) {
      this.seats.drawAll();
      const { open: count } = totals(this.seats.seats(), this.terms);
      this.say("er", wrong ? this.words.minutesFirst : fill(this.words.openRows, { count }));
      if (wrong) wrong.focus();
      else this.seats.focus(open);
      return;
    }
    this.draft.state = "queued";
    await this.write();
    await this.deliver(true);
  }

  async save() {
    await this.photos.ready;
    await this.write();
    await this.deliver(false);
  }

  /** What waits for a line goes as soon as there is one. */
  async again() {
    if (this.draft.state === "queued" && !this.busy) await this.deliver(true);
  }

  /** @param {boolean} report */
  async deliver(report) {
    this.busy = true;
    this.say("ok", this.words.sending);
    const sent = this.draft;
    try {
      await alonePlease(async () => {
        // Another page of ours may have sent it meanwhile.
        const now = await this.drafts.one(sent.account, sent.sheet, sent.at);
        if (report && this.drafts.lasts && !now) return this.done({ message: "" }, true);
        const copy = { ...sent };
        const said = await send(this.drafts, copy, { report });
        await this.answered(said, report, copy.at);
      });
    } finally {
      this.busy = false;
    }
  }

  /** @param {import("./sending.js").Outcome} said @param {boolean} report @param {number} at when what was sent was written down */
  async answered({ kind, answer }, report, at) {
    if (kind === "done") await this.done(answer, report, at);
    else if (kind === "closed") {
      Object.assign(this.draft, { state: "refused", said: answer });
      this.say("er", (answer && answer.error) || this.words.refused);
    }
    else if (kind === "refused") this.refused(answer);
    // Both are kept on the platform; there one chooses row by row.
    else if (kind === "conflict") this.leave(answer.url);
    else if (!report) this.say("wa", fill(this.words.kept, { at: clock(this.draft.at) }));
    else {
      this.draft.offline = true;
      await this.drafts.keep(this.draft);
      this.say("wa", kind === "signed-out" ? this.words.signedOut : this.words[kind]);
      /** @type {HTMLElement} */ (document.querySelector("#sign-in")).hidden = kind !== "signed-out";
    }
  }

  /** @param {any} answer @param {boolean} report @param {number} [at] */
  async done(answer, report, at = this.draft.at) {
    if (report) {
      this.leave(location.pathname);
      return;
    }
    const { version, message } = answer;
    Object.assign(this.draft, { id: newNumber(), base: version, state: "draft" });
    // What was typed while it was sent is another draft; `send` has marked the photos that have gone.
    if (this.draft.at !== at) await this.write();
    this.say("ok", message || this.words.saved);
  }

  /** @param {any} answer */
  refused(answer) {
    const { error, faults = [], version } = answer;
    // It was taken as a draft of the platform's, and only not reported.
    if (version) Object.assign(this.draft, { base: version });
    Object.assign(this.draft, { id: newNumber(), state: "draft" });
    const general = faults.filter((/** @type {any} */ fault) => !fault.row).map((/** @type {any} */ fault) => fault.text);
    this.write();
    this.say("er", [error || this.words.refused, ...general].join(" "));
    this.seats.blame(faults);
  }

  /** The platform has the sheet: nothing of it is written down here any more. @param {string} address */
  leave(address) {
    clearTimeout(this.timer);
    this.timer = 0;
    this.draft.state = "draft";
    location.replace(address);
  }

  /** @param {"ok" | "wa" | "er"} kind @param {string} words */
  say(kind, words) {
    const line = /** @type {HTMLElement} */ (document.querySelector("#sheet-state"));
    line.className = `note ${kind}`;
    line.textContent = words;
    line.hidden = false;
    document.querySelector("#sign-in").setAttribute("hidden", "");
  }
}

/** @param {number} at @returns {string} as the clock on the wall says it, with the day where it was another */
function clock(at) {
  const then = new Date(at);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  return then.toDateString() === new Date().toDateString() ? time : `${two(then.getMonth() + 1)}-${two(then.getDate())} ${time}`;
}
