import assert from "node:assert/strict";
import { test } from "node:test";
import { SpanRecorder } from "../src/player/spans.js";

/** Plays `[mediaMs, wallMs, playing?, rate?, jumped?]` moments and returns the spans. */
function record(...moments) {
  const spans = [];
  const recorder = new SpanRecorder((span) => spans.push(span));
  for (const [mediaMs, wallMs, playing = true, rate = 1, jumped = false] of moments) {
    recorder.observe({ mediaMs, wallMs, playing, rate, jumped });
  }
  return { recorder, spans };
}
const short = (span) => [span.media_from_ms, span.media_until_ms, span.wall_from_ms, span.wall_until_ms, span.rate];

test("playing until a pause is one span", () => {
  const { spans } = record([0, 1000], [250, 1250], [500, 1500], [620, 1625, false]);
  assert.deepEqual(spans.map(short), [[0, 620, 1000, 1625, 1]]);
});

test("a seek ends the span where the picture was last, not where it goes", () => {
  const { spans } = record([0, 0], [250, 250], [60_000, 300, false, 1, true], [60_000, 900], [60_500, 1400], [60_500, 1400, false]);
  assert.deepEqual(spans.map(short), [[0, 250, 0, 250, 1], [60_000, 60_500, 900, 1400, 1]]);
});

test("a leap that nobody announced is no playing either", () => {
  const { spans } = record([0, 0], [250, 250], [60_250, 500], [60_500, 750, false]);
  assert.deepEqual(spans.map(short), [[0, 250, 0, 250, 1], [60_250, 60_500, 500, 750, 1]]);
});

test("a stall splits: the waiting is in no span", () => {
  const { spans } = record([0, 0], [1000, 1000], [1000, 1010, false], [1000, 9000, true], [2000, 10_000], [2000, 10_000, false]);
  assert.deepEqual(spans.map(short), [[0, 1000, 0, 1010, 1], [1000, 2000, 9000, 10_000, 1]]);
});

test("a sleeping device has not played", () => {
  const { spans } = record([0, 0], [1000, 1000], [1100, 3_600_000], [1350, 3_600_250, false]);
  assert.deepEqual(spans.map(short), [[0, 1000, 0, 1000, 1], [1100, 1350, 3_600_000, 3_600_250, 1]]);
});

test("a clock that was set back ends the span", () => {
  const { spans } = record([0, 100_000], [1000, 101_000], [1250, 50_000], [1500, 50_250, false]);
  assert.deepEqual(spans.map(short), [[0, 1000, 100_000, 101_000, 1], [1250, 1500, 50_000, 50_250, 1]]);
});

test("another rate is another span", () => {
  const { spans } = record([0, 0], [1000, 1000], [1100, 1100, true, 2], [3100, 2100, true, 2], [3100, 2100, false, 2]);
  assert.deepEqual(spans.map(short), [[0, 1100, 0, 1100, 1], [1100, 3100, 1100, 2100, 2]]);
});

test("a report splits without a gap", () => {
  const { recorder, spans } = record([0, 0], [1000, 1000]);
  recorder.split();
  assert.equal(recorder.running(), null);
  recorder.observe({ mediaMs: 2000, wallMs: 2000, playing: true, rate: 1 });
  assert.deepEqual(short(recorder.running()), [1000, 2000, 1000, 2000, 1]);
  recorder.close();
  assert.deepEqual(spans.map(short), [[0, 1000, 0, 1000, 1], [1000, 2000, 1000, 2000, 1]]);
});

test("nothing played is no span", () => {
  const { recorder, spans } = record([0, 0], [0, 10, false], [0, 20, false]);
  recorder.close();
  recorder.split();
  assert.deepEqual(spans, []);
});
