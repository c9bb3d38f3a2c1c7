import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, fill, megabytes } from "../src/player/clock.js";
import { codeAt, codeWanted } from "../src/player/codes.js";
import { difference, lengthOf, missing, percentOf, union } from "../src/player/intervals.js";
import { SpeedMeter, bytesLeft, choose, fits } from "../src/player/modes.js";

test("ranges that touch or overlap become one, in whatever order they come", () => {
  assert.deepEqual(union([[50, 60], [0, 10], [10, 20], [15, 30], [5, 5]]), [[0, 30], [50, 60]]);
});

test("a union leaves what it was given alone", () => {
  const given = [[0, 10], [5, 20]];
  union(given);
  assert.deepEqual(given, [[0, 10], [5, 20]]);
});

test("what is missing is what counts and was not watched", () => {
  assert.deepEqual(difference([[0, 100]], [[10, 20], [90, 200]]), [[0, 10], [20, 90]]);
  assert.equal(lengthOf([[0, 10], [5, 20]]), 20);
});

test("slivers of a cut are not told as missing", () => {
  assert.deepEqual(missing([[0, 90_000]], [[0, 30_000], [30_040, 60_000]]), [[60_000, 90_000]]);
});

test("the share is rounded down and knows nothing of what does not count", () => {
  assert.equal(percentOf([[0, 100_000]], [[0, 99_000]]), 99);
  // Milliseconds between two reports cannot be watched again: less than a second missing is all of it.
  assert.equal(percentOf([[0, 100_000]], [[0, 99_001]]), 100);
  assert.equal(percentOf([[100_000, 200_000]], [[0, 150_000]]), 50);
  assert.equal(percentOf([], [[0, 10]]), 0);
});

test("times and sizes are written as people write them", () => {
  assert.equal(clock(4_222_900), "1:10:22");
  assert.equal(clock(65_000), "1:05");
  assert.equal(clock(-5), "0:00");
  assert.equal(megabytes(54_400_000), "54");
  assert.equal(megabytes(1_200_000), "1.2");
  assert.equal(megabytes(10), "0.1");
});

test("a sentence keeps the places nobody fills", () => {
  assert.equal(fill("{a} of {b}, {a}", { a: 1 }), "1 of {b}, 1");
  assert.equal(fill(undefined), "");
});

const MODES = [
  { mode: "standard", label: "", bytes: 72_000_000, kbits: 180, width: 854 },
  { mode: "audio", label: "", bytes: 10_000_000, kbits: 24, width: null },
  { mode: "light", label: "", bytes: 24_000_000, kbits: 60, width: 640 },
];

test("a mode is chosen that takes at most half of the line", () => {
  assert.equal(choose(MODES, { speedKbits: 150 }).mode, "light");
  assert.equal(choose(MODES, { speedKbits: 119 }).mode, "audio");
  assert.equal(choose(MODES, { speedKbits: 360 }).mode, "standard");
  assert.equal(choose(MODES, { speedKbits: 10 }).mode, "audio");
});

test("nothing dear is chosen while the speed is unknown or data is saved", () => {
  assert.equal(choose(MODES).mode, "light");
  assert.equal(choose(MODES, { speedKbits: 5000, saver: true }).mode, "light");
});

test("what somebody chose holds where it exists", () => {
  assert.equal(choose(MODES, { speedKbits: 5000, remembered: "audio" }).mode, "audio");
  assert.equal(choose(MODES, { speedKbits: 5000, remembered: "gone" }).mode, "standard");
});

test("whether a mode fits is not claimed without a measurement", () => {
  assert.equal(fits(MODES[2], null), null);
  assert.equal(fits(MODES[2], 120), true);
  assert.equal(fits(MODES[0], 120), false);
  assert.equal(bytesLeft(MODES[2], 30, 60), 12_000_000);
});

test("the meter takes the fastest window and none while nothing loads", () => {
  const meter = new SpeedMeter(500);
  assert.equal(meter.kbits, 500);
  meter.sample({ bufferedMs: 0, at: 0, kbits: 60, loading: true });
  meter.sample({ bufferedMs: 4000, at: 2000, kbits: 60, loading: true });
  assert.equal(meter.kbits, 120);
  meter.sample({ bufferedMs: 4100, at: 4000, kbits: 60, loading: true });
  meter.sample({ bufferedMs: 4100, at: 60_000, kbits: 60, loading: false });
  meter.sample({ bufferedMs: 4200, at: 61_500, kbits: 60, loading: true });
  assert.equal(meter.kbits, 120);
});

const CODES = [
  { index: 1, from_ms: 100, until_ms: 200, answered: false },
  { index: 2, from_ms: 500, until_ms: 600, answered: false },
];

test("a code is shown inside its window until it is answered", () => {
  assert.equal(codeAt(CODES, 99), null);
  assert.equal(codeAt(CODES, 100)?.index, 1);
  assert.equal(codeAt(CODES, 200), null);
  assert.equal(codeAt([{ ...CODES[0], answered: true }], 150), null);
});

test("the field asks for the code that was shown last, or the next one", () => {
  assert.equal(codeWanted(CODES, 0)?.index, 1);
  assert.equal(codeWanted(CODES, 550)?.index, 2);
  assert.equal(codeWanted([CODES[0], { ...CODES[1], answered: true }], 900)?.index, 1);
  assert.equal(codeWanted(CODES.map((code) => ({ ...code, answered: true })), 0), null);
});
