/**
 * Fetches the files of a download, one after the other, and keeps what has come: neither a lost line, nor a closed page, nor
 * links that ran out cost more than the last seconds.
 *
 * @typedef {import("./store.js").Pack} Pack
 * @typedef {import("./store.js").PackFile} PackFile
 * @typedef {{have: number, total: number, leftMs: number | null, waiting: boolean}} Progress bytes
 */
import { contentRange, KEEP_BYTES, KEEP_MS, next, Pace, PIECE_BYTES, totalOf } from "./plan.js";

/** Seconds until the next attempt after the first, second, ... failure without a byte in between. */
const WAITS_S = [2, 5, 10, 20, 40, 60];
/** A line that brings nothing for so long is dead, though nobody says so. */
export const SILENT_MS = 30_000;

/** Why a download rests: `kind` is "full", "refused" or "signed-out"; anything else is a fault of ours and thrown as it is. */
export class Rests extends Error {
  /** @param {string} kind @param {string} [sentence] the server's own */
  constructor(kind, sentence = "") {
    super(sentence || kind);
    Object.assign(this, { kind, sentence });
  }
}

/** The line is gone, or the server is in trouble: wait and try again. */
class Later extends Error {}
/** The address does not hold any more, or leads to something else. */
class Stale extends Error {}

export class Download {
  /**
   * @param {Pack} pack
   * @param {object} given
   * @param {Pick<import("./store.js").Store, "beginning" | "add" | "join" | "drop" | "change">} given.store
   * @param {typeof fetch} given.fetch
   * @param {(pack: Pack) => Promise<PackFile[]>} given.renew asks for fresh links; fails with what api.js calls a Problem
   * @param {(progress: Progress) => void} given.progress
   * @param {(ms: number) => Promise<void>} given.rest ends earlier when the line is back
   * @param {() => number} given.now ms
   */
  constructor(pack, given) {
    this.pack = pack;
    this.given = given;
    this.stopped = false;
    /** @type {Promise<void>} */
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    this.have = 0;
    this.failures = 0;
    this.renewals = 0;
    this.pace = new Pace();
    /** @type {AbortController | null} */
    this.running = null;
  }

  /** Somebody pauses it or takes it away. */
  stop() {
    this.stopped = true;
    this.end();
    if (this.running) this.running.abort();
  }

  /**
   * @returns {Promise<boolean>} whether everything is here; false: it was stopped. Fails with Rests where only somebody can help.
   */
  async run() {
    await this.count();
    this.tell();
    for (let place = 0; place < this.pack.files.length; place += 1) {
      while (!this.pack.files[place].done) {
        if (this.stopped) return false;
        await this.attempt(place);
      }
    }
    return !this.stopped;
  }

  /** @param {boolean} [waiting] */
  tell(waiting = false) {
    const total = totalOf(this.pack.files);
    const leftMs = this.pace.timeFor(Math.max(0, total - this.have));
    this.given.progress({ have: Math.min(this.have, total), total, leftMs, waiting });
  }

  /** @param {number} place of a file */
  async attempt(place) {
    try {
      await this.fetchOn(this.pack.files[place]);
    } catch (error) {
      if (this.stopped) return;
      if (error instanceof Stale) await this.renew();
      else if (error instanceof Later) await this.wait();
      else if (/** @type {any} */ (error).name === "QuotaExceededError") throw new Rests("full");
      else throw error;
    }
  }

  async wait() {
    this.tell(true);
    const seconds = WAITS_S[Math.min(this.failures, WAITS_S.length - 1)];
    this.failures += 1;
    await Promise.race([this.given.rest(seconds * 1000), this.ended]);
  }

  /** Fresh links. A file that is another one by now begins anew. */
  async renew() {
    let files;
    try {
      files = await this.given.renew(this.pack);
    } catch (error) {
      const { kind, sentence } = /** @type {any} */ (error);
      if (kind === "offline" || kind === "busy") return this.wait();
      if (!kind) throw error;
      throw new Rests(kind, sentence);
    }
    // Fresh links that lead nowhere either: ours is the fault, and asking faster mends nothing.
    this.renewals += 1;
    if (this.renewals > 1) await this.wait();
    const { store } = this.given;
    const before = this.pack.files;
    this.pack.files = await Promise.all(
      files.map(async (file) => {
        const was = before.find((each) => each.name === file.name);
        if (was && (file.bytes === null || file.bytes === (was.promised || was.bytes))) return { ...was, address: file.address };
        await store.drop(this.pack.id, file.name);
        return file;
      }),
    );
    await this.keep();
    await this.count();
  }

  async count() {
    const { store } = this.given;
    const sizes = await Promise.all(
      this.pack.files.map(async (file) => (file.done ? file.bytes || 0 : (await store.beginning(this.pack.id, file.name)).size)),
    );
    this.have = sizes.reduce((sum, bytes) => sum + bytes, 0);
  }

  async keep() {
    const { files } = this.pack;
    const kept = await this.given.store.change(this.pack.id, (pack) => {
      pack.files = files;
    });
    // Removed by another page.
    if (!kept) this.stop();
  }

  /** @param {PackFile} file */
  async fetchOn(file) {
    const { store, fetch } = this.given;
    const have = (await store.beginning(this.pack.id, file.name)).size;
    if (file.bytes === have) return this.finish(file);
    // Of a length that nobody told, or longer than it may be: from its beginning.
    if (have && (file.bytes === null || have > file.bytes)) {
      await store.drop(this.pack.id, file.name);
      return this.count();
    }
    const range = file.bytes === null ? null : next(have, file.bytes);
    this.running = new AbortController();
    let silent = setTimeout(() => this.running && this.running.abort(), SILENT_MS);
    const alive = () => {
      clearTimeout(silent);
      silent = setTimeout(() => this.running && this.running.abort(), SILENT_MS);
    };
    try {
      // Not into the browser's own cache: everything would be on the disk twice.
      const headers = range ? { Range: `bytes=${range.from}-${range.until - 1}` } : {};
      const response = await fetch(file.address, { headers, cache: "no-store", signal: this.running.signal }).catch(() => {
        throw new Later();
      });
      await this.check(file, range, response);
      await this.read(file, range ? range.from : 0, response, alive);
    } finally {
      clearTimeout(silent);
    }
    if (range) await store.join(this.pack.id, file.name, range.from - (range.from % PIECE_BYTES), range.until);
    else await this.whole(file);
  }

  /**
   * Is this answer the piece that was asked for, of the same file as the pieces before it?
   * @param {PackFile} file @param {{from: number, until: number} | null} range @param {Response} response
   */
  async check(file, range, response) {
    const { status } = response;
    if (status >= 500 || status === 408 || status === 429) throw new Later();
    if (status !== 206 && status !== 200) throw new Stale();
    // No file of ours: what a wireless network or a proxy puts before everything.
    if ((response.headers.get("Content-Type") || "").startsWith("text/html")) throw new Later();
    const said = contentRange(response.headers.get("Content-Range"));
    const tag = response.headers.get("ETag");
    // Nothing of it is here yet: it is as long as it says itself.
    if (said && range && range.from === 0 && said.total !== file.bytes) Object.assign(file, { promised: file.bytes, bytes: said.total });
    const other = (file.tag && tag && file.tag !== tag) || (said && file.bytes !== null && said.total !== file.bytes);
    // Object storage elsewhere may not let a script read these headers; the length of the body is checked in any case.
    const elsewhere = status === 200 ? range !== null && range.from > 0 : said !== null && range !== null && said.from !== range.from;
    if (other || elsewhere) {
      await this.given.store.drop(this.pack.id, file.name);
      Object.assign(file, { tag: undefined });
      await this.keep();
      await this.count();
      throw new Stale();
    }
    file.tag = tag;
  }

  /** @param {PackFile} file @param {number} from @param {Response} response @param {() => void} alive */
  async read(file, from, response, alive) {
    const { store, now } = this.given;
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    /** @type {Uint8Array[]} */
    let parts = [];
    let [bytes, since, came] = [0, now(), 0];
    const keep = async () => {
      if (!bytes) return;
      const wanted = await store.add({ pack: this.pack.id, file: file.name, from, blob: new Blob(/** @type {BlobPart[]} */ (parts)) });
      // Paused or removed by another page.
      if (!wanted) this.stop();
      from += bytes;
      [parts, bytes, since] = [[], 0, now()];
    };
    try {
      for (;;) {
        const { done, value } = await reader.read().catch(() => {
          throw new Later();
        });
        if (done || !value) break;
        alive();
        parts.push(value);
        bytes += value.length;
        came += value.length;
        this.have += value.length;
        this.failures = this.renewals = 0;
        this.pace.add(value.length, now());
        if (bytes >= KEEP_BYTES || now() - since >= KEEP_MS) await keep();
        this.tell();
      }
    } finally {
      await keep();
    }
    // An answer without a byte would be asked for again at once, for ever.
    if (!came && file.bytes !== null) throw new Later();
  }

  /** A small file of a length that nobody told: it came to its end, so that is its length. @param {PackFile} file */
  async whole(file) {
    file.bytes = (await this.given.store.beginning(this.pack.id, file.name)).size;
    await this.finish(file);
  }

  /** @param {PackFile} file */
  async finish(file) {
    file.done = true;
    await this.keep();
    this.tell();
  }
}
