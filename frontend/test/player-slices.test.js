import assert from "node:assert/strict";
import { test } from "node:test";
import { Unreadable } from "../src/player/boxes.js";
import { readDefaults, Slices } from "../src/player/slices.js";
import { box, contents, film, join, words } from "./film.js";

const { bytes, fragments } = film({ fragments: 1, fragmentBytes: 30_000 });
const fragment = bytes.subarray(...fragments[0]);

/** @param {Uint8Array} whole @param {number} step */
function cut(whole, step, defaults = new Map()) {
  const slices = new Slices(defaults);
  const found = [];
  for (let at = 0; at < whole.length; at += step) {
    const slice = slices.take(whole.slice(at, at + step), at + step >= whole.length);
    if (slice) found.push(slice);
  }
  return found;
}

/** The times of decoding that the slices say, in order. @param {Uint8Array[]} slices */
const times = (slices) => slices.map((slice) => new DataView(slice.buffer, Buffer.from(slice).indexOf("tfdt") + slice.byteOffset).getUint32(12));

test("however a fragment arrives, its slices together are the fragment", () => {
  for (const step of [1, 700, 1400, 5000, 1e9]) assert.deepEqual(contents(join(...cut(fragment, step))), contents(fragment));
});

test("each slice says when it begins, and the first is there long before the fragment is", () => {
  const slices = cut(fragment, 1400);
  assert.ok(slices[0].length < 8000);
  assert.equal(times(slices)[0], 0);
  const all = times(slices);
  assert.ok(all.every((time, n) => time % 1000 === 0 && (!n || time > all[n - 1])));
});

test("what the header says about samples counts where they say nothing, and each track has its own times", () => {
  const trex = (/** @type {number} */ track, /** @type {number} */ duration) => box("trex", 0, words(0, track, 1, duration, 100, 7));
  const init = join(box("ftyp", 4), box("moov", 0, box("mvex", 0, join(trex(1, 40), trex(2, 60)))));
  const defaults = readDefaults(init);
  assert.deepEqual([...defaults], [[1, { duration: 40, size: 100, flags: 7 }], [2, { duration: 60, size: 100, flags: 7 }]]);
  const traf = (/** @type {number} */ track, /** @type {number} */ at) =>
    box("traf", 0, join(box("tfhd", 0, words(0x20000, track)), box("tfdt", 0, words(0, track * 500)), box("trun", 0, words(0x1, 30, at))));
  const length = box("moof", 0, join(traf(1, 0), traf(2, 0))).length;
  const moof = box("moof", 0, join(traf(1, length + 8), traf(2, length + 8 + 3000)));
  const slices = cut(join(moof, box("mdat", 6000)), 1000, defaults);
  assert.deepEqual(times(slices).slice(0, 2), [500, 500 + 40 * Math.floor((contents(slices[0]).length) / 100)]);
  assert.equal(contents(join(...slices)).length, 6000);
});

test("a fragment that is cut off, or packed in another way, is refused", () => {
  assert.throws(() => new Slices(new Map()).take(fragment.slice(0, 9000), true), Unreadable);
  assert.throws(() => cut(join(box("mdat", 40), box("moof", 40)), 1e9), Unreadable);
  const based = box("traf", 0, join(box("tfhd", 0, words(0x1, 1, 0, 0))));
  assert.throws(() => cut(join(box("moof", 0, based), box("mdat", 40)), 1e9), Unreadable);
});
