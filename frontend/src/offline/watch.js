/** Opens the player of a download: its files come from this device, and what is played goes where all records go. */
import { openStorage } from "../player/storage.js";
import { tie } from "../player/ties.js";
import { owner } from "./owner.js";
import { PackPlayer, PackView } from "./packplayer.js";
import { hindrance, lastDay } from "./plan.js";
import { PLAYBACKS } from "./sending.js";
import { openStore } from "./store.js";

/**
 * @typedef {import("./store.js").Pack} Pack
 * @typedef {import("./store.js").Store} Store
 */

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const words = byId("pack-words").dataset;

/** Why it does not open, in the place where it would. @param {string | undefined} sentence */
function refuse(sentence) {
  byId("pack-note").hidden = false;
  byId("pack-note").textContent = sentence || "";
}

/**
 * The ways of watching: what was fetched, and over the film the slides, which are sharper than it.
 * @param {Pack} pack
 */
function modesOf(pack) {
  const free = (/** @type {any} */ mode) => ({ ...mode, kbits: 0, bytes: 0 });
  const own = pack.config.modes.filter((/** @type {any} */ { mode }) => mode === pack.mode).map(free);
  const slides = pack.mode === "light" && pack.index.length > 0;
  const beside = pack.config.modes.filter((/** @type {any} */ { mode }) => slides && mode === "audio");
  return [...beside.map(free), ...own];
}

/** @param {Store} store @param {Pack} pack */
async function linksOf(store, pack) {
  const address = async (/** @type {string} */ name, /** @type {string} */ type) => {
    const blob = await store.beginning(pack.id, name);
    return URL.createObjectURL(blob.slice(0, blob.size, type));
  };
  const film = await address("film", pack.mode === "audio" ? "audio/mp4" : "video/mp4");
  /** @type {Record<string, any>} */
  const links = { audio: film, [pack.mode]: film };
  const slides = new Map();
  await Promise.all(
    pack.files.map(async ({ name }) => {
      const slide = /^slide-(\d+)$/.exec(name);
      if (slide) slides.set(Number(slide[1]), await address(name, "image/webp"));
      else if (name !== "film") links[name] = await address(name, "text/vtt");
    }),
  );
  if (slides.size) links.slides = (/** @type {number} */ number) => slides.get(number);
  return links;
}

/** The page was made for any download: now it is this one's. @param {Pack} pack */
function furnish({ account, address, config, index }) {
  const { title, duration_ms, rates, codes } = config;
  document.title = document.title.replace(/^.*?(?= - )/, title);
  byId("pack-title").textContent = title;
  const lecture = /** @type {HTMLAnchorElement} */ (byId("pack-lecture"));
  lecture.href = address;
  byId("player").dataset.account = account;
  byId("video").setAttribute("aria-label", title);
  /** @type {HTMLElement} */ (byId("poster").querySelector("b")).textContent = title;
  byId("seek").setAttribute("max", String(duration_ms));
  byId("strip").setAttribute("viewBox", `0 0 ${duration_ms} 10`);
  for (const option of byId("rate").querySelectorAll("option")) option.hidden = option.disabled = !rates.includes(Number(option.value));
  byId("code-form").hidden = !codes.length;
  byId("pack-slides").hidden = !index.length;
  /** @type {HTMLAnchorElement} */ (byId("sign-in")).href = String(words.signIn);
}

async function open() {
  const storage = openStorage();
  const store = await openStore().catch(() => null);
  const id = new URLSearchParams(location.search).get("pack") || "";
  const pack = store ? await store.pack(id) : undefined;
  if (!store || !pack || pack.account !== owner(storage)) return refuse(words.none);
  const against = hindrance(pack, Date.now());
  if (against) return refuse((words[against] || "").replace("{now}", new Date().toLocaleString(document.documentElement.lang)));
  furnish(pack);
  const config = { ...pack.config, modes: modesOf(pack), storyboard: null, index: "", opens: PLAYBACKS };
  const links = await linksOf(store, pack);
  const view = new PackView(config);
  for (const name of ["offline", "offlineEmpty", "here", "wrongCode", "credited"]) view.words[name] = words[name];
  const keep = (/** @type {(pack: Pack) => void} */ change) => store.change(id, change);
  const player = new PackPlayer(config, view, storage, { pack, links, keep });
  player.slides.renew(config, { stamp: "", slides: pack.index, storyboard: null });
  if (config.credited) view.credited(null);
  byId("pack-note").hidden = true;
  byId("pack").hidden = false;
  tie(player, view);
  byId("pack-until").textContent = (words.until || "").replace("{date}", lastDay(pack.until));
}

open();
