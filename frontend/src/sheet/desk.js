/**
 * On every page of who keys in sheets: what waits for a line is sent, what is still on this computer is said, and signing
 * out leaves nothing of it behind.
 */
import { openStorage } from "../player/storage.js";
import { fill } from "../upload/words.js";
import { openDrafts } from "./drafts.js";
import { own, watchLeaving } from "./leaving.js";
import { sendQueued } from "./sending.js";

const words = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
const { account } = words;
const storage = openStorage();

openDrafts().then(async (drafts) => {
  watchLeaving(drafts, storage, account, words.sure);
  await own(storage, account);
  const send = async () => {
    await sendQueued(drafts, account, Date.now());
    await tell(drafts);
  };
  addEventListener("online", send);
  await send();
});

/** On the desk, under its title: which sheets have not reached the platform, and why. @param {import("./drafts.js").Drafts} drafts */
async function tell(drafts) {
  const main = document.querySelector("main.body");
  if (!main) return;
  const before = document.querySelector("#kept-sheets");
  const kept = await drafts.of(account, Date.now());
  if (before) before.remove();
  if (!kept.length) return;
  const note = document.createElement("div");
  note.id = "kept-sheets";
  note.className = "note wa noprint";
  note.setAttribute("role", "status");
  const list = document.createElement("ul");
  list.append(...kept.map((draft) => line(drafts, draft)));
  note.append(list);
  const title = main.querySelector("h1");
  if (title) title.after(note);
  else main.prepend(note);
}

/** @param {import("./drafts.js").Drafts} drafts @param {import("./drafts.js").Draft} draft */
function line(drafts, draft) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = draft.addresses.page;
  link.textContent = draft.title;
  const why = draft.state === "refused" && draft.said && draft.said.error;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "lk";
  button.textContent = words.discard;
  button.setAttribute("aria-label", `${words.discard} ${draft.title}`);
  button.addEventListener("click", async () => {
    if (!confirm(fill(words.discardSure, { title: draft.title }))) return;
    await drafts.remove(draft);
    await tell(drafts);
  });
  item.append(link, ` ${words[draft.state]} ${why || ""} `, button);
  return item;
}
