import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { meaningOf, REFUSED } from "../src/upload/answers.js";
import { digestOf, FileHash, sampled } from "../src/upload/hashing.js";
import { movieHeader } from "../src/upload/header.js";
import { blockFor } from "../src/upload/measure.js";

const MEGABYTE = 1024 ** 2;
const content = randomBytes(3 * MEGABYTE + 17);
const digest = createHash("sha256").update(content).digest("base64");

test("the digest is that of the whole file, whatever was followed before", async () => {
  const hash = new FileHash(new Blob([content]));
  hash.follow(MEGABYTE);
  hash.follow(MEGABYTE / 2);
  hash.follow(2 * MEGABYTE + 5);
  assert.equal(await hash.whole(), digest);
  assert.equal(await hash.whole(), digest);
});

test("after a resume it catches up from the beginning", async () => {
  const hash = new FileHash(new Blob([content]));
  hash.follow(content.length - 100);
  assert.equal(await hash.whole(), digest);
});

test("no piece holds up the page: the file is read in quarters of a megabyte", async () => {
  const sizes = [];
  const file = { size: content.length, slice: (from, to) => (sizes.push(to - from), new Blob([content.subarray(from, to)])) };
  await new FileHash(file).whole();
  assert.ok(Math.max(...sizes) <= MEGABYTE / 4);
  assert.equal(sizes.reduce((sum, each) => sum + each, 0), content.length);
});

test("a file that cannot be read any more says so at the end, not before", async () => {
  const gone = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotReadableError")) }) };
  const hash = new FileHash(gone);
  hash.follow(5);
  await new Promise((done) => setTimeout(done, 5));
  await assert.rejects(hash.whole());
});

test("a file that became shorter is not hashed as if it were whole", async () => {
  const shorter = { size: 10, slice: () => new Blob(["abc"]) };
  await assert.rejects(new FileHash(shorter).whole());
});

// The same in Python is tested against the same words in tests/media_pipeline/test_upload_trouble.py.
function sampledHere(bytes) {
  const whole = createHash("sha256");
  const span = Math.max(0, bytes.length - 65_536);
  for (let number = 0; number < 16; number += 1) {
    const place = Math.floor((span * number) / 15);
    whole.update(bytes.subarray(place, place + 65_536));
  }
  return whole.digest("hex");
}

test("what has arrived is compared by sixteen pieces, both ends among them", async () => {
  for (const until of [1, 5000, 65_536, 65_537, 2 * MEGABYTE + 3]) {
    assert.equal(await sampled(new Blob([content]), until), sampledHere(content.subarray(0, until)), String(until));
  }
});

test("another file of the same size is told by its first byte, its last or a piece between", async () => {
  const known = await sampled(new Blob([content]), content.length);
  for (const place of [0, content.length - 1, Math.floor(((content.length - 65_536) * 7) / 15) + 9]) {
    const other = Buffer.from(content);
    other[place] ^= 1;
    assert.notEqual(await sampled(new Blob([other]), content.length), known, String(place));
  }
});

test("a file that became shorter is not compared", async () => {
  await assert.rejects(sampled(new Blob(["abc"]), 10));
});

test("the digest of a block is that of the block alone", async () => {
  const block = new Blob([content]).slice(MEGABYTE, 2 * MEGABYTE + 1);
  const known = createHash("sha256").update(content.subarray(MEGABYTE, 2 * MEGABYTE + 1)).digest("base64");
  // by the browser, and without HTTPS by our own
  assert.equal(await digestOf(block), known);
  assert.equal(await digestOf(block, null), known);
});

function box(kind, size, { long = false, claimed = size } = {}) {
  const bytes = Buffer.alloc(Math.min(size, 64));
  bytes.writeUInt32BE(long ? 1 : claimed, 0);
  bytes.write(kind, 4, "latin1");
  if (long) bytes.writeBigUInt64BE(BigInt(size), 8);
  return new Blob([bytes, new Uint8Array(size - bytes.length)]);
}

test("a header at the end is found by the sizes of the boxes before it, also of a long one", async () => {
  for (const long of [false, true]) {
    const file = new Blob([box("ftyp", 32), box("mdat", 3 * MEGABYTE, { long }), box("moov", 5000), box("udta", 40)]);
    const found = await movieHeader(file);
    assert.equal(found.offset, 32 + 3 * MEGABYTE);
    assert.equal(found.box.size, 5000);
  }
});

test("a header at the beginning, none, or nonsense is not sent ahead", async () => {
  assert.equal(await movieHeader(new Blob([box("ftyp", 32), box("moov", 5000), box("mdat", 3 * MEGABYTE)])), null);
  assert.equal(await movieHeader(new Blob([box("ftyp", 32), box("mdat", 3 * MEGABYTE)])), null);
  assert.equal(await movieHeader(new Blob([randomBytes(4 * MEGABYTE)])), null);
  assert.equal(await movieHeader(new Blob([box("ftyp", 32), box("mdat", 3 * MEGABYTE, { claimed: 0 })])), null);
  assert.equal(await movieHeader(new Blob([box("ftyp", 32), box("mdat", 3 * MEGABYTE), box("moov", 60, { claimed: 9000 })])), null);
  assert.equal(await movieHeader(new Blob([])), null);
});

test("a block is what the line carries in twelve seconds, between one and eight megabytes", () => {
  assert.equal(blockFor(null), 2 * MEGABYTE);
  assert.equal(blockFor(20_000), MEGABYTE);
  assert.equal(blockFor(125_000), MEGABYTE);
  assert.equal(blockFor(380_000), 4 * MEGABYTE);
  assert.equal(blockFor(50_000_000), 8 * MEGABYTE);
});

test("a line that cuts blocks gets smaller ones, never below an eighth of a megabyte", () => {
  assert.deepEqual([0, 1, 2, 3].map((cuts) => blockFor(380_000, cuts) / MEGABYTE), [4, 2, 1, 0.5]);
  assert.equal(blockFor(20_000, 2), MEGABYTE / 4);
  assert.equal(blockFor(null, 1), MEGABYTE);
  assert.equal(blockFor(20_000, 5), MEGABYTE / 8);
});

test("a wrong digest and a full quota are the user's to repair", () => {
  assert.equal(meaningOf(422, "digest_wrong"), REFUSED);
  assert.equal(meaningOf(413, "over_quota"), REFUSED);
});
