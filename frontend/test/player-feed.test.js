import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Feed } from "../src/player/feed.js";
import { contents, film } from "./film.js";

const SECONDS = 12;
const FRAGMENT = 20_000;

/** What the browser would have of what is appended: whole fragments, found by their number of bytes. */
class FakeBuffer extends EventTarget {
  updating = false;
  /** @type {(string | Uint8Array)[]} */
  log = [];
  quota = Infinity;
  freed = 0;

  appendBuffer(/** @type {Uint8Array} */ bytes) {
    if (this.bytes - this.freed + bytes.length > this.quota) throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
    this.log.push(bytes.slice());
    queueMicrotask(() => this.dispatchEvent(new Event("updateend")));
  }
  remove(/** @type {number} */ from, /** @type {number} */ until) {
    this.log.push(`remove ${from}-${until}`);
    this.freed += ((until - from) / SECONDS) * FRAGMENT;
    queueMicrotask(() => this.dispatchEvent(new Event("updateend")));
  }
  abort() {
    this.log.push("abort");
  }
  get bytes() {
    return this.log.reduce((sum, entry) => sum + (typeof entry === "string" ? 0 : entry.length), 0);
  }
  /** Everything since the last abort, in one. */
  get run() {
    const from = this.log.lastIndexOf("abort") + 1;
    return Buffer.concat(this.log.slice(from).filter((entry) => typeof entry !== "string"));
  }
}

class FakeSource extends EventTarget {
  readyState = "open";
  duration = NaN;
  buffer = new FakeBuffer();
  constructor() {
    super();
    made.push(this);
    setTimeout(() => this.dispatchEvent(new Event("sourceopen")));
  }
  addSourceBuffer() {
    return this.buffer;
  }
  endOfStream() {
    this.readyState = "ended";
  }
}

/** @type {FakeSource[]} */
let made = [];
const kept = { fetch: globalThis.fetch, MediaSource: globalThis.MediaSource, create: URL.createObjectURL, revoke: URL.revokeObjectURL };

beforeEach(() => {
  made = [];
  globalThis.MediaSource = /** @type {any} */ (FakeSource);
  URL.createObjectURL = () => "blob:film";
  URL.revokeObjectURL = () => {};
});
/** @type {(() => void)[]} */
const feeds = [];
afterEach(() => {
  for (const close of feeds.splice(0)) close();
  globalThis.fetch = kept.fetch;
  globalThis.MediaSource = kept.MediaSource;
  URL.createObjectURL = kept.create;
  URL.revokeObjectURL = kept.revoke;
});

/**
 * A server with one film. `cut`: after so many bytes of an answer the line breaks.
 * @param {Uint8Array} bytes
 */
function serve(bytes, { status = 206, tag = '"a"', cut = Infinity, chunk = 5000 } = {}) {
  const server = { asked: /** @type {[number, number][]} */ ([]), addresses: /** @type {string[]} */ ([]), sent: 0, status, tag, cut };
  globalThis.fetch = /** @type {any} */ (
    async (/** @type {string} */ address, /** @type {any} */ { headers, signal }) => {
      const [from, last] = /** @type {number[]} */ (/bytes=(\d+)-(\d+)/.exec(headers.Range)?.slice(1).map(Number));
      server.asked.push([from, last + 1]);
      server.addresses.push(address);
      if (server.status !== 206) return new Response(null, { status: server.status });
      const part = bytes.subarray(from, last + 1);
      let at = 0;
      const body = new ReadableStream(
        {
          pull(controller) {
            if (signal.aborted) return controller.error(Object.assign(new Error("aborted"), { name: "AbortError" }));
            if (at >= server.cut) return controller.error(new TypeError("network error"));
            if (at >= part.length) return controller.close();
            const piece = part.slice(at, at + chunk);
            at += piece.length;
            server.sent += piece.length;
            controller.enqueue(piece);
          },
        },
        { highWaterMark: 0 },
      );
      return new Response(body, { status: 206, headers: { "Content-Range": `bytes ${from}-${last}/${bytes.length}`, ETag: server.tag } });
    }
  );
  return server;
}

/** @param {object} [given] */
function feedOf(given = {}) {
  const told = { gone: 0, changed: 0, failed: /** @type {unknown[]} */ ([]), atMs: 0 };
  feeds.push(() => feed.close());
  const video = /** @type {any} */ ({ playbackRate: 1, readyState: 4, src: "", buffered: { length: 0 } });
  const feed = new Feed(video, {
    address: "/media/x/light.mp4",
    type: "video/mp4",
    durationMs: 100 * SECONDS * 1000,
    tracks: 2,
    atMs: () => told.atMs,
    lineKbits: () => 150,
    allowance: Infinity,
    gone: () => (told.gone += 1),
    changed: () => (told.changed += 1),
    failed: (error) => told.failed.push(error),
    ...given,
  });
  return { feed, told, video };
}

/** @param {() => boolean} true_ */
async function until(true_) {
  for (let n = 0; n < 400 && !true_(); n += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(true_());
}

test("eleven minutes are fetched ahead, in pieces of whole fragments, every byte once and in order", async () => {
  const { bytes, fragments } = film({ fragments: 100, fragmentBytes: FRAGMENT });
  const server = serve(bytes);
  const { feed, told } = feedOf();
  await until(() => feed.shelf !== null && feed.shelf.aheadMs(0) >= 660_000);
  await until(() => !feed.loading);
  const ahead = feed.shelf.aheadMs(0);
  // one piece may reach beyond it: some twenty seconds of this line
  assert.ok(ahead < 660_000 + 20 * 12_000, String(ahead));
  server.asked.slice(1).forEach(([from], n) => assert.equal(from, server.asked[n][1]));
  for (const [, end] of server.asked.slice(1)) assert.ok(fragments.some(([, last]) => last === end));
  // header once, without the index, then all that is in the fragments
  const [init, ...slices] = /** @type {Uint8Array[]} */ (made[0].buffer.log.filter((entry) => typeof entry !== "string"));
  assert.equal(init.length, 68);
  const whole = Buffer.concat(slices);
  const fragmentsHere = feed.shelf.here.size;
  assert.deepEqual(contents(whole), contents(bytes.subarray(fragments[0][0], fragments[fragmentsHere - 1][1])));
  // the picture does not wait for a whole fragment
  assert.ok(slices.length > 2 * fragmentsHere);
  // nothing more before some of it was played
  const asked = server.asked.length;
  told.atMs = 12_000;
  feed.look();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(server.asked.length, asked);
  told.atMs = ahead - 660_000 + 25_000;
  feed.look();
  await until(() => server.asked.length > asked);
  feed.close();
});

test("in whatever bits the head comes, every fragment begins where it begins", async () => {
  const { bytes, fragments } = film({ fragments: 4, fragmentBytes: FRAGMENT });
  // the header and the first index end at 68 + 80 bytes, the second index at the first fragment
  for (const chunk of [1, 37, 68, 100, 148, 149, 200, fragments[0][0] - 1, fragments[0][0], fragments[0][0] + 1, 1400]) {
    made = [];
    serve(bytes, { chunk });
    const { feed, told } = feedOf({ durationMs: 4 * SECONDS * 1000 });
    await until(() => made[0] !== undefined && made[0].readyState === "ended");
    const [, ...slices] = /** @type {Uint8Array[]} */ (made[0].buffer.log.filter((entry) => typeof entry !== "string"));
    assert.deepEqual(contents(Buffer.concat(slices)), contents(bytes.subarray(fragments[0][0])));
    assert.deepEqual(told.failed, []);
    feed.close();
  }
});

test("before somebody presses play no more comes than was allowed; after it, the rest from that byte on", async () => {
  const { bytes } = film({ fragments: 100, fragmentBytes: FRAGMENT });
  const server = serve(bytes);
  const { feed } = feedOf({ allowance: 30_000 });
  await until(() => feed.received === 30_000);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(server.asked, [[0, 30_000]]);
  feed.release();
  await until(() => server.asked.length > 1);
  assert.equal(server.asked[1][0], 30_000);
  feed.close();
});

test("a line that breaks costs no byte: it goes on at the very next one", async () => {
  const { bytes } = film({ fragments: 4, fragmentBytes: FRAGMENT });
  const server = serve(bytes, { cut: 10_000 });
  const { feed } = feedOf();
  await until(() => server.asked.length > 1);
  assert.equal(server.asked[1][0], 10_000);
  server.cut = Infinity;
  await until(() => made[0].readyState === "ended");
  assert.equal(server.sent, bytes.length);
  feed.close();
});

test("whoever goes elsewhere gets that place next, with the parser told to begin anew", async () => {
  const { bytes, fragments } = film({ fragments: 100, fragmentBytes: FRAGMENT });
  const server = serve(bytes);
  const { feed, told } = feedOf();
  await until(() => feed.shelf !== null && feed.shelf.here.size > 2);
  told.atMs = 900_000;
  feed.look();
  await until(() => /** @type {any} */ (feed.shelf).here.has(75));
  const jump = server.asked.find(([from]) => from === fragments[75][0]);
  assert.ok(jump);
  assert.ok(made[0].buffer.log.includes("abort"));
  assert.deepEqual(contents(made[0].buffer.run).subarray(0, 10_000), contents(bytes.subarray(...fragments[75])).subarray(0, 10_000));
  feed.close();
});

test("whoever begins in the middle fetches head and place, not what lies between", async () => {
  const { bytes, fragments } = film({ fragments: 100, fragmentBytes: FRAGMENT });
  const server = serve(bytes);
  const { feed, told } = feedOf();
  told.atMs = 900_000;
  await until(() => server.asked.length > 1);
  assert.ok(server.asked[0][1] < 10_000);
  assert.equal(server.asked[1][0], fragments[75][0]);
  feed.close();
});

test("a link that ran out is told once; with another one it goes on at the very next byte", async () => {
  const { bytes } = film({ fragments: 4, fragmentBytes: FRAGMENT });
  const server = serve(bytes, { cut: 30_000 });
  const { feed, told } = feedOf();
  await until(() => feed.received === 30_000);
  server.status = 403;
  await until(() => told.gone === 1);
  const asked = server.asked.length;
  feed.look();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual([server.asked.length, told.gone, feed.closed, feed.shelf.here.size], [asked, 1, false, 1]);
  server.status = 206;
  server.cut = Infinity;
  feed.renew("/media/y/light.mp4");
  await until(() => made[0].readyState === "ended");
  assert.equal(server.asked[asked][0], 30_000);
  assert.equal(server.addresses[asked], "/media/y/light.mp4");
  assert.equal(server.sent, bytes.length);
  assert.deepEqual(told.failed, []);
});

test("another file under the address is told and ends the feed", async () => {
  const { bytes } = film({ fragments: 100, fragmentBytes: FRAGMENT });
  const server = serve(bytes);
  const { feed, told } = feedOf({ allowance: 10_000 });
  await until(() => feed.received === 10_000);
  server.tag = '"b"';
  feed.release();
  await until(() => told.changed === 1);
  assert.deepEqual([told.gone, feed.closed, told.failed], [0, true, []]);
});

test("whoever goes elsewhere and comes back at once does not get a fragment with a hole", async () => {
  const { bytes, fragments } = film({ fragments: 4, fragmentBytes: 18_000 });
  const server = serve(bytes, { chunk: 4000 });
  const { feed, told } = feedOf({ lineKbits: () => 1 });
  // the last chunks of a piece: after one of them somebody is elsewhere, before the next is back
  const seen = feed.isWanted.bind(feed);
  let away = 0;
  feed.isWanted = () => {
    const near = feed.shelf !== null && feed.place === 3 && feed.cursor > fragments[3][0] + 4000;
    if (near && away < 3) {
      away += 1;
      return away > 2 && seen();
    }
    return seen();
  };
  await until(() => made[0] !== undefined && made[0].readyState === "ended");
  assert.ok(away > 0);
  const [, ...slices] = /** @type {Uint8Array[]} */ (made[0].buffer.log.filter((entry) => typeof entry !== "string"));
  assert.deepEqual(contents(Buffer.concat(slices)), contents(bytes.subarray(fragments[0][0])));
  assert.deepEqual([told.failed, server.status], [[], 206]);
});

test("a line that answers with all of the file is left to the browser, and no byte is taken of it", async () => {
  const server = serve(new Uint8Array(50_000), { status: 200 });
  const { told, feed } = feedOf({ allowance: 10_000 });
  await until(() => told.failed.length === 1);
  assert.deepEqual([feed.received, feed.closed, server.asked.length], [0, true, 1]);
});

test("what a browser short of memory threw away is fetched again before it is needed, and less of it is kept", async () => {
  const { bytes, fragments } = film({ fragments: 100, fragmentBytes: FRAGMENT });
  const server = serve(bytes);
  const { feed, told, video } = feedOf();
  await until(() => feed.shelf !== null && feed.shelf.aheadMs(0) >= 660_000);
  await until(() => !feed.loading);
  const [asked, most] = [server.asked.length, feed.most];
  video.buffered = { length: 1, start: () => 0, end: () => 29 };
  feed.tick();
  await until(() => server.asked.length > asked);
  assert.equal(server.asked[asked][0], fragments[2][0]);
  assert.ok(feed.most < most);
  // a fragment that never is there although it came: the browser's own loading has to do
  for (let n = 0; n < 5 && !told.failed.length; n += 1) {
    await until(() => !feed.loading && feed.shelf.here.has(3));
    feed.tick();
  }
  assert.equal(told.failed.length, 1);
  assert.equal(feed.closed, true);
});

test("a server in trouble is asked again; a file that is none of ours is left to the browser", async () => {
  const server = serve(new Uint8Array(50_000).fill(1), { status: 503 });
  const { feed, told } = feedOf();
  await until(() => server.asked.length > 1);
  assert.equal(told.gone, 0);
  server.status = 206;
  await until(() => told.failed.length === 1);
  assert.equal(feed.closed, true);
});

test("a browser that keeps less is filled with less", async () => {
  const { bytes } = film({ fragments: 100, fragmentBytes: FRAGMENT });
  serve(bytes);
  const { feed, told } = feedOf({ durationMs: 100 * SECONDS * 1000 });
  await until(() => made[0] !== undefined);
  made[0].buffer.quota = 600_000;
  await until(() => feed.most < 600_000);
  assert.ok(feed.most > 300_000);
  // being elsewhere, with nothing ahead yet, does not mean that it keeps nothing
  told.atMs = 900_000;
  feed.look();
  await until(() => feed.shelf.here.has(75));
  assert.ok(feed.most > 300_000, String(feed.most));
  assert.deepEqual(told.failed, []);
  feed.close();
});
