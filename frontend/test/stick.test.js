// The stick: what is played is written down once, signed, and read again; in any browser, with storage or without.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { makeMemory, newRun, storageOf } from "../src/stick/memory.js";
import { ascii, merged, moved, seal, unseal } from "../src/stick/record.js";
import { makeTape } from "../src/stick/tape.js";
import { both, clock, firstMissing, lengthOf, union } from "../src/stick/watched.js";

const STICK = { number: "U-0012", id: "5f1c", key: "ab".repeat(32) };
const MINUTE = 60_000;

function storage() {
  const kept = new Map();
  return {
    kept,
    get length() {
      return kept.size;
    },
    key: (n) => [...kept.keys()][n],
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
}

function played(tape, from, until, wall, step = 250) {
  for (let at = from; at <= until; at += step) tape.observe({ version: 7, mediaMs: at, wallMs: wall + at - from, playing: true });
}

test("what plays without a break is one span a minute, without gaps, numbered from one", () => {
  const spans = [];
  const tape = makeTape(0, (span) => spans.push(span));
  played(tape, 0, 150_000, 1_000_000);
  tape.close();
  assert.deepEqual(
    spans.map(([sequence, version, from, until]) => [sequence, version, from, until]),
    [
      [1, 7, 0, MINUTE],
      [2, 7, MINUTE, 2 * MINUTE],
      [3, 7, 2 * MINUTE, 150_000],
    ],
  );
  for (const [, , from, until, wallFrom, wallUntil] of spans) assert.equal(wallUntil - wallFrom, until - from);
});

test("a jump, a pause and a computer that slept are not played", () => {
  const spans = [];
  const tape = makeTape(0, (span) => spans.push(span));
  played(tape, 0, 5000, 0);
  tape.observe({ version: 7, mediaMs: 500_000, wallMs: 5100, playing: true });
  played(tape, 500_000, 503_000, 5200);
  tape.observe({ version: 7, mediaMs: 503_000, wallMs: 8300, playing: false });
  tape.observe({ version: 7, mediaMs: 503_000, wallMs: 90_000, playing: true });
  tape.observe({ version: 7, mediaMs: 503_250, wallMs: 900_000, playing: true });
  tape.close();
  assert.deepEqual(
    spans.map((span) => [span[2], span[3]]),
    [
      [0, 5000],
      [500_000, 503_000],
    ],
  );
});

test("another lecture is another span", () => {
  const spans = [];
  const tape = makeTape(0, (span) => spans.push(span));
  played(tape, 0, 2000, 0);
  tape.observe({ version: 8, mediaMs: 2100, wallMs: 2100, playing: true });
  tape.observe({ version: 8, mediaMs: 3100, wallMs: 3100, playing: true });
  tape.close();
  assert.deepEqual(
    spans.map((span) => span[1]),
    [7, 8],
  );
});

test("the file is signed as any other HMAC-SHA-256 would be, also with Chinese in it", () => {
  const kept = { number: 3, runs: [{ run: "a", device: "老电脑", offset_ms: 0, spans: [[1, 7, 0, 1, 2, 3]], answers: [] }], sheet: null };
  const outer = JSON.parse(seal(STICK, kept, 123.4));
  assert.equal(outer.signature, createHmac("sha256", STICK.key).update(outer.body).digest("hex"));
  assert.equal(JSON.parse(outer.body).saved_ms, 123);
});

test("a file is read again by its own stick only, and not when a digit of it was changed", () => {
  const kept = { number: 3, runs: [{ run: "a", device: "", offset_ms: 0, spans: [[1, 7, 0, 1, 2, 3]], answers: [] }], sheet: { rows: [] } };
  const text = seal(STICK, kept, 0);
  assert.deepEqual(unseal(STICK, text), kept);
  assert.equal(unseal(STICK, text.replace("[1,7,0,1,2,3]", "[1,7,0,9,2,3]")), null);
  assert.equal(unseal({ ...STICK, key: "other" }, text), null);
  assert.equal(unseal({ ...STICK, id: "other" }, text), null);
  assert.equal(unseal(STICK, "no json"), null);
});

test("an opening in which nothing happened is not in the file", () => {
  const empty = { run: "b", device: "", offset_ms: 0, spans: [], answers: [] };
  assert.deepEqual(unseal(STICK, seal(STICK, { number: 1, runs: [empty], sheet: null }, 0)).runs, []);
});

test("of two forms of one opening the longer one stays, whichever comes first", () => {
  const short = { run: "a", device: "", offset_ms: 0, spans: [[1]], answers: [] };
  const long = { ...short, spans: [[1], [2]] };
  assert.deepEqual(merged([short], [long]), [long]);
  assert.deepEqual(merged([long], [short]), [long]);
  assert.equal(merged([long], [{ ...short, run: "c" }]).length, 2);
});

test("this computer remembers other openings of the same stick, and of no other", () => {
  const disk = storage();
  makeMemory(disk, "one", "first").put("run.first", { run: "first" });
  makeMemory(disk, "two", "alien").put("run.alien", { run: "alien" });
  const memory = makeMemory(disk, "one", "second");
  memory.put("run.second", { run: "second" });
  assert.deepEqual(memory.others(), [{ run: "first" }]);
});

test("without storage everything goes on and nobody is told that it is kept", () => {
  const memory = makeMemory(null, "one", "first");
  assert.equal(memory.put("run.first", { run: "first" }), false);
  assert.equal(memory.get("sheet"), null);
  assert.deepEqual(memory.others(), []);
  const forbidding = {
    get localStorage() {
      throw new Error("SecurityError");
    },
  };
  assert.equal(storageOf(forbidding), null);
  assert.notEqual(storageOf({ localStorage: storage() }), null);
});

test("a full disk is not said to keep anything", () => {
  const full = storage();
  full.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  assert.equal(makeMemory(full, "one", "a").put("run.a", {}), false);
});

test("every opening has a number of its own", () => {
  const found = new Set(Array.from({ length: 50 }, () => newRun(globalThis)));
  assert.equal(found.size, 50);
  assert.match(newRun({}), /^[0-9a-f]{16}$/);
});

test("what is missing is the first moment of the creditable length that nobody watched", () => {
  const creditable = [
    [1000, 60_000],
    [90_000, 120_000],
  ];
  assert.equal(firstMissing(creditable, []), 1000);
  assert.equal(firstMissing(creditable, [[0, 70_000]]), 90_000);
  assert.equal(firstMissing(creditable, [[0, 119_500]]), -1);
  assert.equal(lengthOf(both([[0, 70_000]], creditable)), 59_000);
  assert.deepEqual(union([[5, 9], [0, 5], [20, 30], [22, 25]]), [[0, 9], [20, 30]]);
  assert.equal(clock(2_465_000), "41:05");
});

test("a clock that begins anew with each start is noticed: it cannot be earlier than what was played here before", () => {
  const place = storage();
  const first = makeMemory(place, "5f1c", "a".repeat(16));
  assert.equal(first.latest(), 0);
  first.put(`run.${"a".repeat(16)}`, { run: "a".repeat(16), device: "", offset_ms: 0, spans: [[1, 7, 0, 500, 9000, 9500], [2, 7, 500, 600, 100, 200]], answers: [] });
  assert.equal(makeMemory(place, "5f1c", "b".repeat(16)).latest(), 9500);
  assert.equal(makeMemory(place, "other", "b".repeat(16)).latest(), 0);
  assert.equal(makeMemory(null, "5f1c", "b".repeat(16)).latest(), 0);
});

test("when the clock is put right, what was played by the wrong one moves with it", () => {
  const run = { run: "a".repeat(16), device: "", offset_ms: 0, spans: [[1, 7, 0, 500, 9000, 9500]], answers: [] };
  moved(run, 1_000_000);
  assert.deepEqual([run.offset_ms, run.spans], [1_000_000, [[1, 7, 0, 500, 1_009_000, 1_009_500]]]);
});

test("forgetting takes everything of this stick out of the browser, and nothing else", () => {
  const place = storage();
  const memory = makeMemory(place, "5f1c", "a".repeat(16));
  for (const name of ["sheet", "number", "run.1", "run.2"]) memory.put(name, 1);
  makeMemory(place, "5f1d", "b".repeat(16)).put("sheet", 2);
  memory.forget();
  assert.deepEqual([...place.kept.keys()], ["qianchang.stick.5f1d.sheet"]);
});

test("a record is plain ASCII, so that every editor keeps it as it is", () => {
  const sheet = { rows: [{ name: "黄小红", firm: "那坡律师事务所" }] };
  const text = seal(STICK, { number: 1, runs: [], sheet }, 0);
  assert.match(text, /^[ -~]*$/);
  assert.deepEqual(unseal(STICK, text)?.sheet, sheet);
  assert.equal(ascii("\u00e9\u9ec4😀"), "\\u00e9\\u9ec4\\ud83d\\ude00");
});
