import assert from "node:assert/strict";
import { test } from "node:test";
import { buttonsOf, ended, outdated, pauseAfter, signOf } from "../src/lecture-status/lines.js";

test("asking ends when nothing more happens by itself", () => {
  const over = (state, can_cancel = false) => ended({ state, can_cancel });
  assert.deepEqual(["uploading", "processing", "ready", "refused", "failed", "cancelled"].map((state) => over(state)), [false, false, true, true, true, true]);
});

test("a lecture that is ready while its slides are still read goes on", () => {
  assert.equal(ended({ state: "ready", can_cancel: true }), false);
});

test("every stage has a sign, and only three states have one of their own", () => {
  const signs = ["done", "running", "failed", "queued", "waiting", "skipped", "cancelled"].map((state) => signOf({ state }));
  assert.deepEqual(signs, ["#i-done", "#i-running", "#i-failed", "#i-open", "#i-open", "#i-open", "#i-open"]);
});

test("the page is shown anew when more can be watched or other buttons belong on it", () => {
  const recording = { modes: [1, 2], can_cancel: true, can_retry: false };
  assert.equal(buttonsOf(recording), "cancel");
  assert.equal(outdated({ modes: "2", buttons: "cancel" }, recording), false);
  assert.equal(outdated({ modes: "1", buttons: "cancel" }, recording), true);
  assert.equal(outdated({ modes: "2", buttons: "retry" }, recording), true);
  assert.equal(outdated({}, recording), false);
});

test("without answers the questions become rare, at most one a minute", () => {
  assert.equal(pauseAfter(0), 4000);
  assert.equal(pauseAfter(1), 8000);
  assert.equal(pauseAfter(20), 60_000);
});
