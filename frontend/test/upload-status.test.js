import assert from "node:assert/strict";
import { test } from "node:test";
import { ended, pauseAfter, wordsOf } from "../src/lecture-status/lines.js";

test("a running stage says how far it is, the others only their state", () => {
  const job = { state: "running", state_label: "进行中", progress_percent: 37, sentence: "" };
  assert.equal(wordsOf(job), "进行中 37%");
  assert.equal(wordsOf({ ...job, state: "queued", state_label: "排队" }), "排队");
});

test("a stage that went wrong says why", () => {
  const job = { state: "failed", state_label: "出错", progress_percent: 12, sentence: "这个文件放不出声音。" };
  assert.equal(wordsOf(job), "出错 · 这个文件放不出声音。");
});

test("asking ends when the recording is ready, refused or failed", () => {
  assert.deepEqual(["uploading", "processing", "ready", "refused", "failed"].map((state) => ended({ state })), [false, false, true, true, true]);
});

test("without answers the questions become rare, at most one a minute", () => {
  assert.equal(pauseAfter(0), 4000);
  assert.equal(pauseAfter(1), 8000);
  assert.equal(pauseAfter(20), 60_000);
});
