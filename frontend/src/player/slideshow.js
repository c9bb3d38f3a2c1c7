/**
 * The slides beside the sound: the picture over the stage while only the sound is loaded, and the index beside the player.
 */
import { clock } from "./clock.js";
import { mark, Pictures, slideAt, wanted } from "./slides.js";

/** After a picture did not come it is asked for again this much later, in ms. */
const AGAIN_MS = 5000;

/** @param {string} address @returns {Promise<void>} */
function fetchPicture(address) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve();
    picture.onerror = () => reject(new Error(address));
    picture.src = address;
  });
}

export class SlideShow {
  /**
   * @param {import("./view.js").View} view
   * @param {number} durationMs
   * @param {() => void} arrived a picture is here: look again what is on the stage
   */
  constructor(view, durationMs, arrived) {
    this.view = view;
    this.arrived = arrived;
    this.index = document.getElementById("slides");
    this.durationMs = durationMs;
    this.read();
    this.pictures = new Pictures(fetchPicture);
    this.place = -2;
    this.askedAt = 0;
    /** No more pictures are to be fetched just now. */
    this.held = false;
    /** Which picture is on the stage. */
    this.shown = "";
  }

  /** The index is what stands in the page. */
  read() {
    this.links = /** @type {HTMLAnchorElement[]} */ ([...(this.index ? this.index.querySelectorAll("a[data-ms]") : [])]);
    this.set(
      this.links.map((link) => {
        const label = /** @type {Element} */ (link.querySelector("span")).textContent || "";
        return { number: Number(link.dataset.n), from_ms: Number(link.dataset.ms), label };
      }),
    );
  }

  /** @param {{number: number, from_ms: number, label: string}[]} entries */
  set(entries) {
    /** @type {import("./slides.js").Slide[]} */
    this.slides = entries.map(({ number, from_ms, label }, place) => {
      const next = entries[place + 1];
      return { number, fromMs: from_ms, untilMs: next ? next.from_ms : this.durationMs, title: label };
    });
  }

  /**
   * The lecture was made anew since the page was: its pictures are others, so the index that names them is, too.
   * @param {any} config of the page @param {{stamp: string, slides: {number: number, from_ms: number, label: string}[], storyboard: object | null}} index
   */
  renew(config, { stamp, slides: entries, storyboard }) {
    Object.assign(config, { index: stamp, storyboard });
    this.set(entries);
    this.pictures = new Pictures(fetchPicture);
    this.place = -2;
    this.askedAt = 0;
    this.shown = "";
    if (!this.index) return;
    this.links = entries.map(({ number, from_ms, label }) => {
      const link = document.createElement("a");
      link.href = `#t=${Math.ceil(from_ms / 1000)}`;
      Object.assign(link.dataset, { n: number, ms: from_ms });
      link.appendChild(document.createElement("time")).textContent = clock(from_ms);
      link.appendChild(document.createElement("span")).textContent = label;
      return link;
    });
    this.index.textContent = "";
    this.index.append(...this.links);
    const count = document.querySelector("#slides-title span");
    if (count) count.textContent = String(entries.length);
  }

  /** @param {(ms: number) => void} seek */
  tie(seek) {
    if (!this.index) return;
    this.index.addEventListener("click", (event) => {
      const link = /** @type {Element} */ (event.target).closest("a[data-ms]");
      if (!link) return;
      event.preventDefault();
      seek(Number(/** @type {HTMLElement} */ (link).dataset.ms));
    });
  }

  /** @param {number} ms @returns {string} */
  titleAt(ms) {
    const place = slideAt(this.slides, ms);
    return place < 0 ? "" : this.slides[place].title;
  }

  /**
   * What is on the stage: the film, the slide beside the sound, or a calm panel with what there is to say.
   * @param {{positionMs: number, playback: {links: Record<string, string>} | null, sound: boolean}} now
   */
  stage({ positionMs, playback, sound }) {
    const { view } = this;
    const prefix = playback ? playback.links.slides : undefined;
    if (this.follow({ positionMs, prefix, sound })) view.poster(null);
    else if (playback && sound) view.poster(this.titleAt(positionMs) || view.words.listening);
    else view.poster(!sound && view.video.readyState > 1 ? null : "");
  }

  /**
   * @param {{positionMs: number, prefix: string | undefined, sound: boolean}} now
   *   `sound`: only the sound is loaded, so that the stage is free; `prefix`: where the pictures are, once somebody plays
   * @returns {boolean} whether a picture is on the stage
   */
  follow({ positionMs, prefix, sound }) {
    const place = slideAt(this.slides, positionMs);
    if (place !== this.place) this.moveTo(place);
    const { slide } = this.view.el;
    const current = place < 0 ? undefined : this.slides[place];
    if (!sound || !prefix || !current) {
      slide.hidden = true;
      return false;
    }
    const now = Date.now();
    if (!this.held && now - this.askedAt > AGAIN_MS && this.pictures.running === null) {
      this.pictures.want(wanted(this.slides, place), prefix, () => {
        this.askedAt = 0;
        this.arrived();
      });
      if (this.pictures.running !== null) this.askedAt = now;
    }
    const address = this.pictures.here.get(current.number);
    if (address && address !== this.shown) {
      slide.src = this.shown = address;
      slide.alt = this.view.say("slideAlt", { number: place + 1, title: current.title });
    }
    // Until the new picture is here, its title says what is meant; a picture of something else would mislead.
    slide.hidden = !address;
    return Boolean(address);
  }

  /** @param {number} place */
  moveTo(place) {
    const [was, link] = [this.links[this.place], this.links[place]];
    this.place = place;
    if (was) was.removeAttribute("aria-current");
    if (!link || !this.index) return;
    link.setAttribute("aria-current", "true");
    const list = /** @type {HTMLElement} */ (link.parentElement);
    // Only the list moves, never the page; and not under the hands of somebody who is looking for something in it.
    if (list.matches(":hover") || list.contains(document.activeElement)) return;
    const top = link.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + link.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
  }

  /** @param {import("./intervals.js").Interval[]} covered */
  marks(covered) {
    this.links.forEach((link, place) => {
      const found = mark(this.slides[place], covered);
      const sign = link.querySelector("em") || link.appendChild(document.createElement("em"));
      this.view.text(sign, found && this.view.words[found]);
      sign.className = found === "half" ? "wa-t" : "ok-t";
    });
  }
}
