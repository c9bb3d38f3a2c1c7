// Photos of a session are made small before they are sent: budget B20, at most 300 KB and 1600 pixels.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, jpegName, KEPT_BYTES, LONG_SIDE, smallEnough } from "../src/evidence/fitting.js";

test("a photo keeps its proportion within 1600 pixels", () => {
  assert.deepEqual(fitted(4000, 3000), { width: 1600, height: 1200 });
  assert.deepEqual(fitted(3000, 4000), { width: 1200, height: 1600 });
  assert.deepEqual(fitted(800, 600), { width: 800, height: 600 });
  assert.deepEqual(fitted(16000, 1), { width: LONG_SIDE, height: 1 });
});

test("the first quality that is small enough is taken", async () => {
  const asked = [];
  const paint = async (width, height, quality) => {
    asked.push(quality);
    return { size: Math.round(width * height * quality * 0.2), width, height };
  };
  const painted = await smallEnough(4000, 3000, paint);
  assert.ok(painted.size <= KEPT_BYTES);
  assert.equal(asked.length, 2);
  assert.equal(painted.width, 1600);
});

test("noise is painted at half the side", async () => {
  const painted = await smallEnough(4000, 3000, async (width, height) => ({ size: width * height, width, height }));
  assert.ok(painted.size <= KEPT_BYTES);
  assert.ok(painted.width < 1600);
});

test("a picture that never gets small enough still ends", async () => {
  const painted = await smallEnough(4000, 3000, async (width) => ({ size: 10 ** 9, width }));
  assert.ok(painted.width < 200);
});

test("a photo is called what it has become", () => {
  assert.equal(jpegName("IMG_1.HEIC"), "IMG_1.jpg");
  assert.equal(jpegName(".png"), "photo.jpg");
});
