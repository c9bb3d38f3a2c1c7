import assert from "node:assert/strict";
import { test } from "node:test";
import { nextLanguage } from "../src/player/captions.js";
import { linked, playable } from "../src/player/modes.js";
import { tileAt } from "../src/player/preview.js";
import { mark, Pictures, slideAt, wanted } from "../src/player/slides.js";

/** Three slides: 10 s, 20 s and 30 s long; the first begins a second late. */
const slides = [
  { number: 7, fromMs: 1000, untilMs: 10_000, title: "开场" },
  { number: 9, fromMs: 10_000, untilMs: 30_000, title: "" },
  { number: 8, fromMs: 30_000, untilMs: 60_000, title: "小结" },
];

test("at every time the slide that began last is shown, and before the first none", () => {
  const at = [0, 999, 1000, 9999, 10_000, 29_999.5, 30_000, 999_999];
  assert.deepEqual(at.map((ms) => slideAt(slides, ms)), [-1, -1, 0, 0, 1, 1, 2, 2]);
  assert.equal(slideAt([], 5), -1);
});

test("only the picture that is shown and the next one are worth their bytes", () => {
  assert.deepEqual([-1, 0, 1, 2].map((place) => wanted(slides, place)), [[7], [7, 9], [9, 8], [8]]);
});

test("a slide was watched whole, in part or not; a sliver decides nothing", () => {
  assert.equal(mark(slides[1], [[0, 60_000]]), "seen");
  assert.equal(mark(slides[1], [[10_400, 29_100]]), "seen");
  assert.equal(mark(slides[1], [[12_000, 29_000]]), "half");
  assert.equal(mark(slides[1], [[0, 10_500], [29_900, 40_000]]), "");
  assert.equal(mark(slides[1], []), "");
});

test("a slide that flashes by is watched when most of it was", () => {
  const flash = { number: 1, fromMs: 0, untilMs: 1000, title: "" };
  assert.equal(mark(flash, [[0, 800]]), "seen");
  assert.equal(mark(flash, [[0, 300]]), "");
});

/** A line that answers when it is told to. */
function line() {
  /** @type {{address: string, come: () => void, fail: (e: Error) => void}[]} */
  const asked = [];
  const fetchPicture = (/** @type {string} */ address) =>
    new Promise((come, fail) => void asked.push({ address, come: () => come(undefined), fail }));
  return { asked, fetchPicture };
}

test("pictures are fetched one by one, the one that is shown first, and never twice", async () => {
  const { asked, fetchPicture } = line();
  const pictures = new Pictures(fetchPicture);
  let arrived = 0;
  const want = (/** @type {string} */ token) => pictures.want([7, 9], `/media/${token}/slide-`, () => (arrived += 1));
  want("a");
  want("a");
  assert.deepEqual(asked.map((each) => each.address), ["/media/a/slide-7.webp"]);
  asked[0].come();
  await new Promise(setImmediate);
  want("b");
  asked[1].come();
  await new Promise(setImmediate);
  want("b");
  assert.deepEqual(asked.map((each) => each.address), ["/media/a/slide-7.webp", "/media/b/slide-9.webp"]);
  // A later link does not change where a picture that is here was found: the cache knows it by that address.
  assert.equal(pictures.here.get(7), "/media/a/slide-7.webp");
  assert.equal(arrived, 2);
});

test("a picture that did not come can be asked for again", async () => {
  const { asked, fetchPicture } = line();
  const pictures = new Pictures(fetchPicture);
  pictures.want([7], "/p-", () => assert.fail("nothing came"));
  asked[0].fail(new Error("403"));
  await new Promise(setImmediate);
  assert.equal(pictures.running, null);
  pictures.want([7], "/p-", () => {});
  assert.equal(asked.length, 2);
});

test("without links nothing is asked for", () => {
  const { asked, fetchPicture } = line();
  new Pictures(fetchPicture).want([7], "", () => {});
  assert.equal(asked.length, 0);
});

test("the captions key goes through the languages and then off", () => {
  assert.equal(nextLanguage(["zh", "en"], ""), "zh");
  assert.equal(nextLanguage(["zh", "en"], "zh"), "en");
  assert.equal(nextLanguage(["zh", "en"], "en"), "");
  assert.equal(nextLanguage(["zh"], "zh"), "");
});

test("the small picture of a time stands row by row on the sheet, the last one at the end", () => {
  const board = { interval_ms: 10_000, columns: 4, tiles: 6, tile_width: 160, tile_height: 90 };
  assert.deepEqual(tileAt(board, 0), { x: 0, y: 0 });
  assert.deepEqual(tileAt(board, 39_999), { x: 480, y: 0 });
  assert.deepEqual(tileAt(board, 40_000), { x: 0, y: 90 });
  assert.deepEqual(tileAt(board, 9_999_999), { x: 160, y: 90 });
});

const modes = [
  { mode: "audio", label: "", bytes: 300_000 + 50_000, kbits: 24, width: null, codecs: "opus" },
  { mode: "light", label: "", bytes: 800_000, kbits: 64, width: 1280, codecs: "avc1.64001f,opus" },
  { mode: "standard", label: "", bytes: 2_000_000, kbits: 160, width: 1280, codecs: "avc1.64001f,mp4a.40.2" },
];

test("a browser without Opus hears AAC instead, is told its price, and is not offered the light video", () => {
  const kept = playable(modes, 100_000, (type) => (type.includes("opus") ? "" : "probably"));
  assert.deepEqual(kept.map((mode) => mode.mode), ["audio", "standard"]);
  assert.equal(kept[0].file, "aac");
  assert.equal(kept[0].kbits, 42);
  // The slides' pictures cost the same.
  assert.equal(kept[0].bytes, 525_000 + 50_000);
});

test("a browser with Opus is offered everything as it is", () => {
  assert.deepEqual(playable(modes, 100_000, () => "maybe"), modes);
});

test("nobody is locked out by a browser that denies everything", () => {
  const films = modes.slice(1);
  assert.deepEqual(playable(films, 100_000, () => ""), films);
});

test("a mode that the lecture has no more gives way to the lowest one that it has", () => {
  const links = { audio: "/a", light: "/l" };
  assert.equal(linked(modes, modes[1], links), modes[1]);
  assert.equal(linked(modes, modes[2], links), modes[0]);
  assert.equal(linked(modes, modes[2], {}), modes[2]);
});
