/**
 * The rows of the sheet on the page: read, marked, added, and walked through with the keys.
 */
import { fault, hoursOf, minutesOf } from "./hours.js";
import { fill } from "../upload/words.js";

/** @typedef {import("./drafts.js").Row} Row */

/** @type {Record<string, import("./hours.js").Mark>} */
const KEYS = { 1: "full", 2: "part", 3: "absent" };
const GO = /** @type {Record<string, number>} */ ({ ArrowUp: -1, ArrowDown: 1, Enter: 1 });

export class Seats {
  /**
   * @param {HTMLTableSectionElement} body
   * @param {HTMLTemplateElement} pattern of a row that is added by hand
   * @param {import("./hours.js").Terms} terms
   * @param {Record<string, string>} words
   * @param {() => void} changed
   */
  constructor(body, pattern, terms, words, changed) {
    Object.assign(this, { body, pattern, terms, words, changed });
    body.addEventListener("keydown", (event) => this.pressed(event));
    body.addEventListener("input", (event) => this.touched(/** @type {HTMLElement} */ (event.target)));
    body.addEventListener("click", (event) => this.takeOut(/** @type {HTMLElement} */ (event.target)));
    this.drawAll();
  }

  /** @returns {HTMLTableRowElement[]} */
  elements() {
    return [...this.body.querySelectorAll("tr.seat")];
  }

  /** @returns {Row[]} as they stand */
  rows() {
    return this.elements().map(read);
  }

  /** @returns {import("./hours.js").Seat[]} */
  seats() {
    return this.rows().map(seatOf);
  }

  /** @param {Row[]} rows of a draft, or of two keyings taken together: the page shows these and nobody else's marks */
  lay(rows) {
    const here = new Map(this.elements().map((element) => [nameOf(read(element)), element]));
    for (const [key, element] of here) {
      if (rows.some((row) => nameOf(row) === key)) continue;
      if (element.dataset.hand === undefined) this.write(element, { mark: "", minutes: "", in: "", out: "" });
      else element.remove();
    }
    for (const row of rows) this.write(here.get(nameOf(row)) || this.add(row), row);
    this.number();
    this.drawAll();
  }

  /** @param {{lawyer?: string, name: string, licence: string, firm: string}} person who stands on no roster @returns {HTMLTableRowElement} */
  add({ lawyer = "", name, licence, firm }) {
    const element = /** @type {HTMLTableRowElement} */ (document.importNode(this.pattern.content.querySelector("tr"), true));
    element.dataset.lawyer = lawyer;
    Object.entries({ name, licence, firm }).forEach(([field, value]) => {
      part(element, field).value = value;
      const shown = element.querySelector(`[data-part=${field}]`);
      if (shown) shown.textContent = value;
    });
    for (const called of element.querySelectorAll("[data-called]")) {
      called.setAttribute("aria-label", fill(/** @type {HTMLElement} */ (called).dataset.called, { name: name || licence }));
    }
    this.body.append(element);
    this.number();
    this.draw(element);
    return element;
  }

  /** @param {HTMLElement} pressed */
  takeOut(pressed) {
    if (!pressed.closest("[data-take-out]")) return;
    const row = pressed.closest("tr");
    const [before] = [row.previousElementSibling];
    row.remove();
    this.number();
    if (before) this.focus(/** @type {HTMLTableRowElement} */ (before));
    this.changed();
  }

  /** Every row is called by its place: rows were added or have gone. */
  number() {
    this.elements().forEach((element, place) => {
      element.id = `row-${place + 1}`;
      element.querySelector("[data-part=place]").textContent = String(place + 1);
      for (const field of element.querySelectorAll("[name^='row-']")) {
        const input = /** @type {HTMLInputElement} */ (field);
        const { checked } = input;
        input.name = input.name.replace(/^row-\d+-/, `row-${place + 1}-`);
        // Two rows may have had one name for a moment: the browser then unchecks one of them.
        if (checked) input.checked = true;
        if (input.type !== "radio") continue;
        input.id = `row-${place + 1}-${input.value}`;
        /** @type {HTMLLabelElement} */ (input.nextElementSibling).htmlFor = input.id;
      }
    });
  }

  /**
   * The field for the minutes that somebody heard. It is made when it is needed: one for each of forty people would be many
   * nodes for an old computer.
   * @param {HTMLTableRowElement} element @returns {HTMLInputElement}
   */
  minutes(element) {
    const here = part(element, "minutes");
    if (here) return here;
    const heard = document.importNode(this.pattern.content.querySelector(".heard"), true);
    heard.querySelector("input").name = `${element.id}-minutes`;
    element.querySelector(".mk noscript").replaceWith(heard);
    return part(element, "minutes");
  }

  /** @param {HTMLTableRowElement} element @param {{mark: string, minutes: string, in: string, out: string}} row */
  write(element, row) {
    set(element, row.mark);
    const minutes = row.mark === "part" ? this.minutes(element) : part(element, "minutes");
    if (minutes) minutes.value = row.minutes;
    for (const name of /** @type {("in" | "out")[]} */ (["in", "out"])) if (part(element, name)) part(element, name).value = row[name];
  }

  /** Everybody as there throughout, or the rest as absent. @param {string} which */
  markMany(which) {
    for (const element of this.elements()) {
      if (which === "full") set(element, "full");
      else if (!read(element).mark) set(element, "absent");
    }
    this.drawAll();
    this.changed();
  }

  drawAll() {
    for (const element of this.elements()) this.draw(element);
  }

  /** @param {HTMLTableRowElement} element */
  draw(element) {
    const row = read(element);
    const wrong = fault(seatOf(row), this.terms);
    const minutes = row.mark === "part" ? this.minutes(element) : part(element, "minutes");
    element.querySelector("[data-part=hours]").textContent = hoursOf(seatOf(row), this.terms);
    // Who has not typed yet has done nothing wrong.
    const silent = wrong === "noMinutes" && document.activeElement === minutes;
    const sentence = wrong && !silent ? fill(this.words[wrong], { n: this.elements().indexOf(element) + 1, minutes: row.minutes }) : "";
    say(element, sentence);
    if (sentence) minutes.setAttribute("aria-invalid", "true");
    else if (minutes) minutes.removeAttribute("aria-invalid");
  }

  /** @returns {HTMLInputElement | null} the first field with minutes that cannot be */
  firstFault() {
    const element = this.elements().find((row) => fault(seatOf(read(row)), this.terms));
    return element ? part(element, "minutes") : null;
  }

  /** @returns {HTMLTableRowElement | undefined} the first lawyer of whom nothing is said */
  firstOpen() {
    return this.elements().find((row) => !read(row).mark && seatOf(read(row)).lawyer);
  }

  /** @param {{row: number | null, text: string}[]} faults that the platform found */
  blame(faults) {
    this.drawAll();
    for (const { row, text } of faults) {
      const element = row ? this.elements()[row - 1] : null;
      if (element) say(element, text);
    }
    const first = faults.find(({ row }) => row);
    if (first) this.focus(this.elements()[first.row - 1]);
  }

  /** @param {HTMLElement} target */
  touched(target) {
    const row = /** @type {HTMLTableRowElement | null} */ (target.closest("tr.seat"));
    if (!row) return;
    this.draw(row);
    this.changed();
  }

  /** ↑ ↓ and Enter go to another person, 1 2 3 say how this one was there. @param {KeyboardEvent} event */
  pressed(event) {
    const target = /** @type {HTMLInputElement} */ (event.target);
    const row = /** @type {HTMLTableRowElement | null} */ (target.closest("tr.seat"));
    if (!row || target.tagName !== "INPUT" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key in GO) {
      // Enter would send the sheet, and an arrow would change the mark.
      event.preventDefault();
      this.go(row, GO[event.key]);
    } else if (event.key in KEYS && target.type === "radio") {
      event.preventDefault();
      set(row, KEYS[event.key]);
      this.draw(row);
      if (KEYS[event.key] === "part") this.minutes(row).focus();
      else this.focus(row);
      this.touched(row);
    }
  }

  /** @param {HTMLTableRowElement} row @param {number} by */
  go(row, by) {
    const all = this.elements();
    const next = all[all.indexOf(row) + by];
    if (next) this.focus(next);
    this.draw(row);
  }

  /** @param {HTMLTableRowElement} row */
  focus(row) {
    const chosen = /** @type {HTMLElement} */ (row.querySelector("input[type=radio]:checked") || row.querySelector("input[type=radio]"));
    chosen.focus();
  }
}

/** @param {Element} row @param {string} name @returns {HTMLInputElement} */
const part = (row, name) => row.querySelector(`[name$='-${name}']`);

/** @param {Row} row @returns {string} by what this is the same person elsewhere */
const nameOf = ({ lawyer, name, licence, firm }) => (lawyer ? `lawyer/${lawyer}` : licence ? `licence/${licence}` : `name/${name}/${firm}`);

/** @param {HTMLTableRowElement} row @returns {Row} */
function read(row) {
  const said = (/** @type {string} */ name) => (part(row, name) ? part(row, name).value.trim() : "");
  const chosen = /** @type {HTMLInputElement | null} */ (row.querySelector("input[type=radio]:checked"));
  const mark = /** @type {import("./hours.js").Mark} */ (chosen ? chosen.value : "");
  const shown = row.querySelector("[data-part=name]").textContent.trim();
  const minutes = minutesOf(said("minutes"));
  return {
    lawyer: row.dataset.lawyer,
    name: said("name") || shown,
    licence: said("licence"),
    firm: said("firm"),
    mark,
    minutes: mark === "part" ? (minutes === null ? said("minutes") : String(minutes)) : "",
    in: said("in"),
    out: said("out"),
  };
}

/** Say beside a row what is wrong with it; nothing where all is well. @param {HTMLTableRowElement} row @param {string} sentence */
function say(row, sentence) {
  const here = row.querySelector("[data-part=fault]");
  if (here) here.textContent = sentence;
  else if (sentence) {
    const line = document.createElement("span");
    line.className = "flt";
    line.dataset.part = "fault";
    line.textContent = sentence;
    row.querySelector(".mk").append(line);
  }
}

/** @param {Row} row @returns {import("./hours.js").Seat} */
const seatOf = ({ mark, minutes, lawyer, licence }) => ({ mark, minutes, lawyer: Boolean(lawyer || licence) });

/** @param {Element} element @param {string} mark */
function set(element, mark) {
  for (const radio of element.querySelectorAll("input[type=radio]")) {
    /** @type {HTMLInputElement} */ (radio).checked = /** @type {HTMLInputElement} */ (radio).value === mark;
  }
}
