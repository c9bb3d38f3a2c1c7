import assert from "node:assert/strict";
import { test } from "node:test";
import { DataUse, monthOf } from "../src/player/data-use.js";
import { memory } from "../src/player/storage.js";

const NOVEMBER = new Date(2026, 10, 22, 12).getTime();
const DECEMBER = new Date(2026, 11, 1, 0, 0, 1).getTime();

test("a month is that of the device's calendar", () => {
  assert.deepEqual([monthOf(NOVEMBER), monthOf(DECEMBER)], ["2026-11", "2026-12"]);
});

test("two pages of one browser count together, and a new month begins at nothing", () => {
  const storage = memory();
  const [one, other] = [new DataUse(storage, 100, NOVEMBER), new DataUse(storage, 100, NOVEMBER)];
  one.add(5_000_000);
  one.write(NOVEMBER);
  other.add(2_000_000);
  other.write(NOVEMBER);
  assert.equal(other.bytes, 7_000_000);
  assert.equal(new DataUse(storage, 100, NOVEMBER).bytes, 7_000_000);
  other.write(DECEMBER);
  assert.equal(other.bytes, 0);
  assert.equal(storage.length, 1);
});

test("at eighty per cent it is said once a month, also to the next page", () => {
  const storage = memory();
  const use = new DataUse(storage, 10, NOVEMBER);
  use.add(7_900_000);
  assert.equal(use.warns(NOVEMBER), false);
  use.add(100_000);
  assert.equal(use.warns(NOVEMBER), true);
  assert.equal(use.warns(NOVEMBER), false);
  assert.equal(new DataUse(storage, 10, NOVEMBER).warns(NOVEMBER), false);
  // asked every second, it writes nothing more
  storage.setItem = () => assert.fail("written");
  assert.equal(use.warns(NOVEMBER), false);
});

test("at the cap it asks, and after a yes again a tenth later", () => {
  const storage = memory();
  const use = new DataUse(storage, 10, NOVEMBER);
  use.add(9_999_999);
  assert.equal(use.asks, false);
  use.add(1);
  assert.equal(use.asks, true);
  use.agree(NOVEMBER);
  assert.equal(use.asks, false);
  assert.equal(new DataUse(storage, 10, NOVEMBER).asks, false);
  use.add(1_000_000);
  assert.equal(use.asks, true);
});

test("without a cap nothing is said or asked, and it is counted all the same", () => {
  const use = new DataUse(memory(), null, NOVEMBER);
  use.add(1e12);
  assert.deepEqual([use.warns(NOVEMBER), use.asks, use.bytes], [false, false, 1e12]);
});

test("what another program left in the storage counts as nothing", () => {
  const storage = memory();
  storage.setItem("qianchang.data.2026-11", "[not ours");
  assert.equal(new DataUse(storage, 10, NOVEMBER).bytes, 0);
});

test("what the browser loads by itself after feeding failed is counted, and what lies in a closed feed is not again", async () => {
  const { Source } = await import("../src/player/source.js");
  const video = /** @type {any} */ ({ buffered: { length: 1, start: () => 0, end: () => 100 }, src: "" });
  const source = new Source(video, /** @type {any} */ ({ readable: false }));
  source.fed = 1000;
  assert.equal(source.taken(64), 1000);
  source.load(/** @type {any} */ ({ mode: "light", width: 640, codecs: "" }), "/media/x/light.mp4");
  assert.equal(source.taken(64), 800_000);
  source.close();
  assert.equal(source.taken(64), 0);
});
