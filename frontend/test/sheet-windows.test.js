// Two windows of one computer on one sheet: one of them keys it, the other waits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone } from "../src/sheet/windows.js";

/** Locks as a browser has them; `close` is a window that goes. */
function browser() {
  const queues = new Map();
  const begin = (name) => queues.get(name)[0] && queues.get(name)[0]();
  return {
    request(name, work) {
      const queue = queues.get(name) || queues.set(name, []).get(name);
      queue.push(work);
      if (queue.length === 1) Promise.resolve().then(work);
      return new Promise(() => {});
    },
    close(name) {
      queues.get(name).shift();
      begin(name);
    },
  };
}

test("the first window begins at once, the second one waits and is told so until the first is closed", async () => {
  const locks = browser();
  const told = [];
  assert.equal(await alone("sheet.12", () => told.push("first"), locks), false);
  let begun = null;
  const second = alone("sheet.12", () => told.push("second"), locks).then((waited) => (begun = waited));
  await new Promise((soon) => setTimeout(soon, 1200));
  assert.deepEqual([told, begun], [["second"], null]);
  locks.close("sheet.12");
  await second;
  assert.deepEqual([told, begun], [["second"], true]);
});

test("another sheet waits for nobody, and neither does a browser without locks, or one that refuses them", async () => {
  const locks = browser();
  await alone("sheet.12", assert.fail, locks);
  assert.equal(await alone("sheet.13", assert.fail, locks), false);
  assert.equal(await alone("sheet.12", assert.fail, null), false);
  assert.equal(await alone("sheet.12", assert.fail, { request: () => Promise.reject(new Error("SecurityError")) }), false);
});
