/**
 * Where the video element has the recording from: our own feed where the browser can, else what it loads by itself.
 */
import { Feed } from "./feed.js";
import { bufferedTotal } from "./line.js";

/** @typedef {import("./modes.js").Mode} Mode */

/**
 * What may be fetched before somebody presses play, in bytes: header, index and the first picture. Not in data saver.
 */
const BEFORE_PLAY = 40 * 1024;
/** What the line carries while nobody knows, in kbit/s. */
const UNKNOWN_KBITS = 200;

export class Source {
  /**
   * @param {HTMLVideoElement} video
   * @param {object} given
   * @param {number} given.durationMs
   * @param {boolean} given.readable whether scripts may read the files
   * @param {() => number} given.atMs where the picture is, or will be
   * @param {() => number | null} given.lineKbits
   * @param {() => void} given.gone the address that was played leads nowhere any more; what is here plays on (`stale`), or
   *   there is another file now, and nothing is loaded
   * @param {() => void} given.failed this browser cannot be fed: load anew, and it will load by itself
   */
  constructor(video, given) {
    this.video = video;
    this.given = given;
    /** What is loaded (empty: nothing), and what was loaded last. */
    this.address = this.last = "";
    /** @type {Feed | null} */
    this.feed = null;
    this.fed = this.told = 0;
    this.held = false;
    // A file that could not be fed once is left to the browser from then on.
    this.able = given.readable && typeof MediaSource !== "undefined" && typeof ReadableStream !== "undefined";
  }

  /** Whether something is loaded, or will be as soon as the line gives it. */
  get loaded() {
    return this.address !== "";
  }

  /** Whether what is loaded plays on from memory and needs another address. */
  get stale() {
    return this.feed !== null && this.feed.stale;
  }

  /** @param {string} address of the same file */
  renew(address) {
    this.address = this.last = address;
    if (this.feed) this.feed.renew(address);
  }

  /** All bytes of recordings that this page has fetched by itself. */
  get received() {
    return this.fed + (this.feed ? this.feed.received : 0);
  }

  /**
   * What the meter needs: media time that came so far (ms, counted in the mode's bytes), and whether more is coming.
   * @param {number} kbits
   */
  arriving(kbits) {
    const { feed, video } = this;
    if (feed) return { bufferedMs: (feed.received * 8) / kbits, loading: feed.loading };
    return { bufferedMs: bufferedTotal(video), loading: video.networkState === HTMLMediaElement.NETWORK_LOADING };
  }

  /** @param {Mode} mode @param {string} address */
  canFeed(mode, address) {
    return this.able && !address.startsWith("blob:") && MediaSource.isTypeSupported(typeOf(mode));
  }

  /**
   * Load a file in place of what was loaded.
   * @param {Mode} mode
   * @param {string} address
   * @param {boolean} [careful] nobody has pressed play yet: only what the first picture needs
   */
  load(mode, address, careful = false) {
    this.close();
    this.address = this.last = address;
    if (!this.canFeed(mode, address)) {
      this.video.src = address;
      return;
    }
    this.feed = new Feed(this.video, {
      address,
      type: typeOf(mode),
      durationMs: this.given.durationMs,
      tracks: mode.width === null ? 1 : 2,
      atMs: this.given.atMs,
      lineKbits: () => this.given.lineKbits() || UNKNOWN_KBITS,
      allowance: this.held ? 0 : careful ? BEFORE_PLAY : Infinity,
      gone: () => this.given.gone(),
      changed: () => {
        this.close();
        this.given.gone();
      },
      failed: () => {
        this.able = false;
        this.close();
        this.given.failed();
      },
    });
  }

  /** The element gave up: what it had is no good any more. @param {boolean} decode it had the data and could not use it */
  broke(decode) {
    // Before the first picture came nothing says that feeding works in this browser at all.
    if (this.feed && decode && !this.feed.shelf?.here.size) this.able = false;
    this.close();
  }

  close() {
    if (this.feed) {
      this.feed.close();
      this.fed += this.feed.received;
    }
    this.feed = null;
    this.address = "";
  }

  release() {
    this.held = false;
    if (this.feed) this.feed.release();
  }

  /** Nothing more is to be fetched. What the browser loads by itself can only be paused. */
  hold() {
    this.held = true;
    if (this.feed) this.feed.hold();
    else this.video.pause();
  }

  /**
   * Bytes that were fetched since this was asked last. What lies on this device already costs nothing.
   * @param {number} kbits of the mode
   */
  taken(kbits) {
    const itself = this.loaded && !this.feed && !this.address.startsWith("blob:");
    const all = this.received + (itself ? Math.round((bufferedTotal(this.video) * kbits) / 8) : 0);
    const more = all - this.told;
    this.told = all;
    return Math.max(0, more);
  }

  look() {
    if (this.feed) this.feed.look();
  }

  tick() {
    if (this.feed) this.feed.tick();
  }
}

/** @param {Mode} mode */
function typeOf(mode) {
  const codecs = mode.file === "aac" ? "mp4a.40.2" : mode.codecs;
  return `${mode.width === null ? "audio" : "video"}/mp4; codecs="${codecs}"`;
}
