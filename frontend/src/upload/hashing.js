// The SHA-256 of the whole file, so that the platform can tell whether what arrived is what lies here.

import { sha256 } from "@noble/hashes/sha2.js";

// A slow old computer hashes this much in less than 20 ms: no task holds up the page.
const SLICE_BYTES = 256 * 1024;
// What the platform compares of a file that is to go on: `sampled_sha256` in uploads/parts.py.
const SAMPLES = 16;
const SAMPLE_BYTES = 64 * 1024;

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

  /** The digest of everything, in base64. Rejects when the file cannot be read any more. */
  async whole() {
    while (!this.digest && this.position < this.file.size) {
      this.follow(this.file.size);
      await this.running;
    }
    this.digest = this.digest || base64(this.hash.digest());
    return this.digest;
  }

  async _run() {
    while (this.position < this.target) {
      const end = Math.min(this.position + SLICE_BYTES, this.target);
      const piece = await bytes(this.file, this.position, end);
      const began = performance.now();
      this.hash.update(piece);
      this.position = end;
      await this.rest(performance.now() - began);
    }
  }
}

/** The SHA-256 of one block, in base64: by the browser itself where it lets us (over HTTPS), which is far quicker. */
export async function digestOf(block, subtle = globalThis.crypto && globalThis.crypto.subtle) {
  if (!subtle) return new FileHash(block).whole();
  return base64(new Uint8Array(await subtle.digest("SHA-256", await bytes(block, 0, block.size))));
}

/** The SHA-256 (hex) of pieces out of the first `until` bytes, spread evenly, the ends among them. */
export async function sampled(file, until) {
  const span = Math.max(0, until - SAMPLE_BYTES);
  const hash = sha256.create();
  for (let number = 0; number < SAMPLES; number += 1) {
    const place = Math.floor((span * number) / (SAMPLES - 1));
    hash.update(await bytes(file, place, Math.min(until, place + SAMPLE_BYTES)));
  }
  return Array.from(hash.digest(), (each) => each.toString(16).padStart(2, "0")).join("");
}

async function bytes(file, from, to) {
  const piece = new Uint8Array(await file.slice(from, to).arrayBuffer());
  if (piece.length !== to - from) throw new Error("the file became shorter");
  return piece;
}

/** Leave the page as much time as was taken. In a tab that nobody sees timers are slow, and nobody waits. */
function restBetween(taken) {
  if (typeof document === "undefined" || document.hidden) return undefined;
  return new Promise((done) => setTimeout(done, Math.min(50, taken)));
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
