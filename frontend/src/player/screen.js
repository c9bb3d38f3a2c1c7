/**
 * What is on the video element: which mode, from where, at which rate; and what happens when the element gives up.
 */
import { Faults, SKIP_MS } from "./faults.js";
import { linked } from "./modes.js";
import { Source } from "./source.js";

/** @typedef {import("./modes.js").Mode} Mode */

/** The place of a trouble that has none. */
const NOWHERE = -1e6;

export class Screen {
  /**
   * @param {import("./player.js").Player} player
   * @param {Mode} mode to begin with
   */
  constructor(player, mode) {
    const { config, video, view, meter } = player;
    Object.assign(this, { player, config, video, meter, mode });
    this.rate = Number(view.el.rate.value) || 1;
    /** A file was asked for and its metadata is not here: the element's position means nothing. */
    this.settling = false;
    this.faults = new Faults();
    this.source = new Source(video, {
      durationMs: config.duration_ms,
      readable: config.readable === true,
      atMs: () => player.positionMs,
      lineKbits: () => meter.kbits,
      gone: () => this.gone(),
      failed: () => this.load(),
    });
  }

  /** Somebody wants to watch: whatever is good may be fetched now. */
  release() {
    if (!this.source.loaded && !this.player.playback) this.load();
    else if (!this.player.link.over) this.source.release();
  }

  /** A playback is open, perhaps anew: what plays from memory goes on with its links. */
  opened() {
    const { player, source } = this;
    const address = source.stale && player.playback ? addressOf(this.mode, player.playback.links) : "";
    if (address) source.renew(address);
    if (!source.loaded || source.stale) this.load();
    else if (player.wanted) player.start();
  }

  /**
   * Load the mode at the position and go on if it was playing.
   * @param {{careful?: boolean}} [how] `careful`: nobody has pressed play yet
   */
  load({ careful = false } = {}) {
    const { player, video } = this;
    const links = player.playback ? player.playback.links : this.config.links || {};
    const mode = linked(this.config.modes, this.mode, links);
    const address = addressOf(mode, links) || (player.playback ? links[mode.mode] : "");
    // Without a playback only what the page has a link to, and only where no more is fetched than we want.
    if (!address || (!player.playback && !this.source.canFeed(mode, address))) return;
    this.mode = mode;
    this.settling = true;
    this.meter.restart();
    this.source.load(mode, address, careful);
    video.currentTime = player.positionMs / 1000;
    video.defaultPlaybackRate = video.playbackRate = this.rate;
    player.poster();
    if (player.wanted && player.playback) player.start();
    player.redraw();
  }

  /** The metadata is there: an old browser may have forgotten the position. */
  settled() {
    const { player, video } = this;
    if (Math.abs(video.currentTime * 1000 - player.positionMs) > 500) video.currentTime = player.positionMs / 1000;
    this.settling = false;
    player.observe();
  }

  /** @param {Mode} mode */
  change(mode) {
    const { player } = this;
    player.observe();
    player.recorder.close();
    this.mode = mode;
    if (this.source.loaded) this.load({ careful: !player.playback && !player.wanted });
    player.redraw();
  }

  /** @param {number} rate */
  setRate(rate) {
    this.player.observe();
    this.rate = this.video.playbackRate = rate;
  }

  /** @param {number} ms */
  moveTo(ms) {
    this.meter.restart();
    // Before the metadata is there this is where it will begin.
    if (this.source.loaded) this.video.currentTime = ms / 1000;
    this.source.look();
  }

  /** The element gave up: the line was cut, the link ran out, or the place is broken. */
  fault() {
    const { error } = this.video;
    if (!error || !this.source.loaded) return;
    this.source.broke(error.code > 2);
    this.interrupted(error.code === 3);
  }

  /** The link that was played leads nowhere any more: the playback's may be another one; else it is opened anew. */
  gone() {
    const { player, source } = this;
    const address = player.playback ? addressOf(this.mode, player.playback.links) : "";
    if (address && address !== source.last) {
      if (source.stale) return source.renew(address);
      player.recorder.close();
      return this.load();
    }
    if (!source.stale) return this.interrupted(false);
    // The picture goes on meanwhile, and counts. Wherever it is by then, this is the same trouble.
    if (player.playback || player.wanted) this.faults.happened({ positionMs: NOWHERE, at: Date.now(), decode: false });
  }

  /** @param {boolean} decode the data is here, and is no good */
  interrupted(decode) {
    const { player } = this;
    player.recorder.close();
    this.settling = true;
    if (!player.playback && !player.wanted) return;
    player.journal();
    if (this.faults.happened({ positionMs: player.positionMs, at: Date.now(), decode })) {
      player.positionMs = Math.min(player.positionMs + SKIP_MS, this.config.duration_ms);
      player.link.tell(player.view.words.fault, Date.now());
    } else {
      player.link.waiting = player.wanted;
    }
    player.redraw();
  }
}

/**
 * @param {Mode} mode
 * @param {Record<string, string>} links
 * @returns {string} where a mode's file is; empty: the links do not say
 */
function addressOf(mode, links) {
  return links[mode.file || mode.mode] || "";
}
