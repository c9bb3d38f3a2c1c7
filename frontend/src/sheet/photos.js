/**
 * The photos of a sheet: made small as soon as they are chosen, kept with the draft, and sent with it.
 */
import { shrunk } from "../evidence/shrinking.js";
import { fill } from "../upload/words.js";

/** @typedef {import("./drafts.js").Photo} Photo */

/** @param {number} bytes @returns {string} */
export function size(bytes) {
  return bytes < 950_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export class Photos {
  /**
   * @param {HTMLFormElement} form @param {Record<string, string>} words @param {() => void} changed
   */
  constructor(form, words, changed) {
    Object.assign(this, { form, words, changed });
    /** @type {Photo[]} */
    this.kept = [];
    /** Photos that are being made small. @type {Promise<void>} */
    this.ready = Promise.resolve();
    for (const input of this.inputs()) {
      input.addEventListener("change", () => {
        const files = [...input.files];
        input.value = "";
        this.ready = this.ready.then(() => this.take(input.name, files));
      });
    }
  }

  /** @returns {HTMLInputElement[]} */
  inputs() {
    return [...this.form.querySelectorAll("input[type=file][data-photos]")];
  }

  /** @param {string} kind @param {File[]} files */
  async take(kind, files) {
    const list = this.list(kind);
    list.setAttribute("aria-busy", "true");
    for (const file of files) {
      const small = await shrunk(file);
      this.kept.push({ kind, name: small.name, was: file.size, blob: small });
      this.draw();
      this.changed();
    }
    list.removeAttribute("aria-busy");
  }

  /** @param {Photo[]} photos of a draft */
  lay(photos) {
    this.kept = [...photos];
    this.draw();
  }

  /** @param {string} kind @returns {HTMLElement} */
  list(kind) {
    return this.form.querySelector(`[data-list='${kind}']`);
  }

  /** @param {string} kind @returns {number} here and on the platform */
  count(kind) {
    return this.kept.filter((photo) => photo.kind === kind).length + this.list(kind).querySelectorAll("li:not([data-kept])").length;
  }

  draw() {
    for (const { name } of this.inputs()) {
      const list = this.list(name);
      for (const old of list.querySelectorAll("[data-kept]")) old.remove();
      for (const photo of this.kept.filter(({ kind }) => kind === name)) list.append(this.line(photo));
    }
  }

  /** @param {Photo} photo */
  line(photo) {
    const line = document.createElement("li");
    line.dataset.kept = "";
    const words = document.createElement("div");
    words.append(photo.name, document.createElement("small"));
    const made = photo.blob.size < photo.was ? "smaller" : "asItIs";
    words.lastElementChild.textContent = fill(this.words[made], { was: size(photo.was), now: size(photo.blob.size) });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "lk sm";
    button.textContent = this.words.takeOut;
    button.setAttribute("aria-label", fill(this.words.takeOutNamed, { name: photo.name }));
    button.addEventListener("click", () => {
      this.kept = this.kept.filter((each) => each !== photo);
      this.draw();
      this.changed();
    });
    line.append(words, button);
    return line;
  }
}
