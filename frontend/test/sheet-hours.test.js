// The hours of a room, computed on the page as the platform computes them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, hoursOf, minutesOf, totals } from "../src/sheet/hours.js";

const terms = { length: 118, full: "2.5", unit: 45, step: "0.5" };
const seat = (mark, minutes = "", lawyer = true) => ({ mark, minutes, lawyer });

test("nobody is present by default, and nothing is counted of who is not marked", () => {
  const room = Array.from({ length: 12 }, () => seat(""));
  assert.deepEqual(totals(room, terms), { full: 0, part: 0, absent: 0, open: 12, others: 0, hours: "0.0" });
});

test("the room of the mock-up: ten to the end, one for 45 minutes, one absent", () => {
  const room = [...Array.from({ length: 10 }, () => seat("full")), seat("part", "45"), seat("absent")];
  assert.deepEqual(totals(room, terms), { full: 10, part: 1, absent: 1, open: 0, others: 0, hours: "26.0" });
});

test("a part is rounded down to the step of the rule", () => {
  const worth = (minutes) => hoursOf(seat("part", String(minutes)), terms);
  assert.deepEqual([22, 23, 44, 45, 67, 68, 117].map(worth), ["0.0", "0.5", "0.5", "1.0", "1.0", "1.5", "2.5"]);
});

test("a part is never worth more than the whole", () => {
  assert.equal(hoursOf(seat("part", "117"), { ...terms, full: "2.0" }), "2.0");
});

test("a rule with tenths has no rounding error", () => {
  const tenths = { length: 200, full: "4.4", unit: 45, step: "0.1" };
  assert.deepEqual([9, 27, 63, 135].map((minutes) => hoursOf(seat("part", String(minutes)), tenths)), ["0.2", "0.6", "1.4", "3.0"]);
});

test("other people are counted apart and earn nothing", () => {
  const room = [seat("full", "", false), seat("absent", "", false), seat("full")];
  assert.deepEqual(totals(room, terms), { full: 1, part: 0, absent: 0, open: 0, others: 1, hours: "2.5" });
  assert.equal(hoursOf(room[0], terms), "—");
});

test("minutes are read as people type them, and must be less than the lecture", () => {
  assert.deepEqual(["45", " ４５ ", "4 5", "-3", "1e2", "12345", ""].map(minutesOf), [45, 45, null, null, null, null, null]);
  assert.equal(fault(seat("part", ""), terms), "noMinutes");
  assert.equal(fault(seat("part", "0"), terms), "noMinutes");
  assert.equal(fault(seat("part", "118"), terms), "tooLong");
  assert.equal(fault(seat("part", "117"), terms), "");
  assert.equal(fault(seat("full", "500"), terms), "");
});
