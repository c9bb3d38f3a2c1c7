/** The player of a stick: one lecture at a time, as film or as sound with slides, and what is played is told to the tape. */
import { add, button, byId, say, sentence, show, word } from "./page.js";
import { makeVoice } from "./voice.js";
import { both, clock, firstMissing, lengthOf } from "./watched.js";

/** How often the tape is told while something plays, in ms. */
var TICK_MS = 250;

/**
 * @param {any} stick the configuration
 * @param {{observe: (moment: any) => void, close: () => void, running: () => any}} tape
 * @param {{seen: (version: number) => number[][], answered: (version: number) => any,
 *   answer: (version: number, index: number, digits: string) => void, now: () => number}} record
 */
export function makePlayer(stick, tape, record) {
  var film = byId("film");
  var voice = makeVoice(film, "sound/");
  /** @type {any} */
  var lecture = null;
  var way = "film";
  /** @type {Record<string, boolean>} which codes were said */
  var said = {};
  var goTo = -1;

  function position() {
    return Math.round(film.currentTime * 1000);
  }

  /** @param {boolean} [jumped] */
  function tell(jumped) {
    if (!lecture || goTo >= 0) return;
    tape.observe({
      version: lecture.version,
      mediaMs: position(),
      wallMs: record.now(),
      playing: !film.paused && !film.ended && !film.seeking && film.readyState > 2,
      jumped: jumped || false,
    });
  }

  /** @returns {any} the code that is shown now */
  function codeNow() {
    var at = position();
    return lecture.codes.filter(function (/** @type {any} */ code) {
      return code.from_ms <= at && at < code.until_ms;
    })[0];
  }

  function drawCode() {
    var code = film.paused && position() === 0 ? null : codeNow();
    say(byId("code-shown"), code ? sentence("code-shown", { number: code.index, digits: code.digits }) : "");
    show(byId("code-shown"), Boolean(code));
    if (!code || film.paused) return;
    var name = lecture.version + "/" + code.index;
    if (!said[name]) {
      said[name] = true;
      voice.say(code.digits);
    }
  }

  function drawSlide() {
    var at = position();
    var slide = lecture.slides.filter(function (/** @type {any} */ each) {
      return each.from_ms <= at;
    }).pop();
    var picture = byId("slide");
    show(picture, way === "sound" && Boolean(slide));
    if (slide && picture.getAttribute("src") !== slide.file) {
      picture.setAttribute("src", slide.file);
      picture.setAttribute("alt", slide.label);
    }
    var links = byId("slides").getElementsByTagName("button");
    for (var n = 0; n < links.length; n += 1) {
      var here = lecture.slides[n] === slide;
      if (here) links[n].setAttribute("aria-current", "true");
      else links[n].removeAttribute("aria-current");
    }
  }

  function drawCaption() {
    var at = position();
    var cue = lecture.cues.filter(function (/** @type {any} */ each) {
      return each[0] <= at && at < each[1];
    })[0];
    say(byId("caption"), cue ? cue[2] : "");
  }

  function drawProgress() {
    var seen = both(record.seen(lecture.version), lecture.creditable);
    var all = lengthOf(lecture.creditable);
    var answered = record.answered(lecture.version);
    var missing = lecture.codes.filter(function (/** @type {any} */ code) {
      return !answered[code.index];
    });
    var percent = all - lengthOf(seen) < 1000 ? 100 : Math.floor((100 * lengthOf(seen)) / all);
    var enough = lengthOf(seen) >= Number(lecture.threshold) * all;
    var words = sentence("watched", { percent: percent });
    // The codes of a room stand on its sheet, and its hours are confirmed there.
    if (stick.room) missing = [];
    else if (missing.length) words += " " + sentence("codes-left", { count: missing.length });
    else if (enough) words += " " + sentence("complete", { hours: lecture.hours });
    say(byId("progress"), words);
    var strip = byId("strip");
    while (strip.firstChild) strip.removeChild(strip.firstChild);
    seen.forEach(function (piece) {
      var bar = add(strip, "i", "");
      bar.style.left = (100 * piece[0]) / lecture.length_ms + "%";
      bar.style.width = (100 * (piece[1] - piece[0])) / lecture.length_ms + "%";
    });
    show(byId("play-missing"), firstMissing(lecture.creditable, seen) > 0);
    drawCodes(answered);
  }

  /** @param {any} answered */
  function drawCodes(answered) {
    show(byId("codes"), lecture.codes.length > 0);
    var list = byId("code-list");
    while (list.firstChild) list.removeChild(list.firstChild);
    lecture.codes.forEach(function (/** @type {any} */ code) {
      var where = { number: code.index, from: clock(code.from_ms), until: clock(code.until_ms) };
      add(list, "li", sentence(answered[code.index] ? "code-done" : "code-where", where));
    });
  }

  function draw() {
    drawCode();
    drawSlide();
    drawCaption();
  }

  function place() {
    film.setAttribute("src", lecture[way]);
    byId("stage").className = way;
    show(byId("film-way"), Boolean(lecture.film));
    show(byId("sound-way"), Boolean(lecture.sound));
    byId("film-way").disabled = way === "film";
    byId("sound-way").disabled = way === "sound";
  }

  /** @param {string} other */
  function choose(other) {
    tape.close();
    goTo = position();
    way = other;
    place();
    drawSlide();
  }

  function listSlides() {
    var list = byId("slides");
    while (list.firstChild) list.removeChild(list.firstChild);
    lecture.slides.forEach(function (/** @type {any} */ slide) {
      button("", add(list, "li", ""), clock(slide.from_ms) + " " + slide.label, function () {
        film.currentTime = slide.from_ms / 1000;
        film.play();
      });
    });
    show(byId("index"), lecture.slides.length > 0);
  }

  /** @returns {boolean} whether the browser plays the film and its sound too; some play such a film and are silent */
  function playsFilm() {
    return Boolean(film.canPlayType && film.canPlayType(lecture.film_type));
  }

  /** @param {any} other */
  function open(other) {
    tape.close();
    lecture = other;
    way = lecture.film && (playsFilm() || !lecture.sound) ? "film" : "sound";
    goTo = -1;
    place();
    var instead = lecture.film && way === "sound";
    if (instead || !film.canPlayType) say(byId("film-fault"), word(film.canPlayType ? "sound-instead" : "fault"));
    show(byId("film-fault"), Boolean(instead || !film.canPlayType));
    say(byId("lecture-title"), lecture.title);
    say(byId("lecture-by"), lecture.by);
    byId("transcript").setAttribute("href", lecture.transcript || "#");
    show(byId("transcript"), Boolean(lecture.transcript));
    listSlides();
    draw();
    drawProgress();
  }

  /** @param {any} event */
  function answer(event) {
    event.preventDefault();
    var field = byId("code");
    // What a Chinese input method types for digits are others.
    var typed = field.value.replace(/[\uff10-\uff19]/g, function (/** @type {string} */ digit) {
      return String(digit.charCodeAt(0) - 0xff10);
    });
    var right = lecture.codes.filter(function (/** @type {any} */ code) {
      return code.digits === typed.replace(/\s/g, "");
    })[0];
    if (right) {
      record.answer(lecture.version, right.index, right.digits);
      field.value = "";
    }
    say(byId("code-answer"), right ? sentence("code-right", { number: right.index }) : word("code-wrong"));
    drawProgress();
  }

  film.addEventListener("loadedmetadata", function () {
    if (goTo < 0) return;
    film.currentTime = goTo / 1000;
    goTo = -1;
  });
  ["play", "playing", "pause", "waiting", "ended", "timeupdate", "seeked"].forEach(function (name) {
    film.addEventListener(name, function () {
      tell(false);
      draw();
      if (name === "pause" || name === "ended") drawProgress();
    });
  });
  film.addEventListener("seeking", function () {
    tell(true);
  });
  // Faster than the rule credits would only waste the lawyer's evening.
  film.addEventListener("ratechange", function () {
    if (lecture && film.playbackRate > Number(lecture.max_rate)) film.playbackRate = 1;
  });
  film.addEventListener("error", function () {
    tape.close();
    say(byId("film-fault"), word(lecture.sound && way === "film" ? "fault-film" : "fault"));
    show(byId("film-fault"), true);
  });
  setInterval(function () {
    tell(false);
  }, TICK_MS);
  byId("film-way").addEventListener("click", function () {
    choose("film");
  });
  byId("sound-way").addEventListener("click", function () {
    choose("sound");
  });
  byId("play-missing").addEventListener("click", function () {
    film.currentTime = firstMissing(lecture.creditable, record.seen(lecture.version)) / 1000;
    film.play();
  });
  byId("code-form").addEventListener("submit", answer);
  byId("full").addEventListener("click", function () {
    var stage = byId("stage");
    var full = stage.requestFullscreen || stage.webkitRequestFullscreen || stage.mozRequestFullScreen || stage.msRequestFullscreen;
    if (full) full.call(stage);
  });

  return { open: open, progress: drawProgress };
}
