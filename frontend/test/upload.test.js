import assert from "node:assert/strict";
import { test } from "node:test";
import { AGAIN, GONE, meaningOf, pauseBefore, read, REFUSED } from "../src/upload/answers.js";
import { isDay, nextEvening } from "../src/upload/evening.js";
import { fingerprint, placeToGoOn, titleOf, uuidOf } from "../src/upload/matching.js";
import { BLOCK_BYTES, blocks, minutesLeft, percent, size, Speed } from "../src/upload/measure.js";
import { fill } from "../src/upload/words.js";

const film = { name: "医疗损害鉴定-20260905.mp4", size: 1_800_000_000, lastModified: 1_788_000_000_000 };
const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
const open = (over = {}) => ({ id: uuid, name: film.name, length: film.size, offset: 5, state: "open", ...over });

test("the speed is the average of the last twenty seconds, and unknown until two have passed", () => {
  const speed = new Speed();
  speed.note(0, 0);
  speed.note(100_000, 1000);
  assert.equal(speed.bytesPerSecond, null);
  speed.note(300_000, 2000);
  assert.equal(speed.bytesPerSecond, 150_000);
  for (let second = 3; second <= 60; second += 1) speed.note(300_000 + (second - 2) * 50_000, second * 1000);
  assert.equal(speed.bytesPerSecond, 50_000);
});

test("a block that is sent again does not count as negative speed", () => {
  const speed = new Speed();
  speed.note(4_000_000, 0);
  speed.note(2_000_000, 5000);
  assert.equal(speed.bytesPerSecond, null);
  speed.note(2_300_000, 8000);
  assert.equal(speed.bytesPerSecond, 100_000);
});

test("a silent line has no speed, and no number of minutes", () => {
  const speed = new Speed();
  speed.note(10, 0);
  speed.note(10, 9000);
  assert.equal(speed.bytesPerSecond, null);
  assert.equal(minutesLeft(1000, null), null);
});

test("minutes are rounded up and never zero", () => {
  assert.equal(minutesLeft(380_000 * 60 * 26, 380_000), 26);
  assert.equal(minutesLeft(380_000 * 60 * 26 + 1, 380_000), 27);
  assert.equal(minutesLeft(1, 380_000), 1);
});

test("one hundred per cent means that nothing is missing", () => {
  assert.equal(percent(999, 1000), 99);
  assert.equal(percent(9999, 10_000), 99);
  assert.equal(percent(1000, 1000), 100);
  assert.equal(percent(0, 0), 0);
});

test("blocks are counted when they are confirmed whole; the last may be short", () => {
  assert.deepEqual(blocks(0, 1), { confirmed: 0, all: 1 });
  assert.deepEqual(blocks(BLOCK_BYTES * 2 - 1, BLOCK_BYTES * 2 + 1), { confirmed: 1, all: 3 });
  assert.deepEqual(blocks(BLOCK_BYTES * 2, BLOCK_BYTES * 2 + 1), { confirmed: 2, all: 3 });
  assert.deepEqual(blocks(BLOCK_BYTES * 2 + 1, BLOCK_BYTES * 2 + 1), { confirmed: 3, all: 3 });
});

test("sizes read as on the other pages", () => {
  assert.equal(size(1_224_000_000), "1.22 GB");
  assert.equal(size(57_600_000), "58 MB");
  assert.equal(size(2_100_000), "2.1 MB");
  assert.equal(size(300), "0.1 MB");
});

test("a browser remembers a file by its name, size and date", () => {
  assert.equal(fingerprint(film), "qianchang-医疗损害鉴定-20260905.mp4-1800000000-1788000000000");
  assert.notEqual(fingerprint(film), fingerprint({ ...film, lastModified: 1 }));
});

test("the same name and size is the same file, also on another computer", () => {
  assert.equal(placeToGoOn(film, [open()]).resume.id, uuid);
});

test("of two the one goes on that this browser began, else the one that is further", () => {
  const other = open({ id: "7c9e6679-7425-40de-944b-e07fc1f90ae7", offset: 9 });
  assert.equal(placeToGoOn(film, [open(), other]).resume, other);
  const remembered = [{ uploadUrl: `https://site.test/api/v1/uploads/${uuid}` }];
  assert.equal(placeToGoOn(film, [open(), other], remembered).resume.id, uuid);
});

test("what this browser remembers but the server has no more is not gone on with", () => {
  assert.deepEqual(placeToGoOn(film, [], [{ uploadUrl: `/api/v1/uploads/${uuid}` }]), {});
});

test("the same name with another size is another file, and is said so", () => {
  assert.equal(placeToGoOn({ ...film, size: 7 }, [open()]).differs.id, uuid);
  assert.deepEqual(placeToGoOn({ ...film, name: "other.mp4", size: 7 }, [open()]), {});
});

test("the server keeps two hundred characters of a name", () => {
  const long = `${"讲".repeat(230)}.mp4`;
  assert.ok(placeToGoOn({ ...film, name: long }, [open({ name: long.slice(0, 200) })]).resume);
});

test("the upload's number is the last part of its address", () => {
  assert.equal(uuidOf(`http://127.0.0.1:8000/api/v1/uploads/${uuid}`), uuid);
  assert.equal(uuidOf(`/api/v1/uploads/${uuid}/`), uuid);
  assert.equal(uuidOf("/api/v1/uploads/"), "");
  assert.equal(uuidOf(null), "");
});

test("a first title is the file's name without its ending", () => {
  assert.equal(titleOf(film.name), "医疗损害鉴定-20260905");
  assert.equal(titleOf("no ending"), "no ending");
  assert.equal(titleOf("第 3.2 节 证据.mov"), "第 3.2 节 证据");
});

test("a lost line, a busy server and a damaged block go on by themselves", () => {
  for (const status of [0, 408, 409, 423, 429, 460, 500, 502, 503, 504]) assert.equal(meaningOf(status), AGAIN, String(status));
  assert.equal(meaningOf(400, "cut"), AGAIN);
});

test("what only the user can repair stops with the server's sentence", () => {
  for (const status of [400, 401, 403, 412, 413, 415]) assert.equal(meaningOf(status), REFUSED, String(status));
  assert.equal(meaningOf(409, "too_many_uploads"), REFUSED);
  assert.equal(meaningOf(507, "no_space"), REFUSED);
});

test("an upload that the server does not have is gone", () => {
  assert.equal(meaningOf(404), GONE);
  assert.equal(meaningOf(410, "closed"), GONE);
});

test("tries come quickly at first and then every half minute, without end", () => {
  assert.equal(pauseBefore(0), 500);
  assert.equal(pauseBefore(5), 20_000);
  assert.equal(pauseBefore(6), 30_000);
  assert.equal(pauseBefore(100_000), 30_000);
});

test("an answer that is not ours has no sentence", () => {
  assert.deepEqual(read('{"detail":"这个文件不是录像。","code":"not_a_recording"}'), { detail: "这个文件不是录像。", code: "not_a_recording" });
  assert.deepEqual(read("<h1>502</h1>"), { detail: "", code: "" });
  assert.deepEqual(read('{"detail":[1]}'), { detail: "", code: "" });
  assert.deepEqual(read(""), { detail: "", code: "" });
});

test("the next 23:00 is today's until it has come, then tomorrow's", () => {
  assert.deepEqual(nextEvening(new Date(2026, 9, 12, 9, 30)), new Date(2026, 9, 12, 23, 0));
  assert.deepEqual(nextEvening(new Date(2026, 9, 12, 23, 0)), new Date(2026, 9, 13, 23, 0));
  assert.deepEqual(nextEvening(new Date(2026, 11, 31, 23, 30)), new Date(2027, 0, 1, 23, 0));
});

test("by night nobody is asked to wait for the night", () => {
  assert.equal(isDay(new Date(2026, 9, 12, 5, 59)), false);
  assert.equal(isDay(new Date(2026, 9, 12, 6, 0)), true);
  assert.equal(isDay(new Date(2026, 9, 12, 23, 0)), false);
});

test("sentences are filled at their places, and an unknown place stays visible", () => {
  assert.equal(fill("已传 {done}，共 {whole}", { done: "1 MB", whole: "2 MB" }), "已传 1 MB，共 2 MB");
  assert.equal(fill("{n} blocks", {}), "{n} blocks");
  assert.equal(fill(undefined), "");
});
