// A keyed sheet is sent when there is a line, once, and what the platform says decides what becomes of the draft.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts, Memory, newNumber } from "../src/sheet/drafts.js";
import { bodyOf, outcome, send, sendQueued } from "../src/sheet/sending.js";

const NOW = Date.UTC(2026, 9, 18, 7, 8);
const row = (lawyer, mark, minutes = "") => ({ lawyer, name: `律师${lawyer}`, licence: "", firm: "", mark, minutes, in: "", out: "" });
const photo = (kind) => ({ kind, name: `${kind}.jpg`, was: 3_400_000, blob: new Blob([kind]) });
const alone = (work) => work();

function draftOf(more = {}) {
  return {
    account: "7",
    sheet: "12",
    title: "那坡县 DVD 光盘集中放映签到表",
    id: newNumber(),
    base: null,
    at: NOW,
    state: "queued",
    offline: false,
    rows: [row("1", "full"), row("2", "part", "45")],
    codes: ["4071", "9258"],
    fields: { supervisor: "何主任" },
    photos: [],
    addresses: { page: "/p", keyed: "/k", files: "/f" },
    said: null,
    ...more,
  };
}

/** The platform, which knows a draft by its number. */
function platform({ trouble = () => null } = {}) {
  const taken = new Map();
  const files = [];
  const asked = [];
  const tell = async (address, body) => {
    asked.push(address);
    const found = trouble(address, body, asked.length);
    if (found && found.before) return found.before;
    if (address === "/f") files.push(body.get("kind"));
    else taken.set(body.draft_id, body);
    return (found && found.after) || { kind: "done", answer: { version: taken.size, state: "reported", message: "" } };
  };
  return { taken, files, asked, tell };
}

async function drafts(...some) {
  const kept = new Drafts(new Memory());
  for (const draft of some) await kept.keep(draft);
  return kept;
}

test("the numbers of drafts are UUIDs, also where the browser makes none", () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  const own = newNumber();
  Object.defineProperty(crypto, "randomUUID", { value: randomUUID, configurable: true });
  assert.match(own, form);
  assert.match(newNumber(), form);
});

test("what is sent says what was keyed, and rubbish as it was typed", () => {
  const body = bodyOf(draftOf({ offline: true, base: 3, rows: [row("1", "full", "9"), row("2", "part", "45"), row("", "part", "九十")] }));
  assert.deepEqual(body.rows.map(({ lawyer, mark, minutes }) => [lawyer, mark, minutes]), [[1, "full", null], [2, "part", 45], [null, "part", "九十"]]);
  assert.deepEqual([body.origin, body.base, body.report, body.keyed_at], ["offline", 3, true, "2026-10-18T07:08:00.000Z"]);
  assert.deepEqual([body.codes, body.supervisor], [["4071", "9258"], "何主任"]);
});

test("a queued sheet goes with its photos first, and nothing of it stays here", async () => {
  const kept = await drafts(draftOf({ photos: [photo("scan"), photo("photo")] }));
  const { taken, files, asked, tell } = platform();
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.deepEqual([asked, files, taken.size], [["/f", "/f", "/k"], ["scan", "photo"], 1]);
  assert.deepEqual(await kept.of("7", NOW), []);
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.equal(asked.length, 3);
});

test("without a line it stays queued, and what has gone already does not go again", async () => {
  const kept = await drafts(draftOf({ photos: [photo("scan"), photo("photo")] }));
  const { files, taken, tell } = platform({ trouble: (_address, _body, many) => (many === 2 ? { before: { kind: "offline", answer: null } } : null) });
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.deepEqual((await kept.of("7", NOW)).map(({ state }) => state), ["queued"]);
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.deepEqual([files, taken.size], [["scan", "photo"], 1]);
});

test("an answer that was lost: the same number comes again, and the platform has one sheet", async () => {
  const kept = await drafts(draftOf());
  const { taken, asked, tell } = platform({ trouble: (_address, _body, many) => (many === 1 ? { after: { kind: "offline", answer: null } } : null) });
  await sendQueued(kept, "7", NOW, { tell, alone });
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.deepEqual([taken.size, asked.length, (await kept.of("7", NOW)).length], [1, 2, 0]);
});

test("an answer that was lost, and then a mark was changed: the newer one is sent on top of the older", async () => {
  const kept = await drafts(draftOf());
  const bodies = [];
  const tell = async (_address, body) => {
    bodies.push(body);
    return bodies.length === 1 ? { kind: "changed", answer: { changed: true, version: 4 } } : { kind: "done", answer: { version: 5 } };
  };
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.deepEqual(bodies.map(({ base }) => base), [null, 4]);
  assert.notEqual(bodies[0].draft_id, bodies[1].draft_id);
  assert.deepEqual(await kept.of("7", NOW), []);
});

test("what was changed while it was being sent is not thrown away with what was sent", async () => {
  const kept = await drafts(draftOf());
  const [sent] = await kept.of("7", NOW);
  const tell = async () => {
    await kept.keep({ ...sent, id: newNumber(), state: "draft", rows: [row("1", "absent")] });
    return { kind: "done", answer: { version: 1 } };
  };
  await send(kept, { ...sent }, { tell });
  const [left] = await kept.of("7", NOW);
  assert.deepEqual([left.state, left.rows[0].mark], ["draft", "absent"]);
});

test("drafts that are not reported, and those of another account, are not sent", async () => {
  const kept = await drafts(draftOf({ state: "draft" }), draftOf({ account: "8" }), draftOf({ sheet: "13", state: "refused" }));
  const { asked, tell } = platform();
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.deepEqual(asked, []);
});

test("one sheet that is refused holds up no other; a missing line holds up all", async () => {
  const both = () => drafts(draftOf({ sheet: "12", at: NOW - 2 }), draftOf({ sheet: "13", at: NOW - 1, addresses: { page: "/p", keyed: "/other", files: "/f" } }));
  const at = (kind) => platform({ trouble: (address) => (address === "/k" ? { before: { kind, answer: { error: "第 7 行：…" } } } : null) });
  const refusing = at("refused");
  const kept = await both();
  await sendQueued(kept, "7", NOW, { tell: refusing.tell, alone });
  assert.deepEqual((await kept.of("7", NOW)).map(({ sheet, state, said }) => [sheet, state, said.error]), [["12", "refused", "第 7 行：…"]]);
  const silent = at("signed-out");
  await sendQueued(await both(), "7", NOW, { tell: silent.tell, alone });
  assert.deepEqual(silent.asked, ["/k"]);
});

test("a colleague reported it meanwhile: what was keyed here stays until its owner throws it away, and is not sent again", async () => {
  const kept = await drafts(draftOf());
  const asked = [];
  const tell = async (address) => (asked.push(address), { kind: "closed", answer: { error: "已上报" } });
  await sendQueued(kept, "7", NOW, { tell, alone });
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.deepEqual([(await kept.of("7", NOW)).map(({ state, said }) => [state, said.error]), asked.length], [[["refused", "已上报"]], 1]);
});

test("signing out wipes the account's drafts and no other's; what was forgotten goes after half a year", async () => {
  const kept = await drafts(draftOf(), draftOf({ sheet: "13" }), draftOf({ account: "8" }));
  await kept.wipe("7");
  assert.deepEqual([(await kept.of("7", NOW)).length, (await kept.of("8", NOW)).length], [0, 1]);
  assert.deepEqual([(await kept.of("8", NOW + 181 * 24 * 3600 * 1000)).length, (await kept.of("8", NOW)).length], [0, 0]);
});

test("what an answer means", () => {
  const kinds = [
    [200, { version: 1 }, "done"],
    [200, null, "signed-out"],
    [401, null, "signed-out"],
    [403, null, "signed-out"],
    [403, { sign_in: true }, "signed-out"],
    [403, { error: "…" }, "refused"],
    [409, { clashes: [] }, "conflict"],
    [409, { changed: true }, "changed"],
    [410, { error: "…" }, "closed"],
    [422, { error: "…" }, "refused"],
    [404, null, "refused"],
    [429, null, "busy"],
    [502, null, "busy"],
  ];
  for (const [status, answer, kind] of kinds) assert.equal(outcome(status, answer).kind, kind, `${status} ${JSON.stringify(answer)}`);
});

test("a colleague keyed it differently: both are on the platform, and nothing stays here", async () => {
  const kept = await drafts(draftOf());
  const seen = [];
  await sendQueued(kept, "7", NOW, { tell: async () => ({ kind: "conflict", answer: { url: "/c/" } }), sent: (_draft, said) => seen.push(said.answer.url), alone });
  assert.deepEqual([seen, await kept.of("7", NOW)], [["/c/"], []]);
});

test("what was typed under the same number while a draft was saved stays, on top of what the platform took", async () => {
  const kept = await drafts(draftOf({ state: "draft", photos: [photo("scan")] }));
  const [sent] = await kept.of("7", NOW);
  const tell = async (address) => {
    if (address === "/k") await kept.keep({ ...sent, at: NOW + 4000, rows: [row("1", "full"), row("2", "absent")] });
    return { kind: "done", answer: { version: 4 } };
  };
  await send(kept, { ...sent }, { tell, report: false });
  const [left] = await kept.of("7", NOW + 5000);
  assert.deepEqual([left.rows[1].mark, left.base, left.state], ["absent", 4, "draft"]);
  assert.notEqual(left.id, sent.id);
});

test("a photo that is too large for the server in front of the site is refused, not sent for ever", () => {
  assert.equal(outcome(413, null).kind, "refused");
});

test("what was keyed by a clock that began years ago is not old when the clock is put right", async () => {
  const kept = await drafts(draftOf({ at: Date.UTC(2010, 0, 1) }));
  assert.deepEqual((await kept.of("7", NOW)).map(({ rows }) => rows.length), [2]);
  const { taken, tell } = platform();
  await sendQueued(kept, "7", NOW, { tell, alone });
  assert.deepEqual([taken.size, await kept.of("7", NOW)], [1, []]);
});
