// What an answer of the server, or none, means for the upload.

export const AGAIN = "again"; // goes on by itself
export const REFUSED = "refused"; // only the user can repair it
export const GONE = "gone"; // the server has no such upload any more
export const UNREADABLE = "unreadable"; // this computer cannot read the file any more

/** Decide by the status (0: no answer at all) and the code of the answer's body. */
export function meaningOf(status, code = "") {
  if (status === 404 || status === 410) return GONE;
  if (code === "no_space") return REFUSED;
  // Another offset, a lock, a damaged block, a cut body, too many requests: ask for the offset and go on.
  if (status < 400 || status >= 500 || [408, 409, 423, 429, 460].includes(status)) {
    return code === "too_many_uploads" ? REFUSED : AGAIN;
  }
  return code === "cut" ? AGAIN : REFUSED;
}

/** Milliseconds until try number `attempt` (from 0): quick at first, then every half minute for ever. */
export function pauseBefore(attempt) {
  const steps = [500, 1000, 2000, 5000, 10_000, 20_000];
  return attempt < steps.length ? steps[attempt] : 30_000;
}

/** The sentence and the code in the body of an answer, empty when it is not ours. */
export function read(body) {
  try {
    const { detail, code } = JSON.parse(body);
    return { detail: typeof detail === "string" ? detail : "", code: typeof code === "string" ? code : "" };
  } catch {
    return { detail: "", code: "" };
  }
}
