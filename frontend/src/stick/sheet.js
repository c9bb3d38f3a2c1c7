/** The sign-in sheet of a room: who was there, the codes that were copied, when it began and ended. */
import { add, byId, say, sentence, word } from "./page.js";

var MARKS = ["full", "part", "absent"];

/**
 * @param {any} room the configuration: who may be expected, how many codes, how long the lecture is
 * @param {any} kept what stood here before, or null
 * @param {string} name of a sheet that is begun on this computer
 * @param {(sheet: any) => void} changed
 */
export function makeSheet(room, kept, name, changed) {
  /** @type {(() => void)[]} what puts a value into each field */
  var fields = [];
  var sheet = kept || {
    id: name,
    rows: room.roster.slice(),
    codes: [],
    begins_at: room.begins_at,
    ends_at: room.ends_at,
    supervisor: room.supervisor,
  };

  function totals() {
    var counts = { full: 0, part: 0, absent: 0, open: 0 };
    sheet.rows.forEach(function (/** @type {any} */ row) {
      /** @type {any} */ (counts)[row.mark || "open"] += 1;
    });
    say(byId("totals"), sentence("totals", counts));
    say(byId("sheet-fault"), fault());
  }

  /** @returns {string} the first thing that cannot be right, or nothing */
  function fault() {
    for (var n = 0; n < sheet.rows.length; n += 1) {
      var row = sheet.rows[n];
      if (row.mark !== "part") continue;
      if (!(row.minutes > 0)) return sentence("minutes-missing", { row: n + 1 });
      if (row.minutes >= room.length_minutes) return sentence("minutes-whole", { row: n + 1, minutes: row.minutes });
    }
    return "";
  }

  function note() {
    changed(sheet);
    totals();
  }

  /** @param {any} row @param {number} place */
  function draw(row, place) {
    var line = add(byId("rows"), "tr", "");
    add(line, "td", String(place + 1));
    add(line, "th", row.name).setAttribute("scope", "row");
    add(line, "td", row.licence);
    add(line, "td", row.firm);
    var cell = add(line, "td", "", "marks");
    /** @type {any} */
    var minutes = null;
    MARKS.forEach(function (mark) {
      var label = add(cell, "label", "");
      var radio = add(label, "input", "");
      radio.type = "radio";
      radio.name = "mark-" + place;
      radio.checked = row.mark === mark;
      radio.addEventListener("change", function () {
        row.mark = mark;
        minutes.disabled = mark !== "part";
        if (mark !== "part") minutes.value = row.minutes = "";
        note();
      });
      label.appendChild(document.createTextNode(" " + word(mark)));
    });
    minutes = add(add(line, "td", ""), "input", "", "minutes");
    minutes.setAttribute("inputmode", "numeric");
    minutes.setAttribute("aria-label", sentence("minutes-of", { name: row.name }));
    minutes.value = row.minutes || "";
    minutes.disabled = row.mark !== "part";
    minutes.addEventListener("change", function () {
      row.minutes = parseInt(minutes.value, 10) || "";
      note();
    });
  }

  function drawAll() {
    var rows = byId("rows");
    while (rows.firstChild) rows.removeChild(rows.firstChild);
    sheet.rows.forEach(draw);
    totals();
  }

  function whole() {
    sheet.rows.forEach(function (/** @type {any} */ row) {
      row.mark = "full";
      row.minutes = "";
    });
    changed(sheet);
    drawAll();
  }

  /** @param {any} event */
  function more(event) {
    event.preventDefault();
    var name = byId("more-name").value.replace(/^\s+|\s+$/g, "");
    if (!name) return;
    sheet.rows.push({ lawyer: null, name: name, licence: byId("more-licence").value, firm: byId("more-firm").value });
    ["more-name", "more-licence", "more-firm"].forEach(function (id) {
      byId(id).value = "";
    });
    changed(sheet);
    drawAll();
  }

  /** @param {string} id @param {() => any} read @param {(value: string) => void} write */
  function tie(id, read, write) {
    var field = byId(id);
    fields.push(function () {
      field.value = read() || "";
    });
    field.addEventListener("change", function () {
      write(field.value);
      note();
    });
  }

  ["begins_at", "ends_at", "supervisor"].forEach(function (name) {
    tie(
      name,
      function () {
        return sheet[name];
      },
      function (value) {
        sheet[name] = value;
      },
    );
  });
  for (var index = 1; index <= room.codes; index += 1) tieCode(index);

  /** @param {number} index */
  function tieCode(index) {
    var label = add(byId("sheet-codes"), "label", sentence("code-number", { number: index }));
    var field = add(label, "input", "");
    field.id = "sheet-code-" + index;
    field.setAttribute("inputmode", "numeric");
    field.setAttribute("maxlength", "4");
    tie(
      field.id,
      function () {
        return sheet.codes[index - 1];
      },
      function (value) {
        while (sheet.codes.length < room.codes) sheet.codes.push("");
        sheet.codes[index - 1] = value;
      },
    );
  }

  function lay() {
    fields.forEach(function (fill) {
      fill();
    });
    drawAll();
  }

  /** @param {any} other a sheet that was saved, here or on another computer: this one goes on where it was */
  function take(other) {
    ["id", "rows", "codes", "begins_at", "ends_at", "supervisor"].forEach(function (part) {
      sheet[part] = other[part];
    });
    changed(sheet);
    lay();
  }

  /** @returns {number} how many people are marked */
  function marked() {
    return sheet.rows.filter(function (/** @type {any} */ row) {
      return row.mark;
    }).length;
  }

  byId("all-full").addEventListener("click", whole);
  byId("more").addEventListener("submit", more);
  lay();

  return { sheet: sheet, fault: fault, take: take, marked: marked };
}
