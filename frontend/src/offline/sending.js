/**
 * Sends what earlier pages left on this device: the spans that were played, then the answers to codes. That of downloads goes
 * by their own keys, whoever is signed in; the rest is its account's.
 */
import { ask, Problem } from "../player/api.js";
import { leftovers } from "../player/outbox.js";
import { Reporter } from "../player/reporter.js";
import { keptAnswers, sendAnswers } from "./answers.js";

export const PLAYBACKS = "/api/v1/playbacks/";
/** A page that went down with the power looks alive for half a minute: then look once more. */
export const LOOK_AGAIN_MS = 31_000;

/**
 * @param {Storage} storage
 * @param {string} account that is signed in; empty: nobody
 * @param {number} at
 * @returns {number} of records on this device that the server has not got
 */
export function waiting(storage, account, at) {
  const { left } = leftovers(storage, { account, at, keyed: true });
  return left.reduce((sum, outbox) => sum + outbox.size, 0) + keptAnswers(storage, at).size;
}

/**
 * @param {Storage} storage
 * @param {string} account that is signed in; empty: nobody
 * @param {{now?: () => number, tell?: typeof ask, answered?: (playback: string, answer: any) => void}} [how]
 * @returns {Promise<{sent: number, alive: number, failed: {kind: string, sentence: string} | null}>} `alive`: outboxes whose
 *   pages still seem to write
 */
export async function sendAll(storage, account, { now = Date.now, tell = ask, answered = () => {} } = {}) {
  const before = waiting(storage, account, now());
  /** @type {{kind: string, sentence: string} | null} */
  let failed = null;
  // A key that holds no more (a closed account's) is that download's trouble alone: it must not hold up the others.
  const askFor = async (/** @type {string} */ address, /** @type {any} */ how) => {
    try {
      return await tell(address, how);
    } catch (error) {
      const { kind, status } = /** @type {any} */ (error);
      if (!how.key || kind !== "signed-out") throw error;
      throw new Problem("refused", "", status);
    }
  };
  const reporter = new Reporter({
    ask: askFor,
    address: PLAYBACKS,
    now,
    answered: (answer, outbox) => answered(outbox.box.playback, answer),
    failed: (trouble) => {
      failed = trouble;
    },
    caughtUp: () => {},
  });
  // Those with a key first: a session that has ended must not hold them up.
  const { left, alive } = leftovers(storage, { account, at: now(), keyed: true });
  reporter.earlier = left.sort((a, b) => Number(Boolean(b.box.key)) - Number(Boolean(a.box.key)));
  await reporter.send();
  try {
    await sendAnswers({ storage, ask: askFor, address: PLAYBACKS, at: now(), answered: (each, standing) => answered(each.playback, standing) });
  } catch (error) {
    if (!(/** @type {any} */ (error).kind)) throw error;
    failed = failed || /** @type {any} */ (error);
  }
  return { alive, sent: Math.max(0, before - waiting(storage, account, now())), failed };
}
