/** Room on this device, and the pages that open without a network. */

/** Kept free beside a download, in bytes: records, and what the browser itself needs. */
const SPARE_BYTES = 20_000_000;

/**
 * Whether this browser can do it at all: all of it needs an address that begins with https.
 * @returns {boolean}
 */
export const able = () => "serviceWorker" in navigator && "indexedDB" in globalThis && typeof ReadableStream !== "undefined";

/**
 * @param {number} bytes
 * @returns {Promise<number | null>} how many bytes are missing; null where there is room, or the browser does not tell
 */
export async function lacking(bytes) {
  if (!navigator.storage || !navigator.storage.estimate) return null;
  const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
  const missing = bytes + SPARE_BYTES - (quota - usage);
  return missing > 0 ? missing : null;
}

/** Ask that downloads are not taken away when the disk runs short. @returns {Promise<boolean>} whether that is promised */
export async function promised() {
  if (!navigator.storage || !navigator.storage.persist) return false;
  return (await navigator.storage.persisted()) || navigator.storage.persist();
}

/**
 * Have the two pages kept, anew where they changed; or, where downloads are switched off, have them forgotten.
 * @param {string} address of the worker
 * @returns {Promise<boolean>} whether the pages will open without a network
 */
export async function keepPages(address) {
  try {
    const registration = await navigator.serviceWorker.register(address, { updateViaCache: "none" });
    if (registration.active) return true;
    const coming = registration.installing || registration.waiting;
    if (!coming) return false;
    return await new Promise((resolve) => {
      coming.addEventListener("statechange", () => {
        if (coming.state === "activated") resolve(true);
        if (coming.state === "redundant") resolve(false);
      });
    });
  } catch {
    // No network, or the browser forbids it: the next visit tries again.
    return Boolean(await navigator.serviceWorker.getRegistration().catch(() => undefined));
  }
}
