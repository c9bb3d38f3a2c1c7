/**
 * Downloads on this device: IndexedDB, which keeps pieces of files through a restart and composes them without reading
 * them into memory.
 *
 * @typedef {{name: string, address: string, bytes: number | null, promised?: number, done?: boolean, tag?: string | null}} PackFile
 *   `bytes`: null until it is known; `promised`: what was told where the file itself is of another length; `tag`: what the server calls this content
 * @typedef {{id: string, key: string, account: string, version: number, mode: string, state: "loading" | "paused" | "ready",
 *   why: string, config: any, index: {number: number, from_ms: number, label: string}[], files: PackFile[], address: string,
 *   openedAt: number, until: number, lateDays: number, sittings: number}} Pack
 *   `openedAt` and `until` by this device's clock; `why`: why it rests, in words for people
 * @typedef {{pack: string, file: string, from: number, blob: Blob}} Piece
 */
import { laid } from "./plan.js";

const NAME = "qianchang.downloads";

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
    // Every error ends in an abort, and only then the reason is known (a full disk).
    transaction.onabort = () => reject(transaction.error || new DOMException("", "AbortError"));
  });

/** @returns {Promise<Store>} fails where the browser lets nobody keep anything */
export async function openStore() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("packs", { keyPath: "id" });
    request.result.createObjectStore("pieces", { keyPath: ["pack", "file", "from"] });
  };
  const database = await answer(request);
  // Another page of ours, with a newer script, wants to change the shape.
  database.onversionchange = () => database.close();
  return new Store(database);
}

export class Store {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
  }

  /** @returns {Promise<Pack[]>} oldest first */
  async packs() {
    const found = await answer(this.database.transaction("packs").objectStore("packs").getAll());
    return found.sort((a, b) => a.openedAt - b.openedAt);
  }

  /** @param {string} id @returns {Promise<Pack | undefined>} */
  pack(id) {
    return answer(this.database.transaction("packs").objectStore("packs").get(id));
  }

  /** @param {Pack} pack */
  async put(pack) {
    const transaction = this.database.transaction("packs", "readwrite");
    transaction.objectStore("packs").put(pack);
    await kept(transaction);
  }

  /**
   * Change what is kept of a download, whatever other pages do meanwhile.
   * @param {string} id @param {(pack: Pack) => void} change
   * @returns {Promise<Pack | undefined>} undefined: it was removed
   */
  async change(id, change) {
    const transaction = this.database.transaction("packs", "readwrite");
    const packs = transaction.objectStore("packs");
    const pack = await answer(packs.get(id));
    if (pack) {
      change(pack);
      packs.put(pack);
    }
    await kept(transaction);
    return pack;
  }

  /** @param {string} pack @param {string} file @returns {Promise<Piece[]>} in the order of the file */
  pieces(pack, file) {
    const all = IDBKeyRange.bound([pack, file, 0], [pack, file, Infinity]);
    return answer(this.database.transaction("pieces").objectStore("pieces").getAll(all));
  }

  /**
   * Keep a piece, unless its download was removed meanwhile: nobody would ever take it away.
   * @param {Piece} piece
   * @returns {Promise<boolean>} whether the download is still to be fetched
   */
  async add(piece) {
    const transaction = this.database.transaction(["packs", "pieces"], "readwrite");
    const pack = await answer(transaction.objectStore("packs").get(piece.pack));
    if (pack) transaction.objectStore("pieces").put(piece);
    await kept(transaction);
    return Boolean(pack) && pack.state === "loading";
  }

  /**
   * The first bytes of a file, as far as they are here without a gap.
   * @param {string} pack @param {string} file
   * @returns {Promise<Blob>}
   */
  async beginning(pack, file) {
    const pieces = await this.pieces(pack, file);
    const parts = laid(pieces.map(({ from, blob }) => ({ from, bytes: blob.size })));
    return new Blob(parts.map(({ place, skip }) => (skip ? pieces[place].blob.slice(skip) : pieces[place].blob)));
  }

  /**
   * Many small pieces become one: a film of two hours would be a thousand files on the disk.
   * @param {string} pack @param {string} file @param {number} from @param {number} until
   */
  async join(pack, file, from, until) {
    const small = (await this.pieces(pack, file)).filter((piece) => from <= piece.from && piece.from < until);
    if (small.length < 2) return;
    const blob = new Blob(small.map((piece) => piece.blob));
    if (small[0].from !== from || blob.size !== until - from) return;
    const transaction = this.database.transaction("pieces", "readwrite");
    const pieces = transaction.objectStore("pieces");
    for (const piece of small) pieces.delete([pack, file, piece.from]);
    pieces.put({ pack, file, from, blob });
    await kept(transaction);
  }

  /** @param {string} pack @param {string} file */
  async drop(pack, file) {
    const transaction = this.database.transaction("pieces", "readwrite");
    transaction.objectStore("pieces").delete(IDBKeyRange.bound([pack, file, 0], [pack, file, Infinity]));
    await kept(transaction);
  }

  /** Remove a download and its files. What was watched of it stands elsewhere, and stays. @param {string} id */
  async remove(id) {
    const transaction = this.database.transaction(["packs", "pieces"], "readwrite");
    transaction.objectStore("packs").delete(id);
    transaction.objectStore("pieces").delete(IDBKeyRange.bound([id], [id, []]));
    await kept(transaction);
  }
}
