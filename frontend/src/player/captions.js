/**
 * Captions: off until somebody wants them, then remembered. Nothing is fetched while they are off.
 */

const KEY = "qianchang.captions";

/**
 * The language after this one; after the last one they are off.
 * @param {string[]} languages
 * @param {string} current empty: off
 * @returns {string}
 */
export function nextLanguage(languages, current) {
  return languages[languages.indexOf(current) + 1] || "";
}

export class Captions {
  /**
   * @param {import("./view.js").View} view
   * @param {{language: string, label: string}[]} offered
   * @param {Storage} storage
   */
  constructor(view, offered, storage) {
    this.view = view;
    this.offered = offered;
    this.storage = storage;
    this.languages = offered.map((each) => each.language);
    const remembered = storage.getItem(KEY) || "";
    this.language = this.languages.includes(remembered) ? remembered : "";
    /** @type {Record<string, string>} */
    this.links = {};
    /** @type {HTMLTrackElement | null} */
    this.track = null;
    view.el.captions.hidden = !offered.length;
    this.show();
  }

  toggle() {
    if (!this.offered.length) return;
    this.language = nextLanguage(this.languages, this.language);
    this.storage.setItem(KEY, this.language);
    this.show();
  }

  /** The addresses of a playback: tracks that are on move to them. @param {Record<string, string>} links */
  open(links) {
    this.links = links;
    this.show();
  }

  show() {
    const { view, language } = this;
    const chosen = this.offered.find((each) => each.language === language);
    const several = this.offered.length > 1;
    view.text(view.el.captions, chosen && several ? view.say("captionsIn", { language: chosen.label }) : view.words.captions);
    view.el.captions.setAttribute("aria-pressed", String(Boolean(chosen)));
    const address = chosen ? this.links[`captions-${language}`] : undefined;
    if (this.track && this.track.getAttribute("src") === address) return;
    if (this.track) this.track.remove();
    this.track = null;
    if (!chosen || !address) return;
    const track = document.createElement("track");
    Object.assign(track, { kind: "captions", srclang: language, label: chosen.label, src: address });
    view.video.append(track);
    track.track.mode = "showing";
    this.track = track;
  }
}
