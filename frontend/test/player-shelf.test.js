import assert from "node:assert/strict";
import { test } from "node:test";
import { likelyHeadBytes, readHead, Unreadable } from "../src/player/boxes.js";
import { Shelf } from "../src/player/shelf.js";
import { box, film, sidx } from "./film.js";

test("the head says where the header ends and where every fragment is", () => {
  const { bytes, fragments } = film({ fragments: 3, fragmentBytes: 1000 });
  const head = readHead(bytes);
  assert.equal(head.initBytes, 20 + 48);
  assert.deepEqual(head.fragments.map(({ fromMs, untilMs }) => [fromMs, untilMs]), [[0, 12_000], [12_000, 24_000], [24_000, 36_000]]);
  assert.deepEqual(head.fragments.map(({ offset, end }) => [offset, end]), fragments);
});

test("a head that is not whole asks for more, byte by byte, and never guesses", () => {
  const { bytes, fragments } = film({ fragments: 2, fragmentBytes: 1000 });
  const second = sidx({ reference: 2, entries: [[1, 1], [1, 1]] }).length;
  const first = fragments[0][0] - second;
  for (let n = 0; n < first; n += 1) assert.equal(readHead(bytes.subarray(0, n)), null);
  assert.equal(readHead(bytes.subarray(0, first)).fragments.length, 2);
});

test("an index with long times is read, too", () => {
  const header = new Uint8Array([...box("ftyp", 4), ...box("moov", 4)]);
  const index = sidx({ long: true, entries: [[700, 12_000]] });
  const head = readHead(new Uint8Array([...header, ...index]));
  assert.deepEqual(head.fragments, [{ fromMs: 0, untilMs: 12_000, offset: header.length + index.length, end: header.length + index.length + 700 }]);
});

test("what is no film of ours is refused", () => {
  assert.throws(() => readHead(new Uint8Array([...box("ftyp", 4), ...box("moof", 4)])), Unreadable);
  assert.throws(() => readHead(new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0])), Unreadable);
  assert.throws(() => readHead(new Uint8Array([...box("moov", 4), ...sidx({ entries: [] })])), Unreadable);
});

test("two hours have a head of sixteen kilobytes", () => {
  assert.ok(likelyHeadBytes(2 * 3600_000, 2) < 17_000);
  assert.ok(likelyHeadBytes(2 * 3600_000, 2) > 2 * 600 * 12 + 1313);
});

/** Ten fragments of twelve seconds and a thousand bytes. */
const shelf = () =>
  new Shelf(Array.from({ length: 10 }, (_, n) => ({ fromMs: n * 12_000, untilMs: (n + 1) * 12_000, offset: 100 + n * 1000, end: 1100 + n * 1000 })));

test("the next fragment is the first that is missing from the position on", () => {
  const ours = shelf();
  assert.deepEqual([ours.at(0), ours.at(11_999), ours.at(12_000), ours.at(500_000)], [0, 0, 1, 9]);
  assert.equal(ours.next(30_000), 2);
  for (const place of [2, 3, 5]) ours.here.add(place);
  assert.equal(ours.next(30_000), 4);
  assert.equal(ours.aheadMs(30_000), 18_000);
  assert.equal(ours.aheadBytes(30_000), 2000);
  assert.equal(ours.aheadMs(50_000), 0);
  for (let n = 4; n < 10; n += 1) ours.here.add(n);
  assert.equal(ours.next(30_000), 10);
});

test("a piece ends with a fragment, and before one that is here", () => {
  const ours = shelf();
  assert.equal(ours.pieceEnd(2, 1), 3100);
  assert.equal(ours.pieceEnd(2, 1001), 4100);
  assert.equal(ours.pieceEnd(2, 1e9), 10_100);
  ours.here.add(4);
  assert.equal(ours.pieceEnd(2, 1e9), 4100);
});

test("what is far goes first, what is played and what follows stays", () => {
  const ours = shelf();
  for (const place of [0, 1, 2, 4, 5, 6, 9]) ours.here.add(place);
  // the position is in fragment 5; 4 is what was just played, 5 and 6 are the run ahead
  assert.deepEqual(ours.tooMuch(65_000, 7000), []);
  assert.deepEqual(ours.tooMuch(65_000, 5000), [0, 1]);
  assert.deepEqual(ours.tooMuch(65_000, 0), [0, 1, 2, 9]);
});

test("what the browser threw away is not here any more", () => {
  const ours = shelf();
  for (const place of [0, 1, 2]) ours.here.add(place);
  const buffered = { length: 1, start: () => 11, end: () => 40 };
  assert.deepEqual(ours.forget(buffered), [0]);
  assert.deepEqual([...ours.here], [1, 2]);
  assert.deepEqual(ours.forget(buffered), []);
});
