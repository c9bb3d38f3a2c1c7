/**
 * The file that is brought back: what was played on this stick, which codes were typed, who sat in the room; signed with
 * the stick's key, so that the platform knows that nobody changed it on the way.
 *
 * @typedef {{run: string, device: string, offset_ms: number, spans: number[][], answers: any[][]}} Run
 * @typedef {{number: number, runs: Run[], sheet: any}} Kept what is known on this computer
 */
import { sha256 } from "js-sha256";

export var KIND = "stick-record";

/** @param {string} body @param {string} key @returns {string} */
export function signature(body, key) {
  return sha256.hmac(key, body);
}

/**
 * @param {{number: string, id: string, key: string}} stick
 * @param {Kept} kept
 * @param {number} now
 * @returns {string} the text of the file
 */
export function seal(stick, kept, now) {
  var body = JSON.stringify({
    stick: stick.number,
    id: stick.id,
    number: kept.number,
    saved_ms: Math.round(now),
    runs: kept.runs.filter(function (run) {
      return run.spans.length > 0 || run.answers.length > 0;
    }),
    sheet: kept.sheet,
  });
  return ascii(JSON.stringify({ qianchang: KIND, form: 1, stick: stick.number, body: body, signature: signature(body, stick.key) }));
}

/** @param {string} json @returns {string} the same with every other sign as a number: no editor of Windows turns it into something else */
export function ascii(json) {
  return json.replace(/[\u007f-\uffff]/g, function (sign) {
    return "\\u" + ("000" + sign.charCodeAt(0).toString(16)).slice(-4);
  });
}

/**
 * Read a file that was saved before, on this computer or another one.
 * @param {{id: string, key: string}} stick
 * @param {string} text
 * @returns {Kept | null} null: it is no record of this stick, or somebody changed it
 */
export function unseal(stick, text) {
  try {
    var outer = JSON.parse(text);
    if (outer.qianchang !== KIND || outer.signature !== signature(outer.body, stick.key)) return null;
    var inner = JSON.parse(outer.body);
    return inner.id === stick.id ? { number: inner.number, runs: inner.runs, sheet: inner.sheet } : null;
  } catch (error) {
    return null;
  }
}

/**
 * The clock of this computer was wrong by so much while a run was recorded: so were the times of what it played.
 * @param {Run} run @param {number} by ms
 */
export function moved(run, by) {
  run.offset_ms += by;
  run.spans.forEach(function (span) {
    span[4] += by;
    span[5] += by;
  });
}

/**
 * @param {Run[]} runs @param {Run[]} more
 * @returns {Run[]} each run once, in the longer of its forms
 */
export function merged(runs, more) {
  var found = runs.slice();
  more.forEach(function (other) {
    for (var n = 0; n < found.length; n += 1) {
      if (found[n].run !== other.run) continue;
      var longer = found[n].spans.length + found[n].answers.length >= other.spans.length + other.answers.length;
      if (!longer) found[n] = other;
      return;
    }
    found.push(other);
  });
  return found;
}
