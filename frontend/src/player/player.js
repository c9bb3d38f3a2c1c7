/**
 * The player: the picture, its playback on the server, and the record of what was played.
 */
import { ask } from "./api.js";
import { Captions } from "./captions.js";
import { Faults, SKIP_MS } from "./faults.js";
import { missing, lengthOf, union } from "./intervals.js";
import { bufferedAhead, rememberedSpeed, sampleLine } from "./line.js";
import { LinkState } from "./link.js";
import { SpeedMeter, choose, linked } from "./modes.js";
import { Outbox, leftovers } from "./outbox.js";
import { Presence } from "./presence.js";
import { Reporter } from "./reporter.js";
import { SlideShow } from "./slideshow.js";
import { SpanRecorder } from "./spans.js";

/** Written to this device this often, so that a power cut costs little (budget B18). */
const JOURNAL_MS = 10_000;
/** The progress card is redrawn this often while nothing happens to it. */
const REDRAW_MS = 5000;
const MODE_KEY = "qianchang.mode";

export class Player {
  /**
   * @param {any} config from the page
   * @param {import("./view.js").View} view
   * @param {Storage} storage
   */
  constructor(config, view, storage) {
    this.config = config;
    this.view = view;
    this.storage = storage;
    this.video = view.video;
    const { account, saver } = view.el.player.dataset;
    this.account = account || "";
    /** @type {{id: string, links: Record<string, string>, everyMs: number} | null} */
    this.playback = null;
    /** @type {Outbox | null} */
    this.outbox = null;
    this.accepted = config.intervals_ms;
    this.positionMs = config.position_ms;
    this.wanted = this.superseded = this.settling = false;
    this.rate = Number(view.el.rate.value) || 1;
    this.faults = new Faults();
    this.times = { report: 0, journal: 0, redraw: 0, saved: /** @type {number | null} */ (null) };
    /** @type {Promise<boolean> | null} */
    this.opening = null;
    this.link = new LinkState(view);
    this.slides = new SlideShow(view, config.duration_ms, () => this.poster());
    this.captions = new Captions(view, config.captions, storage);
    this.meter = new SpeedMeter(rememberedSpeed(storage, Date.now()));
    const remembered = storage.getItem(MODE_KEY);
    this.mode = choose(config.modes, { speedKbits: this.meter.kbits, remembered, saver: saver === "1" });
    this.recorder = new SpanRecorder((span) => this.outbox && this.outbox.add(span));
    this.reporter = new Reporter({
      ask,
      address: config.opens,
      now: () => Date.now(),
      answered: (answer, outbox) => this.answered(answer, outbox),
      failed: (trouble) => this.failed(trouble),
      caughtUp: (count) => this.caughtUp(count),
    });
    this.presence = new Presence({
      view,
      codes: config.codes,
      askPlayback: (path, how) => ask(`${config.opens}${this.playback ? this.playback.id : ""}/${path}`, how),
      isOpen: () => this.playback !== null,
      report: () => this.report(),
      stand: (standing) => this.stand(standing),
      failed: (trouble) => this.failed(trouble),
    });
    if (this.positionMs >= config.duration_ms - 1000) this.positionMs = this.firstMissing();
  }

  /** Play on from where the picture is; the first time, open a playback. */
  async play() {
    this.wanted = true;
    if (!this.superseded && this.playback) return this.start();
    this.superseded = this.link.elsewhere = false;
    await this.open();
  }

  pause() {
    this.wanted = false;
    this.video.pause();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  get playing() {
    return this.wanted && !this.superseded;
  }

  start() {
    const started = this.video.play();
    if (!started) return;
    started.catch((error) => {
      if (error.name !== "NotAllowedError") return;
      this.wanted = false;
      this.link.tell(this.view.words.autoplay, Date.now());
      this.redraw();
    });
  }

  /** Open a playback (also anew: for fresh links, or to take over) and load the picture where it was. */
  open() {
    if (!this.opening) {
      this.opening = this.openNow().finally(() => {
        this.opening = null;
      });
    }
    return this.opening;
  }

  /** @returns {Promise<boolean>} */
  async openNow() {
    const now = Date.now();
    this.recorder.close();
    let answer;
    try {
      answer = await ask(this.config.opens, {
        body: { version: this.config.version, device: navigator.userAgent.slice(0, 500), device_now_ms: now, index: this.config.index },
      });
    } catch (error) {
      const trouble = /** @type {any} */ (error);
      const again = trouble.kind === "offline" || trouble.kind === "busy";
      this.faults.openFailed(Date.now(), again);
      if (!again) this.wanted = false;
      this.failed(trouble);
      return false;
    }
    this.faults.opened();
    this.link.recovered();
    this.playback = { id: answer.id, links: answer.links, everyMs: answer.report_every_s * 1000 };
    this.outbox = Outbox.create(this.storage, {
      account: this.account,
      version: this.config.version,
      playback: answer.id,
      at: now,
    });
    this.reporter.replace(this.outbox);
    this.accepted = answer.intervals_ms;
    this.times.report = this.times.journal = now;
    this.stand(answer);
    this.captions.open(answer.links);
    if (answer.index) this.slides.renew(this.config, answer.index);
    this.load();
    if (this.reporter.earlier.length) this.reporter.send();
    return true;
  }

  /** Load the chosen mode at the position and go on if it was playing. */
  load() {
    if (!this.playback) return;
    const { links } = this.playback;
    this.mode = linked(this.config.modes, this.mode, links);
    this.settling = true;
    this.meter.restart();
    this.video.src = links[this.mode.file || ""] || links[this.mode.mode];
    this.video.currentTime = this.positionMs / 1000;
    this.video.defaultPlaybackRate = this.video.playbackRate = this.rate;
    this.poster();
    if (this.wanted) this.start();
    this.redraw();
  }

  /** The metadata is there: an old browser may have forgotten the position. */
  settled() {
    if (Math.abs(this.video.currentTime * 1000 - this.positionMs) > 500) this.video.currentTime = this.positionMs / 1000;
    this.settling = false;
    this.observe();
  }

  /** @param {string} name of a mode */
  setMode(name) {
    const mode = this.config.modes.find((/** @type {any} */ each) => each.mode === name);
    if (!mode || mode === this.mode) return;
    this.observe();
    this.recorder.close();
    this.mode = mode;
    this.storage.setItem(MODE_KEY, name);
    this.load();
    this.redraw();
  }

  /** @param {number} rate */
  setRate(rate) {
    this.observe();
    this.rate = this.video.playbackRate = rate;
  }

  /** @param {number} ms */
  seek(ms) {
    const target = Math.min(Math.max(0, ms), this.config.duration_ms);
    this.observe();
    this.recorder.close();
    this.positionMs = target;
    this.meter.restart();
    // Before the metadata is there this is where it will begin.
    if (this.playback) this.video.currentTime = target / 1000;
    this.redraw();
  }

  /** @param {number} ms from where the picture is now */
  step(ms) {
    this.observe();
    this.seek(this.positionMs + ms);
  }

  playMissing() {
    this.seek(this.firstMissing());
    this.play();
  }

  firstMissing() {
    const gaps = missing(this.view.creditable, this.covered());
    return gaps.length ? gaps[0][0] : 0;
  }

  /** What the element does at this moment goes into the record. @param {boolean} [jumped] */
  observe(jumped = false) {
    const { video } = this;
    if (this.playback && !this.settling && video.readyState > 0) this.positionMs = video.currentTime * 1000;
    const playing =
      !video.paused && !video.ended && !video.seeking && !this.settling && !this.superseded && video.readyState > 2;
    this.recorder.observe({ playing, jumped, mediaMs: this.positionMs, wallMs: Date.now(), rate: video.playbackRate });
    if (playing && this.link.waiting) {
      this.link.waiting = false;
      this.redraw();
    }
    this.deck();
  }

  /** Write to this device what is not on the server. */
  journal() {
    this.times.journal = Date.now();
    if (this.outbox) this.outbox.write(this.times.journal, { running: this.recorder.running(), positionMs: this.positionMs });
  }

  /** @returns {Promise<boolean>} whether the server has everything now */
  async report() {
    if (!this.outbox) return false;
    this.times.report = Date.now();
    this.observe();
    this.recorder.split();
    this.journal();
    const done = await this.reporter.send({ always: true });
    this.redraw();
    return done;
  }

  /** The page is hidden or left: whatever comes, the record is safe. @param {boolean} gone */
  putAway(gone) {
    this.observe();
    if (gone) this.recorder.close();
    else this.recorder.split();
    if (this.outbox && gone) this.outbox.left = true;
    this.journal();
    if (!gone || document.visibilityState === "visible") this.reporter.sendLast();
  }

  /**
   * Send what earlier pages left behind, and go on where the last of them was.
   * @returns {number} of outboxes whose pages still seem to write
   */
  adopt() {
    const except = this.playback ? this.playback.id : "";
    const { left, alive } = leftovers(this.storage, { account: this.account, at: Date.now(), except });
    const latest = left.filter((outbox) => outbox.box.version === this.config.version).pop();
    if (latest && !this.playback) this.positionMs = latest.box.position_ms;
    this.reporter.adopt(left);
    return alive;
  }

  /** @param {any} answer @param {Outbox} outbox */
  answered(answer, outbox) {
    if (outbox.box.version !== this.config.version) return;
    this.accepted = answer.intervals_ms;
    this.times.saved = Date.now();
    this.stand(answer);
    if (outbox !== this.outbox) return;
    if (answer.refused.length) this.link.tell(answer.refused[0].sentence, Date.now());
    if (answer.superseded && !this.superseded) this.giveWay();
  }

  /** Codes, credit and award out of any answer. @param {any} standing */
  stand(standing) {
    if (standing.credited) this.view.credited(standing.award || null);
    this.presence.replace(standing.codes, this.positionMs);
  }

  /** Somebody plays with this account elsewhere: this page rests until it is asked to go on. */
  giveWay() {
    this.superseded = this.link.elsewhere = true;
    this.wanted = false;
    this.video.pause();
    this.observe();
    this.recorder.close();
    this.report();
  }

  /** @param {{kind: string, sentence: string}} trouble */
  failed(trouble) {
    this.link.failed(trouble);
    this.redraw();
  }

  /** @param {number} count of records that were late */
  caughtUp(count) {
    this.link.caughtUp(count, Date.now());
    this.redraw();
  }

  wentOffline() {
    this.link.offline = true;
    this.reporter.interrupt();
    this.journal();
    this.redraw();
  }

  async cameBack() {
    this.reporter.wake();
    this.faults.hurry();
    if (this.outbox || this.reporter.waiting) await this.report();
    else this.link.recovered();
    this.tick();
  }

  /** The element gave up: the line was cut, the link ran out, or the place is broken. */
  fault() {
    if (!this.playback || !this.video.error) return;
    this.recorder.close();
    this.settling = true;
    this.journal();
    if (this.faults.happened({ positionMs: this.positionMs, at: Date.now(), decode: this.video.error.code === 3 })) {
      this.positionMs = Math.min(this.positionMs + SKIP_MS, this.config.duration_ms);
      this.link.tell(this.view.words.fault, Date.now());
    } else {
      this.link.waiting = true;
    }
    this.redraw();
  }

  tick() {
    const now = Date.now();
    const { video } = this;
    this.observe();
    const playing = this.playing && !video.paused;
    this.presence.tick({ mediaMs: this.positionMs, playing, at: now });
    sampleLine(this.meter, video, { kbits: this.mode.kbits, storage: this.storage, at: now });
    if (this.faults.isDue(now) && navigator.onLine && !this.superseded) this.open();
    if (this.outbox && now - this.times.journal >= JOURNAL_MS) this.journal();
    const due = this.playback && playing && now - this.times.report >= this.playback.everyMs;
    const retry = this.reporter.broken && (this.reporter.waiting > 0 || this.outbox);
    if ((due || retry) && !this.reporter.resting && !this.reporter.running && navigator.onLine) {
      if (this.outbox) this.report();
      else this.reporter.send();
    }
    if (now - this.times.redraw >= REDRAW_MS || this.link.offline) this.redraw();
  }

  /** What this device knows of beyond the server. */
  unsent() {
    return this.reporter.intervals(this.config.version, this.recorder.running());
  }

  covered() {
    return union([...this.accepted, ...this.unsent()]);
  }

  deck() {
    this.view.deck({ positionMs: this.positionMs, bufferedMs: this.positionMs + bufferedAhead(this.video), playing: this.playing });
    this.poster();
  }

  poster() {
    this.slides.stage({ positionMs: this.positionMs, playback: this.playback, sound: this.mode.width === null });
  }

  redraw() {
    const now = Date.now();
    this.times.redraw = now;
    const { view } = this;
    const gaps = view.progress(this.accepted, this.unsent());
    view.modes(this.mode.mode, this.meter.kbits, lengthOf(gaps));
    this.slides.marks(this.covered());
    const records = this.reporter.waiting;
    view.saved({ at: this.times.saved, waiting: this.reporter.broken ? records : 0 });
    this.link.show({
      at: now,
      records,
      bufferedMs: bufferedAhead(this.video),
      leastKbits: Math.min(...this.config.modes.map((/** @type {any} */ { kbits }) => kbits)),
    });
    this.deck();
  }
}
