// The SHA-256 of the whole file, so that the platform can tell whether what arrived is what lies here.

import { sha256 } from "@noble/hashes/sha2.js";

// A slow old computer hashes this much in less than 20 ms: no task holds up the page.
const SLICE_BYTES = 256 * 1024;

/**
 * Hashes a file in small pieces, following what is sent: the disk is read once for both. After a resume it begins at the
 * beginning and catches up in the background.
 */
export class FileHash {
  constructor(file, { rest = restBetween } = {}) {
    Object.assign(this, { file, rest });
    this.hash = sha256.create();
    this.position = 0;
    this.target = 0;
    this.running = null;
  }

  /** Go on to `offset` in the background. Errors are kept for `whole()`. */
  follow(offset) {
    this.target = Math.max(this.target, Math.min(offset, this.file.size));
    if (!this.running && this.position < this.target) {
      this.running = this._run().finally(() => (this.running = null));
      this.running.catch(() => {});
    }
  }

  /** The digest as RFC 9530 writes it in `Repr-Digest`. Rejects when the file cannot be read any more. */
  async whole() {
    while (!this.digest && this.position < this.file.size) {
      this.follow(this.file.size);
      await this.running;
    }
    this.digest = this.digest || base64(this.hash.digest());
    return `sha-256=:${this.digest}:`;
  }

  async _run() {
    while (this.position < this.target) {
      const end = Math.min(this.position + SLICE_BYTES, this.target);
      const piece = new Uint8Array(await this.file.slice(this.position, end).arrayBuffer());
      const began = performance.now();
      if (piece.length !== end - this.position) throw new Error("the file became shorter");
      this.hash.update(piece);
      this.position = end;
      await this.rest(performance.now() - began);
    }
  }
}

/** Leave the page as much time as was taken. In a tab that nobody sees timers are slow, and nobody waits. */
function restBetween(taken) {
  if (typeof document === "undefined" || document.hidden) return undefined;
  return new Promise((done) => setTimeout(done, Math.min(50, taken)));
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
