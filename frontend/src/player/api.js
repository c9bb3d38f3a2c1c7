/**
 * The player's way to the server. Every failure is a Problem that says what kind it is.
 */

/** How long an answer may take on a bad line before the request counts as lost, in ms. */
const PATIENCE_MS = 30_000;

export class Problem extends Error {
  /**
   * @param {"offline" | "signed-out" | "refused" | "busy"} kind
   *   offline: no answer; busy: the server is in trouble, try again; signed-out: 401, or 403 without a word
   *   of ours; refused: the server says no and why
   * @param {string} [sentence] the server's own, to be shown
   * @param {number} [status]
   */
  constructor(kind, sentence = "", status = 0) {
    super(sentence || kind);
    Object.assign(this, { kind, sentence, status });
  }
}

/**
 * Ask for the token at the moment it is needed: another tab may have signed in meanwhile.
 * @returns {string}
 */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
  return cookie ? cookie[1] : field ? field.value : "";
}

/**
 * @param {string} address
 * @param {{body?: object, keepalive?: boolean, method?: string, key?: string}} [how] with a body it is a POST; `key`: of a
 *   download, which reports without a session
 * @returns {Promise<any>}
 */
export async function ask(address, { body, keepalive = false, method = body ? "POST" : "GET", key = "" } = {}) {
  const patience = typeof AbortController === "undefined" ? null : new AbortController();
  const timer = patience && !keepalive ? setTimeout(() => patience.abort(), PATIENCE_MS) : 0;
  let answer;
  let data = null;
  try {
    answer = await fetch(address, {
      method,
      credentials: "same-origin",
      headers: {
        ...(body ? { "Content-Type": "application/json", "X-CSRFToken": csrfToken() } : {}),
        ...(key ? { "X-Download-Key": key } : {}),
      },
      body: body && JSON.stringify(body),
      keepalive,
      signal: patience ? patience.signal : undefined,
    });
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    data = isJson ? await answer.json() : null;
  } catch {
    throw new Problem("offline");
  } finally {
    clearTimeout(timer);
  }
  if (answer.ok && data) return data;
  const detail = data && typeof data.detail === "string" ? data.detail : "";
  const { status } = answer;
  if (status === 401 || (status === 403 && (!detail || /csrf/i.test(detail)))) throw new Problem("signed-out", "", status);
  if (status >= 500 || status === 408 || answer.ok) throw new Problem("busy", "", status);
  throw new Problem("refused", detail, status);
}
