import assert from "node:assert/strict";
import { test } from "node:test";
import { Download, Rests } from "../src/offline/download.js";
import { PIECE_BYTES, Pace, contentRange, hindrance, laid, next } from "../src/offline/plan.js";

test("pieces end at whole multiples, wherever the last one was cut", () => {
  assert.deepEqual(next(0, 12_000_000), { from: 0, until: PIECE_BYTES });
  assert.deepEqual(next(1_234_567, 12_000_000), { from: 1_234_567, until: PIECE_BYTES });
  assert.deepEqual(next(2 * PIECE_BYTES, 12_000_000), { from: 10_000_000, until: 12_000_000 });
  assert.equal(next(12_000_000, 12_000_000), null);
});

test("pieces are laid without a gap and without an overlap", () => {
  const at = (from, bytes) => ({ from, bytes });
  assert.deepEqual(laid([at(0, 10), at(10, 5), at(12, 8), at(13, 2), at(30, 5)]), [
    { place: 0, skip: 0, bytes: 10 },
    { place: 1, skip: 0, bytes: 5 },
    { place: 2, skip: 3, bytes: 5 },
  ]);
  assert.deepEqual(laid([at(5, 10)]), []);
});

test("a partial answer says which part it is", () => {
  assert.deepEqual(contentRange("bytes 5-9/100"), { from: 5, until: 10, total: 100 });
  assert.equal(contentRange("bytes */100"), null);
  assert.equal(contentRange(null), null);
});

test("the time that is left is told from what came lately", () => {
  const pace = new Pace();
  assert.equal(pace.timeFor(1000), null);
  pace.add(9_999_999, 0);
  pace.add(1000, 1000);
  pace.add(1000, 2000);
  assert.equal(pace.timeFor(10_000), 10_000);
});

test("a download plays from its day to its last one, when it is whole", () => {
  const pack = { state: "ready", openedAt: 1_000_000, until: 2_000_000 };
  assert.equal(hindrance(pack, 1_500_000), "");
  assert.equal(hindrance(pack, 2_000_000), "over");
  assert.equal(hindrance(pack, 900_000), "clock");
  assert.equal(hindrance({ ...pack, state: "loading" }, 1_500_000), "unfinished");
});

/** A device: pieces in memory, and room for so many bytes. */
class Device {
  constructor(room = Infinity) {
    this.pieces = [];
    this.kept = null;
    this.wanted = true;
    this.room = room;
  }

  async beginning(_pack, file) {
    const mine = this.pieces.filter((piece) => piece.file === file).sort((a, b) => a.from - b.from);
    const parts = laid(mine.map(({ from, blob }) => ({ from, bytes: blob.size })));
    return new Blob(parts.map(({ place, skip }) => mine[place].blob.slice(skip)));
  }

  async add(piece) {
    this.room -= piece.blob.size;
    if (this.room < 0) throw new DOMException("full", "QuotaExceededError");
    if (this.removed) return false;
    this.pieces = [...this.pieces.filter((each) => each.file !== piece.file || each.from !== piece.from), piece];
    return this.wanted;
  }

  async join() {}

  async drop(_pack, file) {
    this.pieces = this.pieces.filter((piece) => piece.file !== file);
  }

  async change(_id, change) {
    if (this.removed) return undefined;
    this.kept = this.kept || { files: [] };
    change(this.kept);
    return this.kept;
  }
}

const FILM = Uint8Array.from({ length: 1000 }, (_, n) => n % 251);

/** A server with one film: each answer can be cut after so many bytes, or be something else altogether. */
function server({ film = FILM, cuts = [], statuses = [], tag = '"1"', portals = 0 } = {}) {
  const asked = [];
  const fetch = async (address, { headers }) => {
    asked.push(headers.Range || address);
    const status = statuses.shift() || 0;
    if (status === -1) throw new TypeError("no line");
    if (status) return new Response(null, { status });
    if (portals-- > 0) return new Response("<p>Log in to the wireless network", { headers: { "Content-Type": "text/html" } });
    const [from, until] = headers.Range ? /(\d+)-(\d+)/.exec(headers.Range).slice(1).map(Number) : [0, film.length - 1];
    const bytes = film.slice(from, until + 1);
    const cut = cuts.shift();
    const body = new ReadableStream({
      start(stream) {
        stream.enqueue(bytes.slice(0, cut));
        if (cut === undefined) stream.close();
      },
      // What was sent before the line broke still arrives.
      pull(stream) {
        stream.error(new TypeError("the line broke"));
      },
    });
    const range = { "Content-Range": `bytes ${from}-${from + bytes.length - 1}/${film.length}` };
    return new Response(body, { status: headers.Range ? 206 : 200, headers: { ETag: tag, ...(headers.Range ? range : {}) } });
  };
  return { fetch, asked };
}

function downloading(device, { fetch }, { files = [{ name: "film", address: "/film", bytes: 1000 }], renew } = {}) {
  const rests = [];
  const told = [];
  const download = new Download(
    { id: "p", files },
    {
      store: device,
      fetch,
      renew: renew || (async () => files.map(({ name, address, bytes }) => ({ name, address: `${address}?fresh`, bytes }))),
      progress: (progress) => told.push(progress),
      rest: async (ms) => void rests.push(ms),
      now: () => 0,
    },
  );
  return { download, rests, told };
}

const whole = async (device) => new Uint8Array(await (await device.beginning("p", "film")).arrayBuffer());

test("a film comes in pieces and is what was sent", async () => {
  const device = new Device();
  const { download, told } = downloading(device, server());
  assert.equal(await download.run(), true);
  assert.deepEqual(await whole(device), FILM);
  assert.equal(device.kept.files[0].done, true);
  assert.deepEqual([told.at(-1).have, told.at(-1).total], [1000, 1000]);
});

test("after a cut it goes on behind the last byte, after longer and longer rests while nothing comes", async () => {
  const device = new Device();
  const from = server({ cuts: [300], statuses: [0, -1, 503] });
  const { download, rests, told } = downloading(device, from);
  await download.run();
  assert.deepEqual(await whole(device), FILM);
  assert.deepEqual(from.asked, ["bytes=0-999", "bytes=300-999", "bytes=300-999", "bytes=300-999"]);
  assert.deepEqual(rests, [2000, 5000, 10_000]);
  assert.ok(told.some(({ waiting, have }) => waiting && have === 300));
});

test("another page, another day: what is here is not asked for again", async () => {
  const device = new Device();
  const { download } = downloading(device, server({ cuts: [300], statuses: [0, -1] }), {});
  download.given.rest = async () => download.stop();
  assert.equal(await download.run(), false);
  const from = server();
  await downloading(device, from).download.run();
  assert.deepEqual(from.asked, ["bytes=300-999"]);
  assert.deepEqual(await whole(device), FILM);
});

test("links that ran out are renewed, and the pieces stay", async () => {
  const device = new Device();
  const from = server({ cuts: [300], statuses: [0, 403] });
  const { download } = downloading(device, from);
  await download.run();
  assert.deepEqual(await whole(device), FILM);
  assert.deepEqual(from.asked, ["bytes=0-999", "bytes=300-999", "bytes=300-999"]);
  assert.equal(download.pack.files[0].address, "/film?fresh");
});

test("a film that became another one meanwhile begins anew", async () => {
  const device = new Device();
  await device.add({ pack: "p", file: "film", from: 0, blob: new Blob([FILM.slice(0, 300).fill(7)]) });
  const files = [{ name: "film", address: "/film", bytes: 1000, tag: '"0"' }];
  const { download } = downloading(device, server({ tag: '"1"' }), { files });
  await download.run();
  assert.deepEqual(await whole(device), FILM);
});

test("a file of a length that nobody told is whole when it came to its end", async () => {
  const device = new Device();
  const from = server({ cuts: [300] });
  const { download } = downloading(device, from, { files: [{ name: "film", address: "/captions", bytes: null }] });
  await download.run();
  assert.deepEqual(await whole(device), FILM);
  assert.equal(download.pack.files[0].bytes, 1000);
});

test("a full disk, a refusal and an ended session rest with their reason", async () => {
  await assert.rejects(downloading(new Device(500), server()).download.run(), (error) => error instanceof Rests && error.kind === "full");
  const renew = (kind, sentence) => async () => {
    throw Object.assign(new Error(kind), { kind, sentence });
  };
  const refused = downloading(new Device(), server({ statuses: [403] }), { renew: renew("refused", "not yours") });
  await assert.rejects(refused.download.run(), { kind: "refused", sentence: "not yours" });
  const out = downloading(new Device(), server({ statuses: [403] }), { renew: renew("signed-out", "") });
  await assert.rejects(out.download.run(), { kind: "signed-out" });
});

test("links that stay bad are not asked for without a rest", async () => {
  const { download, rests } = downloading(new Device(), server({ statuses: [403, 403, 403] }));
  await download.run();
  assert.deepEqual(rests, [2000, 5000]);
});

test("a download that another page removed stops", async () => {
  const device = new Device();
  device.removed = true;
  assert.equal(await downloading(device, server()).download.run(), false);
});

test("a download that another page pauses or removes stops with the piece that is coming", async () => {
  const device = new Device();
  device.wanted = false;
  const from = server({ cuts: [300] });
  assert.equal(await downloading(device, from).download.run(), false);
  assert.deepEqual([from.asked.length, (await whole(device)).length], [1, 300]);
});

test("somebody else's page, as a wireless network puts before everything, is no film and no captions", async () => {
  for (const bytes of [1000, null]) {
    const device = new Device();
    const { download, rests } = downloading(device, server({ portals: 1 }), { files: [{ name: "film", address: "/film", bytes }] });
    await download.run();
    assert.deepEqual([await whole(device), rests], [FILM, [2000]]);
  }
});

test("a stop does not wait for the end of a rest", async () => {
  const { download } = downloading(new Device(), server({ statuses: [-1] }));
  download.given.rest = () => new Promise(() => {});
  setTimeout(() => download.stop(), 10);
  assert.equal(await download.run(), false);
});
