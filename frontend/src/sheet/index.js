// The page of mock-up 06. Without this script it is a plain form that needs a network.
import { openStorage } from "../player/storage.js";
import { wordsOf } from "../upload/words.js";
import { openDrafts } from "./drafts.js";
import { own, watchLeaving } from "./leaving.js";
import { SheetPage } from "./page.js";
import { alone } from "./windows.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("#keyed-sheet"));
const words = wordsOf(/** @type {HTMLTemplateElement} */ (document.querySelector("#sheet-words")));
const { account, sheet, worker } = form.dataset;

openDrafts().then(async (drafts) => {
  const storage = openStorage();
  watchLeaving(drafts, storage, account, words.sure);
  const page = new SheetPage(form, drafts, words);
  document.body.classList.add("scripted");
  await own(storage, account);
  keepPage();
  // What the other window wrote down meanwhile is laid on a page that is made anew.
  if (await alone(`qianchang.sheet.${account}.${sheet}`, () => page.shut())) location.reload();
  else await page.begin();
});

/** This page opens without a network from now on. */
function keepPage() {
  const { serviceWorker } = navigator;
  const told = /** @type {HTMLElement} */ (document.querySelector("#page-kept"));
  if (!serviceWorker) return;
  serviceWorker.addEventListener("message", (event) => {
    if (event.data && event.data.kept) told.hidden = false;
  });
  serviceWorker
    .register(worker)
    .then(() => serviceWorker.ready)
    .then((ready) => ready.active.postMessage({ keep: location.pathname }))
    // A browser that keeps no pages still keeps the draft; the sentence above the table does not promise the page then.
    .catch(() => {});
}
