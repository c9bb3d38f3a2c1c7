/**
 * The service worker of the downloads: it opens two pages without a network, the list and the player, and nothing else.
 * The server writes before it which pages and files these are, under a version that changes with any of them, or that
 * downloads are switched off.
 *
 * With a network every answer is the network's own: what is kept is looked at only when the network has none.
 */

/** @typedef {{version: string, off: boolean, pages: Record<string, string>, files: string[], sounds: string[]}} Kept where each page is
 *   kept from; `sounds`: of the spoken codes, without which they are still shown */
const worker = /** @type {any} */ (self);
/** @type {Kept} */
const kept = worker.qianchang;
const PREFIX = "qianchang.downloads.";
const CACHE = PREFIX + kept.version;
/** A line that has not answered by now is no line, in ms. */
const PATIENCE_MS = 10_000;

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(settle());
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (kept.off || request.method !== "GET" || url.origin !== location.origin) return;
  const page = request.mode === "navigate" ? kept.pages[url.pathname] : undefined;
  if (page) event.respondWith(networkFirst(request, page, PATIENCE_MS));
  else if (kept.files.includes(url.pathname) || kept.sounds.includes(url.pathname)) event.respondWith(networkFirst(request, url.pathname, PATIENCE_MS));
});

async function keep() {
  if (kept.off) return;
  const cache = await caches.open(CACHE);
  // Pages as they are now, whatever the browser's own cache says; files have a digest in their names.
  const pages = Object.values(kept.pages).map((address) => new Request(address, { cache: "reload" }));
  await cache.addAll([...pages, ...kept.files]);
  // A sound that does not come must not keep the pages from being kept.
  await Promise.allSettled(kept.sounds.map((address) => cache.add(address)));
}

async function settle() {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && (kept.off || name !== CACHE));
  await Promise.all(old.map((name) => caches.delete(name)));
  if (kept.off) await worker.registration.unregister();
  else await worker.clients.claim();
}

/**
 * @param {Request} request
 * @param {string} address under which the answer is kept
 * @param {number} patience ms
 * @returns {Promise<Response>}
 */
async function networkFirst(request, address, patience) {
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), patience));
  const coming = fetch(request);
  try {
    const answer = await Promise.race([coming, late]);
    // A proxy that has lost the site behind it is no network either.
    const lost = answer.status >= 502 && answer.status <= 504;
    return (lost && (await fromCache(address))) || answer;
  } catch {
    // Where nothing is kept, however late it comes is better than never.
    return (await fromCache(address)) || coming;
  }
}

/** @param {string} address @returns {Promise<Response | undefined>} */
async function fromCache(address) {
  return (await caches.open(CACHE)).match(address);
}
