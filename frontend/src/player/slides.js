/**
 * The slide index: which slide is shown when, what of it was watched, and which pictures are worth their bytes.
 *
 * @typedef {import("./intervals.js").Interval} Interval
 * @typedef {{number: number, fromMs: number, untilMs: number, title: string}} Slide
 */
import { difference, lengthOf } from "./intervals.js";

/** Less than this is missing: the slide counts as watched. A cut is never to the millisecond. */
const SLIVER_MS = 1500;

/**
 * The place in the index of the slide that is shown at a time; -1 before the first.
 * @param {Slide[]} slides in the order of time
 * @param {number} ms
 */
export function slideAt(slides, ms) {
  let [low, high] = [0, slides.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slides[middle].fromMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The numbers of the pictures to have: the slide that is shown, and the one that comes next.
 * @param {Slide[]} slides
 * @param {number} place of the slide that is shown
 * @returns {number[]}
 */
export function wanted(slides, place) {
  return slides.slice(Math.max(0, place), place + 2).map((slide) => slide.number);
}

/**
 * Whether a slide was watched whole, in part, or not.
 * @param {Slide} slide
 * @param {Interval[]} covered
 * @returns {"seen" | "half" | ""}
 */
export function mark(slide, covered) {
  const whole = slide.untilMs - slide.fromMs;
  const missing = lengthOf(difference([[slide.fromMs, slide.untilMs]], covered));
  if (missing < Math.min(SLIVER_MS, whole / 2)) return "seen";
  return whole - missing >= SLIVER_MS ? "half" : "";
}

/**
 * The pictures of slides: each is fetched once, the next one only when the one that is shown is here.
 */
export class Pictures {
  /** @param {(address: string) => Promise<void>} fetchPicture resolves when the picture is in the browser's cache */
  constructor(fetchPicture) {
    this.fetchPicture = fetchPicture;
    /** Addresses that are in the cache, by the slide's number: a new link must not fetch them again. @type {Map<number, string>} */
    this.here = new Map();
    /** @type {number | null} */
    this.running = null;
  }

  /**
   * Fetch the first picture that is wanted and not here, then the next one.
   * @param {number[]} numbers the most important first
   * @param {string | ((number: number) => string)} prefix the address, without number and ending; in a download, the address
   *   of each number
   * @param {() => void} arrived
   */
  want(numbers, prefix, arrived) {
    const number = numbers.find((each) => !this.here.has(each));
    if (number === undefined || this.running !== null || !prefix) return;
    this.running = number;
    const address = typeof prefix === "function" ? prefix(number) : `${prefix}${number}.webp`;
    const done = (/** @type {boolean} */ came) => {
      this.running = null;
      if (!came) return;
      this.here.set(number, address);
      arrived();
    };
    this.fetchPicture(address).then(() => done(true), () => done(false));
  }
}
