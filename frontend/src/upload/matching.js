// Which unfinished upload a chosen file belongs to.

/** What this browser remembers a file by (the key of the tus client's storage). */
export function fingerprint(file) {
  return ["qianchang", file.name, file.size, file.lastModified].join("-");
}

/**
 * Find the place to go on from, among the server's open uploads (the truth) and what this browser remembers.
 *
 * Returns `{ resume }` with an open upload, `{ differs }` with an open upload of the same name but another size, or {}.
 */
export function placeToGoOn(file, open, remembered = []) {
  const same = open.filter((each) => sameName(each.name, file.name) && each.length === file.size);
  const mine = same.find((each) => remembered.some((known) => uuidOf(known.uploadUrl) === each.id));
  const resume = mine || furthest(same);
  if (resume) return { resume };
  const differs = open.find((each) => sameName(each.name, file.name));
  return differs ? { differs } : {};
}

/** The last part of an upload's address. */
export function uuidOf(address) {
  const found = /([0-9a-f-]{36})\/?(?:[?#].*)?$/i.exec(address || "");
  return found ? found[1] : "";
}

/** A title to begin with: the file's name without its ending. */
export function titleOf(name) {
  return name.replace(/\.[0-9A-Za-z]{1,5}$/, "").trim();
}

// The server keeps 200 characters of a name.
function sameName(kept, chosen) {
  return kept === chosen || (kept.length === 200 && chosen.startsWith(kept));
}

function furthest(uploads) {
  return uploads.reduce((best, each) => (!best || each.offset > best.offset ? each : best), undefined);
}
