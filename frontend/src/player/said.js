/**
 * What is being said now, as text under the slides: from the captions, while only the sound is loaded.
 *
 * The browser reads the captions and tells when a line begins. It is no live region: a screen reader that spoke every line
 * would speak over the lecturer.
 */

export class Said {
  /**
   * @param {import("./view.js").View} view
   * @param {{language: string}[]} offered
   */
  constructor(view, offered) {
    this.view = view;
    this.offered = offered;
    /** @type {HTMLTrackElement | null} */
    this.track = null;
    // Two lines' room, so that nothing below moves when a longer line comes.
    view.el["said-line"].style.minHeight = "3.4em";
    if (!offered.length) view.text(view.el["said-line"], view.words.noTranscript);
  }

  /**
   * @param {{sound: boolean, links: Record<string, string> | null, language: string}} now `language`: of the captions that
   *   somebody chose; empty: the first there is
   */
  show({ sound, links, language }) {
    const { el } = this.view;
    el.said.hidden = !sound || !links;
    const wanted = this.offered.some((each) => each.language === language) ? language : (this.offered[0] || { language: "" }).language;
    const address = (sound && links && links[`captions-${wanted}`]) || "";
    if (address === (this.track ? this.track.getAttribute("src") : "")) return;
    if (this.track) this.track.remove();
    this.track = null;
    if (!address) return;
    const track = document.createElement("track");
    Object.assign(track, { kind: "metadata", src: address });
    track.addEventListener("error", () => this.view.text(el["said-line"], this.view.words.noTranscriptNow));
    track.track.addEventListener("cuechange", () => this.line(track.track));
    this.view.video.append(track);
    track.track.mode = "hidden";
    this.track = track;
  }

  /** Between two lines the last one stays. @param {TextTrack} track */
  line({ activeCues }) {
    const words = [...(activeCues || [])].map((cue) => /** @type {VTTCue} */ (cue).text.replace(/<[^>]*>|\s+/g, " ").trim());
    if (words.length) this.view.text(this.view.el["said-line"], words.join(" "));
  }
}
