/**
 * Sends keyed sheets to the platform: the photos first, one by one, then the rows. A draft has a number of its own, so that
 * the platform takes it once however often it comes; what it says back decides what becomes of the draft.
 *
 * @typedef {import("./drafts.js").Draft} Draft
 * @typedef {{kind: "done" | "offline" | "busy" | "signed-out" | "conflict" | "changed" | "refused" | "closed", answer: any}} Outcome
 *   conflict: a colleague keyed it differently, and both are kept on the platform; changed: it was received under this
 *   number with other content; closed: it was reported or confirmed
 *   meanwhile, and the draft stays until its owner throws it away
 */
import { csrfToken } from "../player/api.js";
import { newNumber } from "./drafts.js";
import { minutesOf } from "./hours.js";

/** A photo of 300 KB on a line of 64 kbit/s takes 38 s: three minutes without an answer are no line. */
const PATIENCE_MS = 180_000;

/** @param {Draft} draft @param {boolean} report @returns {object} what the platform reads of it */
export function bodyOf(draft, report = true) {
  const rows = draft.rows.map(({ lawyer, name, licence, firm, mark, minutes, in: came, out }) => ({
    lawyer: lawyer ? Number(lawyer) : null,
    name,
    licence_number: licence,
    firm,
    mark,
    // Rubbish goes as it was typed: the platform says which row it is.
    minutes: mark === "part" && minutes ? minutesOf(minutes) ?? minutes : null,
    in: came || null,
    out: out || null,
  }));
  const { id, base, at, codes, fields } = draft;
  return {
    draft_id: id,
    base,
    origin: draft.offline ? "offline" : "typed",
    keyed_at: new Date(at).toISOString(),
    report,
    rows,
    codes,
    ...fields,
  };
}

/**
 * @param {string} address @param {FormData | object} body
 * @returns {Promise<Outcome>}
 */
export async function post(address, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const isForm = body instanceof FormData;
  try {
    const response = await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken(), ...(isForm ? {} : { "Content-Type": "application/json" }) },
      body: isForm ? body : JSON.stringify(body),
      signal: patience.signal,
    });
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    return outcome(response.status, isJson ? await response.json() : null);
  } catch {
    return { kind: "offline", answer: null };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {number} status @param {any} answer what it said, if it is one of ours
 * @returns {Outcome}
 */
export function outcome(status, answer) {
  // A proxy that has lost the site behind it, and a site in trouble, take it later.
  if (status >= 500 || status === 408 || status === 429) return { kind: "busy", answer: null };
  // A page instead of an answer: that of signing in, or the one about a token that has grown old.
  if (status === 401 || (status === 403 && (!answer || answer.sign_in)) || (status === 200 && !answer)) return { kind: "signed-out", answer };
  if (status === 410) return { kind: "closed", answer };
  // Too large for the server in front of the site: no later either.
  if (!answer) return status === 404 || status === 413 ? { kind: "refused", answer: {} } : { kind: "busy", answer: null };
  if (status === 200) return { kind: "done", answer };
  if (status === 409) return { kind: answer.changed ? "changed" : "conflict", answer };
  return { kind: "refused", answer };
}

/**
 * Send one draft, and write down what became of it.
 * @param {import("./drafts.js").Drafts} drafts @param {Draft} draft
 * @param {{tell?: typeof post, report?: boolean}} [how]
 * @returns {Promise<Outcome>}
 */
export async function send(drafts, draft, { tell = post, report = true } = {}) {
  for (const photo of draft.photos.filter(({ sent }) => !sent)) {
    const form = new FormData();
    form.append("kind", photo.kind);
    form.append("file", photo.blob, photo.name);
    const said = await tell(draft.addresses.files, form);
    if (said.kind !== "done") return settled(drafts, draft, said);
    photo.sent = true;
    await drafts.settle(draft, { photos: draft.photos });
  }
  const said = await tell(draft.addresses.keyed, bodyOf(draft, report));
  if (said.kind !== "changed") return settled(drafts, draft, said);
  // An answer that was lost, and the rows have changed since: what stands there is ours.
  const id = newNumber();
  await drafts.settle(draft, { id, base: said.answer.version });
  const again = { ...draft, id, base: said.answer.version };
  return settled(drafts, again, await tell(again.addresses.keyed, bodyOf(again, report)));
}

/** @param {import("./drafts.js").Drafts} drafts @param {Draft} draft @param {Outcome} said @returns {Promise<Outcome>} */
async function settled(drafts, draft, said) {
  if (said.kind === "done" || said.kind === "conflict") {
    const now = await drafts.one(draft.account, draft.sheet, draft.at);
    if (!now || now.id !== draft.id) return said;
    if (now.at === draft.at || now.state !== "draft") await drafts.remove(draft);
    // Somebody typed on while it was sent: that is another keying, on top of the one that was taken.
    else await drafts.keep({ ...now, id: newNumber(), base: said.answer.version ?? now.base });
  } else if (said.kind === "refused" || said.kind === "closed") await drafts.settle(draft, { state: "refused", said: said.answer });
  return said;
}

/**
 * Send every sheet that waits, one after the other and from one page at a time.
 * @param {import("./drafts.js").Drafts} drafts @param {string} account @param {number} now
 * @param {{tell?: typeof post, sent?: (draft: Draft, said: Outcome) => void, alone?: (work: () => Promise<void>) => Promise<void>}} [how]
 */
export async function sendQueued(drafts, account, now, { tell = post, sent = () => {}, alone = alonePlease } = {}) {
  await alone(async () => {
    for (const draft of (await drafts.of(account, now)).filter(({ state }) => state === "queued")) {
      const said = await send(drafts, draft, { tell });
      sent(draft, said);
      // The line or the session is missing for all of them.
      if (said.kind === "offline" || said.kind === "signed-out") return;
    }
  });
}

/** @param {() => Promise<void>} work @returns {Promise<void>} */
export async function alonePlease(work) {
  const { locks } = /** @type {any} */ (navigator);
  if (locks) await locks.request("qianchang.sheets", work);
  // Without locks two pages may send the same draft; its number lets the platform take it once.
  else await work();
}
