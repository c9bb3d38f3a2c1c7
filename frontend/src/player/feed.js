/**
 * Feeds the video element from our own memory, by Media Source Extensions: the browser's own loading stops after some two
 * megabytes, which is half of the ten minutes that a lost link may take (budget B16), and gives up when the link is gone.
 *
 * One request at a time, for a piece that takes some twenty seconds on this line; what comes is played at once, and a
 * request that breaks is gone on with at the very byte.
 */
import { likelyHeadBytes, readHead } from "./boxes.js";
import { changed } from "./buffers.js";
import { Shelf } from "./shelf.js";
import { readDefaults, Slices } from "./slices.js";

/** So much lies ahead when the buffer is full, in ms of playing: ten minutes and what it takes to notice. */
const AHEAD_MS = 660_000;
/** It is filled up again when this much of it was played, in ms. */
const TOP_UP_MS = 24_000;
/** Memory for it all, in bytes: a PC with 2 GB has it to spare. */
const MOST_BYTES = 32 * 1024 * 1024;
const SHARE_AHEAD = 0.75;
/** A piece takes this long, in seconds, and is never smaller or larger than these, in bytes. */
const PIECE_S = 20;
const LEAST_PIECE = 64 * 1024;
const MOST_PIECE = 1024 * 1024;
/** No byte for so long: the line is gone, whatever the browser believes. Tried anew after these, in ms. */
const SILENCE_MS = 20_000;
const AGAIN_MS = [500, 1000, 2000, 4000, 8000];
/** So many bytes that nobody wants are waited for rather than connect anew. */
const LITTLE = 16 * 1024;
/** So often a fragment may come and not be there afterwards before it is the browser's own loading that must do. */
const MOST_LOST = 3;
/** A hole between two fragments that is smaller than this is stepped over, in seconds. */
const HOLE_S = 0.5;

/** There is another file under the address than before. */
class Changed extends Error {}

/**
 * @template T
 * @param {Promise<T>} asked of the line
 * @returns {Promise<T | null>} null: the line was cut, by itself or by us
 */
async function unlessCut(asked) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof TypeError || (error instanceof Error && error.name === "AbortError")) return null;
    throw error;
  }
}

export class Feed {
  /**
   * @param {HTMLVideoElement} video
   * @param {object} given
   * @param {string} given.address of the file
   * @param {string} given.type container and codecs, as MediaSource wants them
   * @param {number} given.durationMs
   * @param {number} given.tracks
   * @param {() => number} given.atMs where the picture is, or will be
   * @param {() => number} given.lineKbits what the line is believed to carry
   * @param {number} given.allowance how many bytes may be fetched before somebody presses play
   * @param {() => void} given.gone the address leads nowhere any more: what is here plays on, and `renew` takes another one
   * @param {() => void} given.changed there is another file under it: the feed has ended
   * @param {(error: unknown) => void} given.failed this file cannot be fed; the element may still play it by itself
   */
  constructor(video, given) {
    this.video = video;
    this.given = given;
    this.allowance = given.allowance;
    /** Bytes that came, and whether a request is under way. */
    this.received = 0;
    this.loading = false;
    this.closed = false;
    /** @type {Shelf | null} */
    this.shelf = null;
    this.head = new Uint8Array(0);
    /** The next byte for the parser, and the fragment it stands in; -1: the parser has to be told where to begin. */
    this.cursor = 0;
    this.place = -1;
    /** @type {Slices | null} */
    this.slices = null;
    /** @type {Map<number, import("./slices.js").Defaults>} */
    this.defaults = new Map();
    /** What this browser is trusted to keep, in bytes; and how often it did not keep a fragment. */
    this.most = MOST_BYTES;
    /** @type {Map<number, number>} */
    this.lost = new Map();
    this.stale = false;
    this.tag = "";
    this.failures = 0;
    this.wake = () => {};
    this.cancel = () => {};
    this.source = new MediaSource();
    this.source.addEventListener("sourceopen", () => this.opened(), { once: true });
    this.url = URL.createObjectURL(this.source);
    video.src = this.url;
  }

  opened() {
    URL.revokeObjectURL(this.url);
    if (this.closed) return;
    try {
      this.source.duration = this.given.durationMs / 1000;
      this.buffer = this.source.addSourceBuffer(this.given.type);
    } catch (error) {
      this.given.failed(error);
      return;
    }
    this.run().catch((error) => {
      if (this.closed) return;
      this.close();
      if (error instanceof Changed) this.given.changed();
      else this.given.failed(error);
    });
  }

  /** Somebody pressed play: fetch as much as is good. */
  release() {
    this.allowance = Infinity;
    this.wake();
  }

  /** Nothing more is to be fetched until it is released. */
  hold() {
    this.allowance = this.received;
    this.cancel();
  }

  /** Go on with another address of the same file. @param {string} address */
  renew(address) {
    this.given.address = address;
    this.stale = false;
    this.wake();
  }

  get mostAhead() {
    return this.most * SHARE_AHEAD;
  }

  /** The position is another one, or the line is back: look again what is to be done, now. */
  look() {
    if (this.loading && this.shelf && !this.isWanted()) this.cancel();
    this.wake();
  }

  /** Once a second: a small hole is stepped over, and what the browser threw away is fetched again where it is needed. */
  tick() {
    const { shelf } = this;
    if (!shelf) return;
    if (this.video.readyState < 3 && this.stepOver(shelf)) return;
    const gone = this.loading ? [] : shelf.forget(this.video.buffered);
    if (!gone.length) return;
    for (const place of gone) this.lost.set(place, (this.lost.get(place) || 0) + 1);
    if (Math.max(...gone.map((place) => this.lost.get(place) || 0)) > MOST_LOST) {
      this.close();
      this.given.failed(new Error("not kept"));
      return;
    }
    // Short of memory, a browser throws away even what comes next: then it gets less, or every byte would be paid for again.
    if (gone.some((place) => place > shelf.at(this.given.atMs()))) this.most = Math.max(MOST_PIECE, this.most / 2);
    this.look();
  }

  /** @param {Shelf} shelf @returns {boolean} whether the picture is here, or was helped over a small hole */
  stepOver(shelf) {
    const { video } = this;
    const { buffered, currentTime } = video;
    for (let n = 0; n < buffered.length; n += 1) {
      if (buffered.start(n) <= currentTime && currentTime + 0.05 < buffered.end(n)) return true;
      const hole = buffered.start(n) - currentTime;
      if (hole > 0 && hole < HOLE_S && shelf.aheadMs(this.given.atMs()) > 1000) {
        video.currentTime = buffered.start(n) + 0.001;
        return true;
      }
    }
    return false;
  }

  close() {
    this.closed = true;
    URL.revokeObjectURL(this.url);
    this.cancel();
    this.wake();
  }

  async run() {
    while (!this.closed) {
      const piece = this.piece();
      if (!piece) await this.rest(1000);
      else if (await this.fetch(piece)) this.failures = 0;
      else if (!this.closed) await this.rest(AGAIN_MS[Math.min(this.failures++, AGAIN_MS.length - 1)]);
    }
  }

  /** @param {number} ms @returns {Promise<void>} until something happens, at most so long */
  rest(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** @returns {{from: number, end: number} | null} which bytes to ask for next; null: there is enough */
  piece() {
    const { shelf, given } = this;
    const room = this.allowance - this.received;
    if (room <= 0 || this.stale) return null;
    const size = Math.min(Math.max(LEAST_PIECE, (given.lineKbits() * 1000 * PIECE_S) / 8), MOST_PIECE, room);
    const at = given.atMs();
    if (!shelf) {
      const from = this.head.length;
      const head = likelyHeadBytes(given.durationMs, given.tracks);
      // Who begins at the beginning gets the first fragment with the head.
      return { from, end: Math.round(from + Math.min(at < 10_000 ? head + size : head, room)) };
    }
    const place = shelf.next(at);
    if (place >= shelf.fragments.length) {
      this.finish();
      return null;
    }
    const enough = AHEAD_MS * (this.video.playbackRate || 1);
    if (shelf.aheadMs(at) > enough - TOP_UP_MS || shelf.aheadBytes(at) > this.mostAhead) return null;
    const { offset, end } = shelf.fragments[place];
    const goesOn = this.place === place && this.cursor >= offset && this.cursor < end;
    if (!goesOn) {
      this.place = -1;
      this.cursor = offset;
    }
    const until = this.allowance === Infinity ? shelf.pieceEnd(place, size) : Math.min(end, this.cursor + size);
    return { from: this.cursor, end: Math.round(until) };
  }

  /** Whether what is coming now is what is needed next. */
  isWanted() {
    return !this.closed && (!this.shelf || this.shelf.next(this.given.atMs()) === this.standing());
  }

  /** The fragment that the next byte belongs to. */
  standing() {
    if (this.place >= 0 || !this.shelf) return this.place;
    return this.shelf.fragments.findIndex(({ end }) => this.cursor < end);
  }

  /**
   * @param {{from: number, end: number}} piece
   * @returns {Promise<boolean>} whether the line did what it should; breaking off by ourselves is no fault of it
   */
  async fetch({ from, end }) {
    const abort = new AbortController();
    let [ours, wanted, left] = [false, true, end - from];
    let silence = setTimeout(() => abort.abort(), SILENCE_MS);
    this.cancel = () => {
      ours = true;
      abort.abort();
    };
    this.loading = true;
    try {
      const headers = { Range: `bytes=${from}-${end - 1}` };
      const answer = await unlessCut(fetch(this.given.address, { headers, credentials: "same-origin", signal: abort.signal }));
      if (!answer || !this.check(answer, from)) return ours;
      if (this.stale) return true;
      const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
      for (;;) {
        const read = await unlessCut(reader.read());
        if (!read) return ours;
        // An answer without a byte is none: asked again at once, it would be asked for without end.
        if (read.done) return left < end - from;
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), SILENCE_MS);
        this.received += read.value.length;
        left -= read.value.length;
        // After bytes that were left out come none that fit, whoever is back by then.
        wanted = wanted && this.isWanted();
        if (wanted) await this.take(read.value);
        wanted = wanted && this.isWanted();
        // A little that is not needed costs less than a new connection.
        if (!wanted && left > LITTLE) {
          this.cancel();
          return true;
        }
      }
    } finally {
      clearTimeout(silence);
      // What nobody reads must not hold the connection.
      abort.abort();
      this.cancel = () => {};
      this.loading = false;
    }
  }

  /** @param {Response} answer @param {number} from @returns {boolean} whether it has what was asked for */
  check(answer, from) {
    const { status } = answer;
    if (status >= 500 || status === 408 || status === 429) return false;
    const first = Number((/^bytes (\d+)-/.exec(answer.headers.get("Content-Range") || "") || [])[1]);
    // All of the file instead of a piece, or a file that is shorter than its own index says: the browser's own loading copes.
    if (status === 200 || status === 416) throw new Error(String(status));
    if (status !== 206 || first !== from) {
      this.stale = true;
      this.given.gone();
      return true;
    }
    const tag = answer.headers.get("ETag") || "";
    if (this.tag && tag !== this.tag) throw new Changed();
    this.tag = tag;
    return true;
  }

  /** Bytes that follow the cursor: into the head until it is whole, then to the parser. @param {Uint8Array} bytes */
  async take(bytes) {
    if (!this.shelf) {
      const joined = new Uint8Array(this.head.length + bytes.length);
      joined.set(this.head);
      joined.set(bytes, this.head.length);
      this.head = joined;
      const head = readHead(joined);
      // Behind the index may stand another one, of the sound: what follows it is the first fragment.
      if (!head || joined.length < head.fragments[0].offset) return;
      this.shelf = new Shelf(head.fragments);
      const init = joined.slice(0, head.initBytes);
      this.defaults = readDefaults(init);
      await this.append(init);
      this.cursor = head.fragments[0].offset;
      this.head = new Uint8Array(0);
      const rest = joined.slice(this.cursor);
      if (!rest.length || !this.isWanted()) return;
      bytes = rest;
    }
    const { shelf } = this;
    if (this.place < 0) {
      // What was left unfinished before is not gone on with: the parser begins anew.
      if (this.source.readyState === "open") /** @type {SourceBuffer} */ (this.buffer).abort();
      this.place = this.standing();
    }
    while (bytes.length && this.place < shelf.fragments.length) {
      const { offset, end } = shelf.fragments[this.place];
      if (this.cursor === offset || !this.slices) this.slices = new Slices(this.defaults);
      const part = bytes.subarray(0, end - this.cursor);
      bytes = bytes.subarray(part.length);
      this.cursor += part.length;
      const slice = this.slices.take(part, this.cursor === end);
      if (slice) await this.append(slice);
      if (this.cursor === end) {
        shelf.here.add(this.place);
        this.place += 1;
      }
    }
  }

  /** @param {Uint8Array} bytes */
  async append(bytes) {
    await this.makeRoom(this.most);
    for (;;) {
      if (this.closed) return;
      try {
        await changed(/** @type {SourceBuffer} */ (this.buffer), (buffer) => buffer.appendBuffer(bytes));
        return;
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "QuotaExceededError" || !this.shelf) throw error;
        // This browser keeps less than we would: live with what it keeps.
        this.most = Math.min(this.most, Math.max(2 * LEAST_PIECE, this.shelf.bytes * 0.8));
        if (!(await this.makeRoom(this.most))) await this.rest(5000);
      }
    }
  }

  /** @param {number} most bytes @returns {Promise<boolean>} whether something went */
  async makeRoom(most) {
    const { shelf } = this;
    if (!shelf) return false;
    const places = shelf.tooMuch(this.given.atMs(), most);
    for (const place of places) {
      const { fromMs, untilMs } = shelf.fragments[place];
      shelf.here.delete(place);
      await changed(/** @type {SourceBuffer} */ (this.buffer), (buffer) => buffer.remove(fromMs / 1000, untilMs / 1000));
    }
    return places.length > 0;
  }

  /** The last fragment is here: the element may know that nothing follows. */
  finish() {
    if (this.source.readyState === "open" && this.buffer && !this.buffer.updating) this.source.endOfStream();
  }
}
