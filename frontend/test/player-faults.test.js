import assert from "node:assert/strict";
import { test } from "node:test";
import { Faults } from "../src/player/faults.js";
import { LinkState } from "../src/player/link.js";

test("a fault opens the playback anew, soon at first and later each time at the same place", () => {
  const faults = new Faults();
  assert.equal(faults.isDue(1e12), false);
  assert.equal(faults.happened({ positionMs: 60_000, at: 0, decode: false }), false);
  assert.equal(faults.isDue(500), true);
  faults.opened();
  assert.equal(faults.isDue(1e12), false);
  faults.happened({ positionMs: 61_000, at: 10_000, decode: false });
  assert.equal(faults.isDue(12_000), false);
  faults.hurry();
  assert.equal(faults.isDue(10_001), true);
});

test("a place that cannot be decoded twice is skipped; a cut line never skips", () => {
  const faults = new Faults();
  assert.equal(faults.happened({ positionMs: 60_000, at: 0, decode: true }), false);
  assert.equal(faults.happened({ positionMs: 60_100, at: 9000, decode: true }), true);
  assert.equal(faults.happened({ positionMs: 70_100, at: 20_000, decode: true }), false);
  assert.equal(faults.happened({ positionMs: 70_100, at: 30_000, decode: false }), false);
});

test("an opening that the server refuses is not tried again", () => {
  const faults = new Faults();
  faults.openFailed(0, false);
  faults.hurry();
  assert.equal(faults.isDue(1e12), false);
  faults.openFailed(0);
  assert.equal(faults.isDue(60_000), true);
});

/** What the line under the controls says. */
function line(change, now = {}) {
  const said = [];
  const words = new Proxy({}, { get: (_, name) => String(name) });
  const view = { words, say: (name, values) => `${name}${JSON.stringify(values)}`, span: (ms) => `${ms}ms`, link: (...what) => said.push(what) };
  const state = new LinkState(view);
  change(state);
  state.show({ at: 0, records: 0, bufferedMs: 0, leastKbits: 24, ...now });
  return said[0];
}

test("the weightiest matter is said", () => {
  const all = (state) => Object.assign(state, { elsewhere: true, offline: true, waiting: true });
  assert.deepEqual(line(all), ["elsewhere", { here: true }]);
  assert.deepEqual(line((state) => state.failed({ kind: "signed-out", sentence: "" })), ["signedOut", { signIn: true }]);
  assert.deepEqual(line((state) => state.failed({ kind: "refused", sentence: "No." })), ["No."]);
  assert.deepEqual(line(() => {}), [""]);
});

test("without a link it says how much is buffered, in steps, and how many records wait", () => {
  const offline = (state) => state.failed({ kind: "offline", sentence: "" });
  assert.deepEqual(line(offline, { bufferedMs: 203_999, records: 4 }), ['offline{"buffered":"180000ms"} stored{"count":4}']);
  assert.deepEqual(line(offline, { bufferedMs: 19_000 }), ['offline{"buffered":"10000ms"}']);
});

test("back again it says how many records were late, and nothing where nothing was wrong", () => {
  assert.deepEqual(line((state) => state.caughtUp(4, 0)), ['sent{"count":4}', { kind: "ok" }]);
  assert.deepEqual(line((state) => state.caughtUp(0, 0)), [""]);
  assert.deepEqual(line((state) => { state.offline = true; state.caughtUp(0, 0); }), ["backOnline", { kind: "ok" }]);
  assert.deepEqual(line((state) => state.caughtUp(4, 0), { at: 60_001 }), [""]);
});
