/**
 * Sheets that are being keyed in on this computer, until the platform has them. They hold names: they stand under the
 * account that keyed them, no other account is shown them, and signing out takes them away.
 *
 * @typedef {{lawyer: string, name: string, licence: string, firm: string, mark: import("./hours.js").Mark, minutes: string, in: string, out: string}} Row
 * @typedef {{kind: string, name: string, was: number, blob: Blob, sent?: boolean}} Photo `was`: bytes before it was made small
 * @typedef {{account: string, sheet: string, title: string, id: string, base: number | null, at: number,
 *   state: "draft" | "queued" | "refused", offline: boolean, rows: Row[], codes: string[], fields: Record<string, string>,
 *   photos: Photo[], addresses: {page: string, keyed: string, files: string}, said: any}} Draft
 *   `base`: the version that the page was made from; `offline`: it had to wait for a line; `said`: what the platform answered
 */

const NAME = "qianchang.sheets";
/** Nobody finishes a sheet after a year's half; what a computer forgot goes then. */
const KEPT_MS = 180 * 24 * 3600 * 1000;
/** Before this page was written: the battery of the clock was empty, and the draft may be of today. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransaction} transaction @returns {Promise<void>} when everything of it is kept */
const kept = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error || new DOMException("", "AbortError"));
  });

/** A number that nobody else gives a draft. @returns {string} */
export function newNumber() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** @returns {Promise<Drafts>} on the disk, or as long as this page lives where the browser keeps nothing */
export async function openDrafts() {
  try {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore("drafts", { keyPath: ["account", "sheet"] });
    const database = await answer(request);
    database.onversionchange = () => database.close();
    return new Drafts(new Disk(database));
  } catch {
    return new Drafts(new Memory());
  }
}

class Disk {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
    this.lasts = true;
  }

  /** @returns {Promise<Draft[]>} */
  all() {
    return answer(this.database.transaction("drafts").objectStore("drafts").getAll());
  }

  /** @param {Draft} draft */
  async put(draft) {
    const transaction = this.database.transaction("drafts", "readwrite");
    transaction.objectStore("drafts").put(draft);
    await kept(transaction);
  }

  /** @param {string} account @param {string} sheet */
  async remove(account, sheet) {
    const transaction = this.database.transaction("drafts", "readwrite");
    transaction.objectStore("drafts").delete([account, sheet]);
    await kept(transaction);
  }
}

export class Memory {
  constructor() {
    /** @type {Map<string, Draft>} */
    this.held = new Map();
    this.lasts = false;
  }

  async all() {
    return [...this.held.values()];
  }

  /** @param {Draft} draft */
  async put(draft) {
    this.held.set(`${draft.account} ${draft.sheet}`, { ...draft });
  }

  /** @param {string} account @param {string} sheet */
  async remove(account, sheet) {
    this.held.delete(`${account} ${sheet}`);
  }
}

export class Drafts {
  /** @param {Disk | Memory} place */
  constructor(place) {
    this.place = place;
    /** Whether what is kept outlives the page. */
    this.lasts = place.lasts;
  }

  /** @param {string} account @param {number} now @returns {Promise<Draft[]>} of this account, oldest first */
  async of(account, now) {
    const all = await this.place.all();
    const isOld = (/** @type {Draft} */ { at }) => at >= EARLIEST_MS && at + KEPT_MS < now;
    for (const old of all.filter(isOld)) await this.remove(old);
    return all.filter((draft) => draft.account === account && !isOld(draft)).sort((a, b) => a.at - b.at);
  }

  /** @param {string} account @param {string} sheet @param {number} now @returns {Promise<Draft | undefined>} */
  async one(account, sheet, now) {
    return (await this.of(account, now)).find((draft) => draft.sheet === sheet);
  }

  /** @param {Draft} draft */
  keep(draft) {
    return this.place.put(draft);
  }

  /**
   * Write down what the platform said to a draft, unless it was changed since it was sent: then what stands there now is
   * another one.
   * @param {Draft} draft as it was sent @param {Partial<Draft>} change
   */
  async settle(draft, change) {
    const now = (await this.place.all()).find(({ account, sheet }) => account === draft.account && sheet === draft.sheet);
    if (now && now.id === draft.id) await this.place.put({ ...now, ...change });
  }

  /** @param {{account: string, sheet: string}} draft */
  remove({ account, sheet }) {
    return this.place.remove(account, sheet);
  }

  /** @param {string} account whose drafts go, sent or not */
  async wipe(account) {
    for (const draft of await this.place.all()) if (draft.account === account) await this.remove(draft);
  }
}
