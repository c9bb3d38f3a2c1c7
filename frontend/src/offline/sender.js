/** On every page of a lawyer: what was watched here and has not arrived is sent, also days later, also from another page. */
import { openStorage } from "../player/storage.js";
import { remember } from "./owner.js";
import { LOOK_AGAIN_MS, sendAll } from "./sending.js";

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
const account = (script && script.dataset.account) || "";
const storage = openStorage();
remember(storage, account);
// A page with a player sends by itself.
if (!document.getElementById("player")) {
  const send = () => sendAll(storage, account);
  send().then(({ alive }) => alive && setTimeout(send, LOOK_AGAIN_MS));
  addEventListener("online", send);
}
