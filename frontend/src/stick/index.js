/** A stick that was opened: from a file, in any browser, without a network. The configuration stands in config.js beside it. */
import { makeMemory, newRun, storageOf } from "./memory.js";
import { button, byId, saveFile, say, sentence, show, word } from "./page.js";
import { makePlayer } from "./player.js";
import { merged, moved, seal, unseal } from "./record.js";
import { makeSheet } from "./sheet.js";
import { makeTape } from "./tape.js";

/** What is played is kept this often, in ms. */
var KEEP_MS = 10000;
var DAY_MS = 86400000;
/** Nobody types the seconds of a clock. */
var MINUTE_MS = 60000;

var stick = /** @type {any} */ (window).qianchangStick;

function start() {
  var storage = storageOf(window);
  var mine = newRun(window);
  var memory = makeMemory(storage, stick.id, mine);
  /** @type {import("./record.js").Run} */
  var run = { run: mine, device: window.navigator.userAgent.slice(0, 200), offset_ms: memory.get("offset") || 0, spans: [], answers: [] };
  /** @type {import("./record.js").Run[]} */
  var brought = [];
  var unsaved = false;
  var forgotten = false;
  /** What an earlier opening played here ended then. */
  var latest = memory.latest();
  /** @type {any} */
  var sheet = memory.get("sheet");

  function now() {
    return new Date().getTime() + run.offset_ms;
  }

  var tape = makeTape(0, function (span) {
    run.spans.push(span);
    keep();
  });

  function keep() {
    var open = tape.running();
    var all = open ? run.spans.concat([open]) : run.spans;
    if (forgotten || (!all.length && !run.answers.length)) return;
    unsaved = true;
    var kept = memory.put("run." + mine, { run: run.run, device: run.device, offset_ms: run.offset_ms, spans: all, answers: run.answers });
    say(byId("kept"), word(kept ? "kept" : "not-kept"));
  }

  /** @returns {import("./record.js").Run[]} everything that is known here of what was played */
  function runs() {
    return merged(merged([run], memory.others()), brought);
  }

  var record = {
    now: now,
    /** @param {number} version */
    seen: function (version) {
      /** @type {number[][]} */
      var found = [];
      var open = tape.running();
      runs().forEach(function (each) {
        each.spans.concat(each === run && open ? [open] : []).forEach(function (span) {
          if (span[1] === version) found.push([span[2], span[3]]);
        });
      });
      return found;
    },
    /** @param {number} version */
    answered: function (version) {
      /** @type {Record<string, string>} */
      var found = {};
      runs().forEach(function (each) {
        each.answers.forEach(function (answer) {
          if (answer[0] === version) found[answer[1]] = answer[2];
        });
      });
      return found;
    },
    /** @param {number} version @param {number} index @param {string} digits */
    answer: function (version, index, digits) {
      run.answers.push([version, index, digits, Math.round(now())]);
      keep();
    },
  };
  var player = makePlayer(stick, tape, record);

  /** The sheet of a room: what stands in the file may be newer than what this computer knows. */
  var room = stick.room
    ? makeSheet(stick.room, sheet, newRun(window), function (changed) {
        sheet = changed;
        unsaved = true;
        say(byId("kept"), word(memory.put("sheet", sheet) ? "kept" : "not-kept"));
      })
    : null;

  function save() {
    // What the platform would not take is put right while the people are still there.
    var wrong = room ? room.fault() : "";
    if (wrong) return say(byId("saved"), wrong);
    tape.split();
    var number = Math.max(memory.get("number") || 0, saved) + 1;
    saved = number;
    memory.put("number", number);
    var text = seal(stick, { number: number, runs: runs(), sheet: room ? room.sheet : null }, now());
    var name = stick.number + "-" + word("file") + "-" + number + ".json";
    var given = saveFile(name, text);
    unsaved = !given;
    byId("record-text").value = text;
    byId("record-name").value = name;
    show(byId("by-hand"), !given);
    // Some browsers say that they save a file, and do not.
    show(byId("no-file"), given);
    show(byId("forget-row"), Boolean(storage));
    say(byId("saved"), sentence(given ? "saved" : "not-saved", { name: name }));
    player.progress();
  }

  function byHand() {
    show(byId("by-hand"), true);
    show(byId("no-file"), false);
    byId("record-text").focus();
    byId("record-text").select();
  }
  var saved = 0;

  /** @param {any} event */
  function load(event) {
    var file = event.target.files[0];
    if (!file) return;
    var reader = new FileReader();
    reader.onload = function () {
      var found = unseal(stick, String(reader.result));
      if (found) {
        brought = merged(brought, found.runs);
        saved = Math.max(saved, found.number);
        // The sheet of the file takes the place of this computer's, where one may say no.
        if (room && found.sheet && (!room.marked() || window.confirm(sentence("replace", { count: room.marked() })))) room.take(found.sheet);
      }
      say(byId("saved"), word(found ? "loaded" : "not-loaded"));
      // The same file again is a choice as well.
      event.target.value = "";
      player.progress();
    };
    reader.readAsText(file);
  }

  /** A battery that is empty lets the clock begin anew each time: what is played then would count nothing. */
  function behind() {
    return now() < Math.max(stick.made_ms, latest) - MINUTE_MS;
  }

  function checkClock() {
    var at = now();
    show(byId("clock-note"), behind() || at > stick.until_ms + DAY_MS);
    show(byId("over-note"), at > stick.until_ms && at <= stick.until_ms + DAY_MS);
    say(byId("clock-now"), sentence("clock-now", { now: new Date(at).toLocaleString() }));
  }

  /** @param {any} event */
  function setClock(event) {
    event.preventDefault();
    var parts = byId("clock-time").value.match(/\d+/g);
    if (!parts || parts.length < 5) return say(byId("clock-now"), word("clock-form"));
    var told = new Date(+parts[0], +parts[1] - 1, +parts[2], +parts[3], +parts[4]).getTime();
    tape.close();
    moved(run, told - now());
    keep();
    memory.put("offset", run.offset_ms);
    checkClock();
  }

  stick.lectures.forEach(function (/** @type {any} */ lecture) {
    var item = document.createElement("li");
    byId("lectures").appendChild(item);
    button("btn", item, lecture.title, function () {
      player.open(lecture);
    });
  });
  show(byId("lecture-list"), stick.lectures.length > 1);
  show(byId("no-script"), false);
  // Rather a word now than an evening that is refused weeks later. Of a room the sheet counts, not the clock.
  byId("film").addEventListener("play", function () {
    if (stick.room || !behind()) return;
    byId("film").pause();
    checkClock();
    byId("clock-time").focus();
  });
  byId("forget").addEventListener("click", function () {
    if (!window.confirm(word("forget"))) return;
    forgotten = true;
    unsaved = false;
    memory.forget();
    window.location.reload();
  });
  show(byId("forget-row"), Boolean(storage && (sheet || memory.others().length)));
  byId("save").addEventListener("click", save);
  byId("no-file").addEventListener("click", byHand);
  byId("load").addEventListener("change", load);
  byId("clock-form").addEventListener("submit", setClock);
  setInterval(function () {
    if (tape.running()) {
      keep();
      player.progress();
    }
  }, KEEP_MS);
  window.addEventListener("pagehide", function () {
    tape.close();
  });
  window.onbeforeunload = function () {
    tape.close();
    return unsaved && !storage ? word("unsaved") : undefined;
  };
  checkClock();
  player.open(stick.lectures[0]);
}

start();
