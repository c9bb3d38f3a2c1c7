/** The page of downloads: fetches, lists and removes them, and sends what was watched without a network. */
import { ask } from "../player/api.js";
import { megabytes } from "../player/clock.js";
import { openStorage } from "../player/storage.js";
import { Download, Rests } from "./download.js";
import { List } from "./list.js";
import { owner, remember } from "./owner.js";
import { totalOf } from "./plan.js";
import { LOOK_AGAIN_MS, sendAll, waiting } from "./sending.js";
import { able, keepPages, lacking, promised } from "./space.js";
import { openStore } from "./store.js";

/** @typedef {import("./store.js").Pack} Pack */

const page = /** @type {HTMLElement} */ (document.getElementById("downloads"));
const storage = openStorage();
const { account: signedIn = "", worker = "" } = page.dataset;
remember(storage, signedIn);
const account = signedIn || owner(storage);

class Downloads {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.list = new List({
      pause: (id) => this.pause(id, ""),
      resume: (id) => this.resume(id),
      remove: (id) => this.remove(id),
    });
    /** @type {Download | null} */
    this.running = null;
    this.working = false;
    this.beginning = false;
  }

  /** @returns {Promise<Pack[]>} */
  async mine() {
    return (await this.store.packs()).filter((pack) => pack.account === account);
  }

  async show() {
    this.list.show(await this.mine(), Date.now(), this.running ? this.running.pack.id : "");
  }

  /** @param {number} version @param {string} mode @param {number} bytes */
  async begin(version, mode, bytes) {
    // Pressed twice on a slow line: one download.
    if (this.beginning) return;
    this.beginning = true;
    try {
      await this.beginOne(version, mode, bytes);
    } finally {
      this.beginning = false;
    }
  }

  /** @param {number} version @param {string} mode @param {number} bytes */
  async beginOne(version, mode, bytes) {
    if ((await this.mine()).some((pack) => pack.version === version && pack.mode === mode)) return this.list.tell("already");
    const missing = await lacking(bytes);
    if (missing !== null) return this.list.tell("full", { mb: megabytes(missing) });
    const id = uuid();
    let answer;
    try {
      answer = await this.ask(id, version, mode);
    } catch (error) {
      return this.trouble(error);
    }
    const now = Date.now();
    await this.store.put({
      ...answer,
      account,
      version,
      state: "loading",
      why: "",
      openedAt: now,
      until: now + answer.until_ms - answer.server_now_ms,
      lateDays: answer.late_days,
      sittings: 0,
    });
    await this.show();
    if (!(await promised())) this.list.tell("unpromised");
    this.work();
  }

  /** Opens the playback of a download, or renews its links. @param {string} id @param {number} version @param {string} mode */
  ask(id, version, mode) {
    const body = { version, mode, device: navigator.userAgent.slice(0, 500), device_now_ms: Date.now() };
    return ask(`/api/v1/packs/${id}/`, { method: "PUT", body });
  }

  /** Fetch what is to be fetched, one after the other; of several pages only one does, and another goes on when it is closed. */
  async work() {
    if (this.working) return;
    this.working = true;
    try {
      const all = () => this.fetchAll();
      if (navigator.locks) await navigator.locks.request("qianchang.downloads", all);
      else await all();
    } finally {
      this.working = false;
      await this.show();
    }
  }

  async fetchAll() {
    for (;;) {
      const pack = (await this.mine()).find(({ state }) => state === "loading");
      if (!pack) return;
      await this.fetchOne(pack);
    }
  }

  /** @param {Pack} pack */
  async fetchOne(pack) {
    let drawn = 0;
    this.running = new Download(pack, {
      store: this.store,
      fetch: (address, how) => fetch(address, how),
      now: () => Date.now(),
      rest: (ms) => rest(ms),
      renew: async ({ id, version, mode }) => {
        const { files, index, config } = await this.ask(id, version, mode);
        await this.store.change(id, (kept) => void Object.assign(kept, { index, config: { ...kept.config, captions: config.captions } }));
        return files;
      },
      progress: (progress) => {
        const now = Date.now();
        if (now - drawn < 500 && progress.have < progress.total && !progress.waiting) return;
        drawn = now;
        this.list.progress(pack.id, progress);
      },
    });
    await this.show();
    const resting = this.running;
    try {
      if (!(await resting.run())) return;
      await this.store.change(pack.id, (kept) => void (kept.state = "ready"));
      this.list.tell("done", { title: pack.config.title });
    } catch (error) {
      if (!(error instanceof Rests)) throw error;
      const { kind, sentence } = /** @type {any} */ (error);
      const room = kind === "full" && (await lacking(totalOf(pack.files)));
      const why = kind === "full" ? this.list.say("full", { mb: megabytes(room || 0) }) : kind === "signed-out" ? this.list.say("signedOut") : sentence;
      await this.pause(pack.id, why);
    } finally {
      this.running = null;
      await this.show();
    }
  }

  /** @param {string} id @param {string} why */
  async pause(id, why) {
    await this.store.change(id, (pack) => void Object.assign(pack, { state: "paused", why }));
    if (this.running && this.running.pack.id === id) this.running.stop();
    await this.show();
  }

  /** @param {string} id */
  async resume(id) {
    await this.store.change(id, (pack) => void Object.assign(pack, { state: "loading", why: "" }));
    await this.show();
    this.work();
  }

  /** @param {string} id */
  async remove(id) {
    if (this.running && this.running.pack.id === id) this.running.stop();
    await this.store.remove(id);
    await this.show();
    this.list.tell("removed");
  }

  /** @param {unknown} error */
  trouble(error) {
    const { kind, sentence } = /** @type {any} */ (error);
    if (!kind) throw error;
    if (kind === "refused") this.list.note(sentence);
    else this.list.tell(kind === "signed-out" ? "signedOut" : "noLine");
  }

  /** Send what was watched, and write down what the server says of it. @returns {Promise<number>} of pages that still write */
  async send() {
    this.list.unsent(waiting(storage, account, Date.now()));
    const { sent, alive } = await sendAll(storage, account, {
      answered: (playback, { intervals_ms, credited, codes }) =>
        void this.store.change(playback, ({ config }) => {
          if (intervals_ms) config.intervals_ms = intervals_ms;
          config.credited = config.credited || credited;
          for (const code of config.codes) code.answered = code.answered || codes.some((/** @type {any} */ each) => each.index === code.index && each.answered);
        }),
    });
    this.list.unsent(waiting(storage, account, Date.now()));
    if (sent) this.list.tell("sent", { count: sent });
    await this.show();
    return alive;
  }
}

/** @param {number} ms @returns {Promise<void>} after so long, or as soon as the line is back */
function rest(ms) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}

/** A number that nobody else has (RFC 9562, version 4). */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

async function start() {
  const store = able() ? await openStore().catch(() => null) : null;
  const unable = /** @type {HTMLElement} */ (document.getElementById("unable"));
  unable.hidden = Boolean(store);
  if (!store) return void sendAll(storage, account);
  const downloads = new Downloads(store);
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("#offer button[data-mode]"))) {
    button.disabled = false;
    const { version, mode = "", bytes } = button.dataset;
    button.addEventListener("click", () => downloads.begin(Number(version), mode, Number(bytes)));
  }
  await downloads.show();
  if (worker && !(await keepPages(worker)) && (await downloads.mine()).length) downloads.list.tell("pageNotKept");
  downloads.work();
  downloads.send().then((alive) => alive && setTimeout(() => downloads.send(), LOOK_AGAIN_MS));
  addEventListener("online", () => downloads.send());
  // What was watched meanwhile in another tab.
  addEventListener("pageshow", (event) => event.persisted && downloads.show());
}

start();
