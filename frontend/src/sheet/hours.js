/**
 * Hours (学时) of a room's rows, as the platform counts them: whole numbers of thousandths, rounded down to the rule's step.
 *
 * @typedef {"full" | "part" | "absent" | ""} Mark
 * @typedef {{mark: Mark, minutes: string, lawyer: boolean}} Seat `lawyer`: false for 其他人员, who earn none
 * @typedef {{length: number, full: string, unit: number, step: string}} Terms `length`: of the lecture, in whole minutes;
 *   `full`: what the whole of it is worth; `unit`: minutes of one 学时
 */

/** @param {string} number like "2.5" @returns {number} */
function thousandths(number) {
  const [whole, part = ""] = number.split(".");
  return Number(whole) * 1000 + Number(`${part}000`.slice(0, 3));
}

/** @param {number} hours in thousandths @param {string} step @returns {string} with as many places as the step has, and one at least */
function inWords(hours, step) {
  const places = Math.max(1, (step.split(".")[1] || "").length);
  return (hours / 1000).toFixed(places);
}

/** @param {string} typed @returns {number | null} whole minutes, also where they were typed with full-width digits */
export function minutesOf(typed) {
  const plain = typed.normalize("NFKC").trim();
  return /^\d{1,4}$/.test(plain) ? Number(plain) : null;
}

/** @param {Seat} seat @param {Terms} terms @returns {number} thousandths */
function worth(seat, terms) {
  if (!seat.lawyer || !seat.mark || seat.mark === "absent") return 0;
  if (seat.mark === "full") return thousandths(terms.full);
  const minutes = minutesOf(seat.minutes);
  if (!minutes || minutes >= terms.length) return 0;
  const step = thousandths(terms.step);
  const hours = Math.floor((minutes * 1000) / (terms.unit * step)) * step;
  return Math.min(hours, thousandths(terms.full));
}

/** @param {Seat} seat @param {Terms} terms @returns {string} empty where nothing is marked */
export function hoursOf(seat, terms) {
  if (!seat.mark) return "";
  return seat.mark === "absent" || !seat.lawyer ? "—" : inWords(worth(seat, terms), terms.step);
}

/** @param {Seat} seat @param {Terms} terms @returns {"" | "noMinutes" | "tooLong"} what is wrong with its minutes */
export function fault(seat, terms) {
  if (seat.mark !== "part") return "";
  const minutes = minutesOf(seat.minutes);
  if (!minutes) return "noMinutes";
  return minutes >= terms.length ? "tooLong" : "";
}

/** @param {Seat[]} seats @param {Terms} terms 其他人员 are counted apart, where they were there */
export function totals(seats, terms) {
  const lawyers = seats.filter((seat) => seat.lawyer);
  const many = (/** @type {Mark} */ mark) => lawyers.filter((seat) => seat.mark === mark).length;
  const others = seats.filter((seat) => !seat.lawyer && (seat.mark === "full" || seat.mark === "part")).length;
  const hours = lawyers.reduce((sum, seat) => sum + worth(seat, terms), 0);
  return { full: many("full"), part: many("part"), absent: many("absent"), open: many(""), others, hours: inWords(hours, terms.step) };
}
