import assert from "node:assert/strict";
import { test } from "node:test";
import { keepAnswer, keptAnswers, sendAnswers } from "../src/offline/answers.js";
import { withoutLine } from "../src/offline/packplayer.js";
import { sendAll, waiting } from "../src/offline/sending.js";
import { Outbox } from "../src/player/outbox.js";
import { memory } from "../src/player/storage.js";

const span = (from, until) => ({ media_from_ms: from, media_until_ms: until, wall_from_ms: from, wall_until_ms: until, rate: 1 });

/** What a page left behind that is gone. */
function left(storage, { account = "7", playback = "p", sitting = 0, key } = {}) {
  const box = Outbox.create(storage, { account, version: 3, playback, at: 0, sitting, key });
  box.add(span(0, 1000));
  box.left = true;
  box.write(0);
}

function server({ trouble = () => null } = {}) {
  const got = [];
  const tell = async (address, { body, key }) => {
    const found = trouble(address, key);
    if (found) throw Object.assign(new Error(found.kind), { sentence: "", ...found });
    got.push({ address, key, sequences: (body.spans || []).map(({ sequence }) => sequence), index: body.index });
    return { acknowledged: (body.spans || []).map(({ sequence }) => sequence), refused: [], codes: [], credited: false };
  };
  return { got, tell };
}

const PATH = "/api/v1/playbacks/p/spans/";

test("each sitting with a download has an outbox and sequences of its own", async () => {
  const storage = memory();
  left(storage, { sitting: 1, key: "k" });
  left(storage, { sitting: 2, key: "k" });
  const { got, tell } = server();
  assert.deepEqual(await sendAll(storage, "7", { now: () => 1000, tell }), { alive: 0, sent: 2, failed: null });
  assert.deepEqual(got, [
    { address: PATH, key: "k", sequences: [100_001], index: undefined },
    { address: PATH, key: "k", sequences: [200_001], index: undefined },
  ]);
  assert.equal(storage.length, 0);
});

test("a download's record goes whoever is signed in; another account's own record stays", async () => {
  const storage = memory();
  left(storage, { account: "8", playback: "own" });
  left(storage, { account: "8", sitting: 1, key: "k" });
  const { got, tell } = server();
  assert.equal(waiting(storage, "", 1000), 1);
  assert.deepEqual(await sendAll(storage, "", { now: () => 1000, tell }), { alive: 0, sent: 1, failed: null });
  assert.deepEqual(got.map(({ address }) => address), [PATH]);
  assert.equal(storage.length, 1);
});

test("a session that has ended holds up no download, and what it holds is kept", async () => {
  const storage = memory();
  left(storage, { playback: "own" });
  left(storage, { sitting: 1, key: "k" });
  const { got, tell } = server({ trouble: (_address, key) => (key ? null : { kind: "signed-out", status: 401 }) });
  const { sent, failed } = await sendAll(storage, "7", { now: () => 1000, tell });
  assert.deepEqual([sent, failed.kind, got.length], [1, "signed-out", 1]);
  assert.equal(waiting(storage, "7", 1000), 1);
});

test("a key that holds no more holds up nobody else, and throws nothing away", async () => {
  const storage = memory();
  left(storage, { account: "8", playback: "gone", sitting: 1, key: "bad" });
  left(storage, { playback: "own" });
  left(storage, { sitting: 1, key: "k" });
  for (const [playback, key] of [["gone", "bad"], ["p", "k"]]) keepAnswer(storage, { account: "8", playback, key, index: 1, code: "1234", at: 0 });
  const { got, tell } = server({ trouble: (_address, key) => (key === "bad" ? { kind: "signed-out", status: 401 } : null) });
  const { sent } = await sendAll(storage, "7", { now: () => 1000, tell });
  assert.deepEqual([sent, got.length, waiting(storage, "7", 1000)], [3, 3, 2]);
});

test("an answer whose download belongs to nobody here is kept for its own account", async () => {
  const storage = memory();
  keepAnswer(storage, { account: "8", playback: "p", key: "k", index: 1, code: "1234", at: 0 });
  const { tell } = server({ trouble: () => ({ kind: "signed-out", status: 403 }) });
  await sendAll(storage, "7", { now: () => 1000, tell });
  assert.equal(waiting(storage, "7", 1000), 1);
});

test("without a line everything stays, for the next time", async () => {
  const storage = memory();
  left(storage, { sitting: 1, key: "k" });
  keepAnswer(storage, { account: "7", playback: "p", key: "k", index: 1, code: "1234", at: 0 });
  const { tell } = server({ trouble: () => ({ kind: "offline" }) });
  const { sent, failed } = await sendAll(storage, "7", { now: () => 1000, tell });
  assert.deepEqual([sent, failed.kind, waiting(storage, "7", 1000)], [0, "offline", 2]);
});

test("answers are sent once, and what is refused is not sent for ever; too many guesses wait", async () => {
  const storage = memory();
  const answer = (index) => ({ account: "7", playback: "p", key: "k", index, code: "1234", at: 0 });
  for (const index of [1, 2, 3]) keepAnswer(storage, answer(index));
  const ask = async (_address, { body }) => {
    if (body.index === 2) throw Object.assign(new Error("no"), { kind: "refused", status: 404 });
    if (body.index === 3) throw Object.assign(new Error("wait"), { kind: "refused", status: 429 });
    return {};
  };
  assert.equal(await sendAnswers({ storage, ask, address: "/", at: 1000 }), 1);
  assert.deepEqual([...keptAnswers(storage, 1000).values()].map(({ index }) => index), [3]);
});

test("an answer that no download outlives is thrown away, and rubbish with it", () => {
  const storage = memory();
  keepAnswer(storage, { account: "7", playback: "p", key: "k", index: 1, code: "1234", at: 0 });
  storage.setItem("qianchang.answer.x", "{");
  assert.equal(keptAnswers(storage, 63 * 24 * 3600 * 1000).size, 0);
  assert.equal(storage.length, 0);
});

test("a file on this device says nothing of the line", () => {
  const storage = memory();
  storage.setItem("qianchang.speed", "old");
  const seen = withoutLine(storage);
  seen.setItem("qianchang.speed", "new");
  seen.setItem("other", "1");
  assert.deepEqual([storage.getItem("qianchang.speed"), seen.getItem("qianchang.speed"), seen.getItem("other")], ["old", null, "1"]);
});
