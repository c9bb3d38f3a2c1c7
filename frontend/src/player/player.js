/**
 * The player: the picture, its playback on the server, and the record of what was played.
 */
import { ask } from "./api.js";
import { Cap } from "./cap.js";
import { Captions } from "./captions.js";
import { missing, lengthOf, union } from "./intervals.js";
import { bufferedAhead, rememberedSpeed, sampleLine } from "./line.js";
import { LinkState } from "./link.js";
import { SpeedMeter, choose } from "./modes.js";
import { Outbox, leftovers } from "./outbox.js";
import { Presence } from "./presence.js";
import { Reporter } from "./reporter.js";
import { Said } from "./said.js";
import { Screen } from "./screen.js";
import { SlideShow } from "./slideshow.js";
import { SpanRecorder } from "./spans.js";

/** Written to this device this often, so that a power cut costs little (budget B18). */
const JOURNAL_MS = 10_000;
/** The progress card is redrawn this often while nothing happens to it. */
const REDRAW_MS = 5000;
const MODE_KEY = "qianchang.mode";

/**
 * Public, for other pages with a player of their own: the constructor, `prepare`, `play`, `pause`, `seek`, `report`, `adopt`,
 * `tick`, `redraw`, and what `ties.js` calls. `config.links` may be addresses of any kind; what is here already (`blob:`) is
 * left to the element. Whoever opens playbacks in another way overrides `ask`.
 */
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
    this.wanted = this.superseded = false;
    this.times = { report: 0, journal: 0, redraw: 0, saved: /** @type {number | null} */ (null) };
    /** @type {Promise<boolean> | null} */
    this.opening = null;
    this.link = new LinkState(view);
    this.slides = new SlideShow(view, config.duration_ms, () => this.poster());
    this.captions = new Captions(view, config.captions, storage);
    this.said = new Said(view, config.captions);
    this.meter = new SpeedMeter(rememberedSpeed(storage, Date.now()));
    const remembered = storage.getItem(MODE_KEY);
    this.saver = saver === "1";
    const mode = choose(config.modes, { speedKbits: this.meter.kbits, remembered, saver: this.saver });
    this.screen = new Screen(this, mode);
    this.recorder = new SpanRecorder((span) => this.outbox && this.outbox.add(span));
    this.reporter = new Reporter({
      ask: (address, how) => this.ask(address, how),
      address: config.opens,
      now: () => Date.now(),
      answered: (answer, outbox) => this.answered(answer, outbox),
      failed: (trouble) => this.failed(trouble),
      caughtUp: (count) => this.caughtUp(count),
    });
    this.presence = new Presence({
      view,
      codes: config.codes,
      askPlayback: (path, how) => this.ask(`${config.opens}${this.playback ? this.playback.id : ""}/${path}`, how),
      isOpen: () => this.playback !== null,
      report: () => this.report(),
      stand: (standing) => this.stand(standing),
      failed: (trouble) => this.failed(trouble),
    });
    this.cap = new Cap(this);
    if (this.positionMs >= config.duration_ms - 1000) this.positionMs = this.firstMissing();
  }

  /** The way to the server; a download answers most of it by itself. @param {string} address @param {any} [how] */
  ask(address, how) {
    return ask(address, how);
  }

  /** Play on from where the picture is; the first time, open a playback. */
  async play() {
    this.wanted = true;
    // What the browser loads by itself it loads as it plays.
    if (this.cap.holds() && this.video.src && !this.screen.source.feed) return this.pause();
    if (!this.superseded && this.playback && this.screen.source.loaded) return this.start();
    this.superseded = this.link.elsewhere = false;
    // The picture comes while the playback is being opened; it moves, and counts, only when that is done.
    this.screen.release();
    await this.open();
  }

  pause() {
    this.wanted = false;
    this.video.pause();
  }

  /** Something else started the picture before a playback was open: open it first. */
  hold() {
    this.video.pause();
    this.play();
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
      answer = await this.ask(this.config.opens, {
        body: { version: this.config.version, device: navigator.userAgent.slice(0, 500), device_now_ms: now, index: this.config.index },
      });
    } catch (error) {
      const trouble = /** @type {any} */ (error);
      const again = trouble.kind === "offline" || trouble.kind === "busy";
      this.screen.faults.openFailed(Date.now(), again);
      if (!again) this.wanted = false;
      this.failed(trouble);
      return false;
    }
    this.screen.faults.opened();
    this.link.recovered();
    // What played from memory meanwhile belongs to the playback before.
    this.observe();
    this.recorder.close();
    this.playback = { id: answer.id, links: answer.links, everyMs: answer.report_every_s * 1000 };
    this.outbox = Outbox.create(this.storage, {
      account: this.account,
      version: this.config.version,
      playback: answer.id,
      at: now,
      sitting: answer.sitting,
      key: answer.key,
    });
    this.reporter.replace(this.outbox);
    this.accepted = answer.intervals_ms;
    this.times.report = this.times.journal = now;
    this.stand(answer);
    this.captions.open(answer.links);
    if (answer.index) this.slides.renew(this.config, answer.index);
    this.screen.opened();
    if (this.reporter.earlier.length) this.reporter.send();
    return true;
  }

  /** Before somebody presses play: what the first picture needs, some 40 KB. Not in data saver. */
  prepare() {
    if (!this.saver && !this.cap.use.asks && !this.screen.source.loaded) this.screen.load({ careful: true });
  }

  /** @param {string} name of a mode */
  setMode(name) {
    const mode = this.config.modes.find((/** @type {any} */ each) => each.mode === name);
    if (!mode || mode === this.screen.mode) return;
    this.storage.setItem(MODE_KEY, name);
    this.screen.change(mode);
  }

  /** @param {number} ms */
  seek(ms) {
    const target = Math.min(Math.max(0, ms), this.config.duration_ms);
    this.observe();
    this.recorder.close();
    this.positionMs = target;
    this.screen.moveTo(target);
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
    if (this.screen.source.loaded && !this.screen.settling && video.readyState > 0) this.positionMs = video.currentTime * 1000;
    const playing =
      !video.paused && !video.ended && !video.seeking && !this.screen.settling && !this.superseded && video.readyState > 2;
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
    const except = this.outbox ? this.outbox.key : "";
    const { left, alive } = leftovers(this.storage, { account: this.account, at: Date.now(), except });
    const latest = left.filter((outbox) => outbox.box.version === this.config.version).pop();
    if (latest && !this.playback && !this.wanted) this.seek(latest.box.position_ms);
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
    // By our own next playback, while that is being opened, is by nobody else.
    if (answer.superseded && !this.superseded && !this.opening) this.giveWay();
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
    this.screen.faults.hurry();
    this.screen.source.look();
    if (this.outbox || this.reporter.waiting) await this.report();
    else this.link.recovered();
    this.tick();
  }

  tick() {
    const now = Date.now();
    const { video } = this;
    this.observe();
    const playing = this.playing && !video.paused;
    this.presence.tick({ mediaMs: this.positionMs, playing, at: now });
    this.screen.source.tick();
    this.cap.tick(now);
    sampleLine(this.meter, this.screen.source.arriving(this.screen.mode.kbits), { kbits: this.screen.mode.kbits, storage: this.storage, at: now });
    // A page that rests takes the place of no other one.
    if (this.screen.faults.isDue(now) && navigator.onLine && this.playing) this.open();
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
    const sound = this.screen.mode.width === null;
    // Past the cap only what is here already is shown.
    this.slides.held = this.link.over;
    this.slides.stage({ positionMs: this.positionMs, playback: this.playback, sound });
    const links = this.playback && !(this.link.over && !this.said.track) ? this.playback.links : null;
    this.said.show({ sound, links, language: this.captions.language });
  }

  redraw() {
    const now = Date.now();
    this.times.redraw = now;
    const { view } = this;
    const gaps = view.progress(this.accepted, this.unsent());
    view.modes(this.screen.mode.mode, this.meter.kbits, lengthOf(gaps));
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
