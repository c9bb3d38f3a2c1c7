import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox, SILENT_MS, leftovers } from "../src/player/outbox.js";
import { Reporter } from "../src/player/reporter.js";
import { memory } from "../src/player/storage.js";

const span = (from, until, wall = from) => ({
  media_from_ms: from,
  media_until_ms: until,
  wall_from_ms: wall,
  wall_until_ms: wall + until - from,
  rate: 1,
});
const open = (storage, playback = "p1", at = 0, account = "7") =>
  Outbox.create(storage, { account, version: 3, playback, at });

test("spans that go on without a gap are one record until one of them was sent", () => {
  const box = open(memory());
  box.add(span(0, 1000));
  box.add(span(1000, 2000));
  assert.equal(box.size, 1);
  assert.deepEqual(box.take(5).map((each) => [each.sequence, each.media_until_ms]), [[1, 2000]]);
  box.add(span(2000, 3000));
  assert.deepEqual(box.take(6).map((each) => each.sequence), [1, 2]);
  box.add(span(9000, 9500));
  box.add({ ...span(9500, 9900, 9500), rate: 2 });
  assert.equal(box.size, 4);
});

test("only what is acknowledged is forgotten", () => {
  const box = open(memory());
  box.add(span(0, 10));
  box.add(span(20, 30));
  box.take(1);
  box.acknowledge([1, 99], 2);
  assert.deepEqual(box.box.spans.map((each) => each.sequence), [2]);
});

test("an outbox survives a reload, with the span that was running", () => {
  const storage = memory();
  const box = open(storage);
  box.add(span(0, 10));
  box.write(1000, { running: span(50, 90), positionMs: 90.4 });
  const { left } = leftovers(storage, { account: "7", at: 1000 + SILENT_MS });
  assert.deepEqual(left[0].box.spans.map((each) => [each.sequence, each.media_from_ms]), [[1, 0], [2, 50]]);
  assert.equal(left[0].box.position_ms, 90);
  assert.equal(left[0].box.running, null);
});

test("a page that still writes keeps its outbox; one that said goodbye does not", () => {
  const storage = memory();
  const box = open(storage);
  box.add(span(0, 10));
  box.write(1000);
  assert.deepEqual(leftovers(storage, { account: "7", at: 2000 }), { left: [], alive: 1 });
  box.left = true;
  box.write(1500);
  assert.equal(leftovers(storage, { account: "7", at: 2000 }).left.length, 1);
});

test("another account's outbox stays where it is, and an outlived or broken one goes", () => {
  const storage = memory();
  open(storage, "theirs", 0, "8").add(span(0, 10));
  storage.setItem("qianchang.outbox.7.broken", "{");
  open(storage, "old", 0);
  const month = 32 * 24 * 3600 * 1000;
  open(storage, "theirs2", month, "8");
  leftovers(storage, { account: "7", at: month });
  const keys = Array.from({ length: storage.length }, (_, n) => storage.key(n));
  assert.deepEqual(keys, ["qianchang.outbox.8.theirs2"]);
});

test("a storage that refuses costs no record of this page", () => {
  const storage = { ...memory(), setItem: () => { throw new Error("full"); }, length: 0 };
  const box = open(storage);
  box.add(span(0, 10));
  assert.equal(box.take(1).length, 1);
});

/** A reporter on a server that answers by `script`: a problem's kind, or nothing for 200. */
function reporter(script = []) {
  const posts = [];
  const said = { failed: [], caughtUp: [], answered: 0 };
  const clock = { now: 0 };
  const made = new Reporter({
    address: "/p/",
    now: () => clock.now,
    ask: async (address, { body }) => {
      posts.push([address, body.spans.map((each) => each.sequence)]);
      const kind = script.shift();
      if (kind) throw Object.assign(new Error(kind), { kind });
      return { acknowledged: body.spans.map((each) => each.sequence) };
    },
    answered: () => (said.answered += 1),
    failed: (trouble) => said.failed.push(trouble.kind),
    caughtUp: (count) => said.caughtUp.push(count),
  });
  return { made, posts, said, clock };
}

test("leftovers are sent before what plays now, and their outbox goes when it is empty", async () => {
  const storage = memory();
  const { made, posts } = reporter();
  const old = open(storage, "old");
  old.add(span(0, 10));
  made.earlier.push(old);
  made.current = open(storage, "new");
  made.current.add(span(0, 20));
  assert.equal(await made.send(), true);
  assert.deepEqual(posts, [["/p/old/spans/", [1]], ["/p/new/spans/", [1]]]);
  assert.equal(storage.getItem(old.key), null);
  assert.notEqual(storage.getItem(made.current.key), null);
  assert.equal("rate" in made.current.box, false);
});

test("a failure keeps everything, waits longer each time, and says how many came late", async () => {
  const { made, said, clock } = reporter(["offline", "busy"]);
  made.current = open(memory());
  made.current.add(span(0, 10));
  assert.equal(await made.send(), false);
  assert.equal(made.waiting, 1);
  assert.equal(made.resting, true);
  clock.now = 3000;
  assert.equal(made.resting, false);
  await made.send();
  clock.now = 6000;
  assert.equal(made.resting, true);
  made.current.add(span(20, 30));
  made.wake();
  assert.equal(await made.send(), true);
  assert.deepEqual(said, { failed: ["offline", "busy"], caughtUp: [2], answered: 1 });
  assert.equal(made.waiting, 0);
});

test("a leftover the server refuses stays on the device and does not stop the others", async () => {
  const storage = memory();
  const { made, posts } = reporter(["refused"]);
  const old = open(storage, "old");
  old.add(span(0, 10));
  made.earlier.push(old);
  made.current = open(storage, "new");
  made.current.add(span(0, 10));
  assert.equal(await made.send(), true);
  assert.equal(posts.length, 2);
  assert.notEqual(storage.getItem(old.key), null);
});

test("signed out: nothing is lost", async () => {
  const { made } = reporter(["signed-out"]);
  made.current = open(memory());
  made.current.add(span(0, 10));
  assert.equal(await made.send(), false);
  assert.equal(made.current.size, 1);
});

test("a long time without a link goes out in batches the server takes", async () => {
  const { made, posts } = reporter();
  made.current = open(memory());
  for (let n = 0; n < 450; n += 1) made.current.add(span(n * 100, n * 100 + 50));
  await made.send();
  assert.deepEqual(posts.map(([, sequences]) => sequences.length), [200, 200, 50]);
});

test("a call while one is under way waits for it and is not lost", async () => {
  const { made, posts } = reporter();
  made.current = open(memory());
  made.current.add(span(0, 10));
  await Promise.all([made.send({ always: true }), made.send({ always: true })]);
  await made.send();
  assert.equal(posts.length, 2);
});

test("the last request of a page carries what is there and leaves it until it is answered", async () => {
  const { made, posts } = reporter(["offline"]);
  made.current = open(memory());
  made.current.add(span(0, 10));
  made.sendLast();
  await new Promise((done) => setTimeout(done));
  assert.equal(posts.length, 1);
  assert.equal(made.current.size, 1);
});

test("adopted outboxes are sent once and counted", async () => {
  const storage = memory();
  const { made, said, posts } = reporter();
  const old = open(storage, "old");
  old.add(span(0, 10));
  made.adopt([old]);
  made.adopt([old]);
  await made.send();
  assert.equal(posts.length, 1);
  assert.deepEqual(said.caughtUp.filter(Boolean), [1]);
});

test("what was played here and is not on the server counts for one lecture version only", () => {
  const storage = memory();
  const { made } = reporter();
  made.current = open(storage);
  made.current.add(span(0, 10));
  const other = Outbox.create(storage, { account: "7", version: 4, playback: "p2", at: 0 });
  other.add(span(500, 600));
  made.earlier.push(other);
  assert.deepEqual(made.intervals(3, span(10, 25)), [[0, 25]]);
});
