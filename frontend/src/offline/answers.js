/**
 * Answers to presence codes that were given without a network: kept on this device until the server has them.
 *
 * @typedef {{account: string, playback: string, key: string, index: number, code: string, at: number}} Answer
 */

const PREFIX = "qianchang.answer.";
/** Longer than a download and its reports can live, in ms. */
const KEPT_MS = 62 * 24 * 3600 * 1000;

/** @param {Storage} storage @param {Answer} answer */
export function keepAnswer(storage, answer) {
  storage.setItem(`${PREFIX}${answer.playback}.${answer.index}`, JSON.stringify(answer));
}

/** @param {Storage} storage @param {number} at @returns {Map<string, Answer>} by the name they are kept under */
export function keptAnswers(storage, at) {
  const found = new Map();
  for (const name of Array.from({ length: storage.length }, (_, n) => storage.key(n) || "")) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      const answer = JSON.parse(storage.getItem(name) || "");
      if (at - answer.at > KEPT_MS) storage.removeItem(name);
      else found.set(name, answer);
    } catch {
      storage.removeItem(name);
    }
  }
  return found;
}

/**
 * Send what is kept, of every download on this device.
 * @param {object} given
 * @param {Storage} given.storage
 * @param {(address: string, how: object) => Promise<any>} given.ask
 * @param {string} given.address of the playbacks
 * @param {number} given.at
 * @param {(answer: Answer, standing: any) => void} [given.answered]
 * @returns {Promise<number>} how many arrived; fails where the line or the server fails
 */
export async function sendAnswers({ storage, ask, address, at, answered = () => {} }) {
  let sent = 0;
  for (const [name, answer] of keptAnswers(storage, at)) {
    const { playback, key, index, code } = answer;
    try {
      const standing = await ask(`${address}${playback}/presence/`, { body: { index, code }, key });
      answered(answer, standing);
      sent += 1;
    } catch (error) {
      const { kind, status } = /** @type {any} */ (error);
      // Too many guesses lately, or a key that holds no more: another time. Anything else that is refused stays refused.
      if (kind !== "refused") throw error;
      if ([401, 403, 429].includes(status)) continue;
    }
    storage.removeItem(name);
  }
  return sent;
}
