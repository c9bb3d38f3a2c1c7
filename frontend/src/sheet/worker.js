/**
 * The service worker of the sign-in sheets: a sheet that was opened here to be keyed in opens again without a network.
 * With a network every answer is the network's own. Names stand on these pages: they are kept for two weeks, and signing out
 * removes them (leaving.js).
 */
import { CACHE } from "./leaving.js";

const worker = /** @type {any} */ (self);
/** @type {{pages: string, files: string, mark: string}} */
const { pages, files, mark } = worker.qianchang;
const isPage = new RegExp(pages);
const OURS = /(?:src|href)="([^"?#]+\.(?:css|js|svg))"/g;
/** A line that has not answered by now is no line, in ms. */
const PATIENCE_MS = 10_000;
const KEPT_MS = 14 * 24 * 3600 * 1000;

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && isPage.test(pathname)) event.respondWith(page(request, pathname, event));
  else if (pathname.startsWith(files)) event.respondWith(fetch(request).catch(() => kept(pathname, request)));
});

// The page asks for itself: at its first visit nobody stood between it and the network.
worker.addEventListener("message", (/** @type {any} */ event) => {
  const { keep } = event.data || {};
  if (typeof keep !== "string" || !isPage.test(keep)) return;
  event.waitUntil(
    fetch(keep, { credentials: "same-origin", cache: "reload" })
      .then((answer) => remember(keep, answer))
      // Without a line what is kept stays as it is.
      .catch(async () => Boolean(await fresh(keep)))
      .then((done) => event.source && event.source.postMessage({ kept: done })),
  );
});

/**
 * @param {Request} request @param {string} pathname @param {any} event
 * @returns {Promise<Response>}
 */
async function page(request, pathname, event) {
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), PATIENCE_MS));
  const coming = fetch(request);
  try {
    const answer = await Promise.race([coming, late]);
    // A proxy that has lost the site behind it is no network either.
    if (answer.status >= 502 && answer.status <= 504) return (await fresh(pathname)) || answer;
    // What became of keeping it does not change the answer.
    event.waitUntil(remember(pathname, answer.clone()).catch(() => {}));
    return answer;
  } catch {
    return (await fresh(pathname)) || coming;
  }
}

/**
 * Keep a page that is to be keyed in, with the files that it needs; one that is not any more goes, and so does one whose
 * session is over.
 * @param {string} pathname @param {Response} answer
 * @returns {Promise<boolean>}
 */
async function remember(pathname, answer) {
  const cache = await caches.open(CACHE);
  // A site in trouble says nothing about the sheet.
  if (answer.status >= 500 || answer.status === 429) return Boolean(await cache.match(pathname));
  const html = answer.status === 200 && !answer.redirected ? await answer.clone().text() : "";
  if (!html.includes(mark)) {
    await cache.delete(pathname);
    return false;
  }
  const needed = [...html.matchAll(OURS)].map(([, address]) => address).filter((address) => address.startsWith(files));
  for (const address of needed) if (!(await cache.match(address))) await cache.add(address);
  await cache.put(pathname, answer);
  return true;
}

/** @param {string} pathname @returns {Promise<Response | undefined>} */
async function fresh(pathname) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(pathname);
  const made = found && Date.parse(found.headers.get("Date") || "");
  if (!found || (made && made + KEPT_MS > Date.now())) return found;
  await cache.delete(pathname);
  return undefined;
}

/** @param {string} address @param {Request} request @returns {Promise<Response>} */
async function kept(address, request) {
  return (await (await caches.open(CACHE)).match(address)) || fetch(request);
}
