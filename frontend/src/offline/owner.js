/**
 * Whose downloads a page without a network shows: of the account that was signed in here last and has not signed out.
 */

const KEY = "qianchang.owner";

/** @param {Storage} storage @param {string} account that is signed in on this page */
export function remember(storage, account) {
  if (account && storage.getItem(KEY) !== account) storage.setItem(KEY, account);
  for (const form of document.querySelectorAll("form[action$='/logout/']")) {
    form.addEventListener("submit", () => storage.removeItem(KEY));
  }
}

/** @param {Storage} storage @returns {string} */
export const owner = (storage) => storage.getItem(KEY) || "";
