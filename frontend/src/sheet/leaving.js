/**
 * Signing out takes away what this computer keeps of sheets: drafts, photos, and the pages with the names. What was not sent
 * yet would be lost, so it is asked first. So does another account that signs in here, of the pages.
 */

export const CACHE = "qianchang.sheets";
const OWNER = "qianchang.sheets.owner";

/** @param {Storage} storage @param {string} account that is signed in on this page */
export async function own(storage, account) {
  if (storage.getItem(OWNER) === account) return;
  if (self.caches) await caches.delete(CACHE);
  storage.setItem(OWNER, account);
}

/**
 * @param {import("./drafts.js").Drafts} drafts
 * @param {Storage} storage
 * @param {string} account
 */
export async function wipe(drafts, storage, account) {
  await drafts.wipe(account);
  if (self.caches) await caches.delete(CACHE);
  storage.removeItem(OWNER);
}

/**
 * @param {import("./drafts.js").Drafts} drafts
 * @param {Storage} storage
 * @param {string} account
 * @param {string} question
 */
export function watchLeaving(drafts, storage, account, question) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[action$='/logout/']"))) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const kept = (await drafts.of(account, Date.now())).length;
      if (kept && !confirm(question.replace("{count}", String(kept)))) return;
      await wipe(drafts, storage, account);
      form.submit();
    });
  }
}
