// One file on its way: tus-js-client 4 with retries of our own, because its list of delays ends and a bad line does not.

import { Upload } from "tus-js-client";
import { AGAIN, GONE, meaningOf, pauseBefore, read, REFUSED, UNREADABLE } from "./answers.js";
import { digestOf, FileHash, sampled } from "./hashing.js";
import { movieHeader } from "./header.js";
import { fingerprint, placeToGoOn, uuidOf } from "./matching.js";
import { BLOCK_BYTES, blockFor, Speed } from "./measure.js";

// A line that has moved nothing for this long is cut and built again.
const STALL_MS = 45_000;
// After the last byte the server may read a small file once more before it answers.
const CLOSING_MS = 5 * 60_000;
const LOOK_MS = 5_000;
// When the platform looks at what has arrived, and when we ask what it found (ms after each look began).
const LOOKS_AT = [2, 16, 64].map((megabytes) => megabytes * 1024 ** 2);
const ASK_AFTER = [3_000, 4_000, 8_000, 15_000];
const HEADER_WORTH = 16 * 1024 ** 2;
// A line that cuts blocks gets smaller ones, and larger ones again after so many that arrived.
const MOST_CUTS = 5;
const MENDED_AFTER = 4;

/**
 * Sends one file and goes on after whatever happens.
 *
 * `tell` hears: state(name), progress(), found(uuid), differs(upload), findings(upload), refused(sentence), complete().
 * States: "uploading", "lost" (goes on by itself), "paused", "evening" (waits for a time), "checking" (all is sent),
 * "complete", "refused".
 */
export class Sender {
  constructor({ endpoint, token, file, tell }) {
    this.endpoint = new URL(endpoint, window.location.href).href;
    Object.assign(this, { token, file, tell });
    this.state = "idle";
    this.sent = 0;
    this.confirmed = 0;
    this.reconnects = 0;
    this.attempt = 0;
    // What the platform says when it lets us wait, although the line is well.
    this.reason = "";
    this.cuts = 0;
    this.whole = 0;
    this.pace = null;
    this.speed = new Speed();
    this.movedAt = 0;
    this.anew = false;
    this.asks = [];
    this.headerSent = false;
    this.hash = new FileHash(file);
    this.hashing = false;
    this.upload = this._upload();
    window.addEventListener("online", () => this.state === "lost" && this._go());
    window.setInterval(() => this._look(), LOOK_MS);
  }

  /** Begin, or go on after a pause. `anew` sends the file as a new upload whatever is unfinished. */
  start({ anew = false } = {}) {
    this.anew = anew || this.anew;
    this.attempt = 0;
    this._go();
  }

  pause() {
    this._stop();
    this._become("paused");
  }

  /** Send from `when` (a Date) on. Looked at by the clock, so that a computer that slept wakes up to it. */
  waitUntil(when) {
    this._stop();
    this.when = when;
    this._become("evening");
  }

  get ended() {
    return this.state === "complete" || this.state === "refused";
  }

  _upload() {
    return new Upload(this.file, {
      endpoint: this.endpoint,
      chunkSize: BLOCK_BYTES,
      retryDelays: null,
      removeFingerprintOnSuccess: true,
      metadata: { filename: this.file.name, filetype: this.file.type },
      fingerprint: (file) => Promise.resolve(fingerprint(file)),
      onBeforeRequest: (request) => this._prepare(request),
      onAfterResponse: (request, response) => this._heard(request, response),
      onProgress: (sent) => this._moved(sent),
      onUploadUrlAvailable: () => this._found(),
      onSuccess: () => this._complete(),
      onError: (error) => this._failed(error),
    });
  }

  async _go() {
    this._forgetTimer();
    const mine = (this.run = {});
    this.movedAt = Date.now();
    this.speed.forget();
    // A lost line is only called mended when something answered, so that the words do not flicker.
    if (this.state !== "lost") this._become("uploading");
    if (!this.upload.url) {
      const open = await this._lookUp();
      // Paused, cut or begun again while the server was asked: another run goes on.
      if (mine !== this.run) return;
      const place = open && (await this._place(open));
      if (!place || mine !== this.run) return;
    }
    this.upload.start();
  }

  /** The server's unfinished uploads of this account, begun on this computer or another; null: not now. */
  async _lookUp() {
    const said = await this._get(this.endpoint);
    return said && (said.uploads || []);
  }

  /** What the server says at an address; `{ gone }`; or null: not now, and it was judged what that means. */
  async _get(address) {
    const mine = this.run;
    let status = 0;
    let body = "";
    try {
      const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
      status = answer.status;
      body = await answer.text();
      if (answer.ok) return JSON.parse(body);
    } catch {
      status = 0;
    }
    if (status === 404 || status === 410) return { gone: true };
    if (mine === this.run) await this._judge(status, body);
    return null;
  }

  /** Take up the unfinished upload of this file, or a fresh one. False: not now, or the user has to say which is meant. */
  async _place(open, other) {
    const mine = this.run;
    const remembered = await this.upload.findPreviousUploads();
    const { resume, differs = other } = placeToGoOn(this.file, open, remembered);
    if (!resume) {
      if (!differs || this.anew) return true;
      this._become("refused");
      this.tell.differs(differs);
      return false;
    }
    const begins = await this._begins(resume);
    if (!begins || mine !== this.run) return false;
    // Another file of that name and size, or one whose bytes are gone: perhaps there is a further one.
    if (begins !== "same") return this._place(open.filter((each) => each !== resume), begins === "gone" ? other : resume);
    const uploadUrl = `${this.endpoint}${resume.id}`;
    const known = remembered.find((each) => uuidOf(each.uploadUrl) === resume.id);
    this.upload.resumeFromPreviousUpload({ uploadUrl, urlStorageKey: known ? known.urlStorageKey : null });
    return true;
  }

  /** Whether what has arrived of an upload is how this file begins: "same", "other", "gone"; null: not now. */
  async _begins({ id, offset }) {
    if (!offset) return "same";
    const mine = this.run;
    const said = await this._get(`${this.endpoint}${id}/digest`);
    if (!said || said.gone) return said && "gone";
    try {
      return (await sampled(this.file, said.offset)) === said.sha256 ? "same" : "other";
    } catch {
      if (mine === this.run) this._unreadable();
      return null;
    }
  }

  /** Every request brings the token, every block its digest, and the last one that of the whole file. */
  async _prepare(request) {
    request.setHeader("X-CSRFToken", this.token());
    if (request.getMethod() !== "PATCH") return;
    const start = Number(request.getHeader("Upload-Offset"));
    const end = Math.min(start + this.upload.options.chunkSize, this.file.size);
    const mine = this.run;
    this.hashing = true;
    try {
      request.setHeader("Upload-Checksum", `sha256 ${await digestOf(this.file.slice(start, end))}`);
      if (end === this.file.size) request.setHeader("Repr-Digest", `sha-256=:${await this.hash.whole()}:`);
    } catch {
      if (mine === this.run) this._unreadable();
    } finally {
      this.hashing = false;
      this.movedAt = Date.now();
    }
    // Paused or begun again meanwhile: this request is nobody's any more and must never be sent.
    if (mine !== this.run) await new Promise(() => {});
  }

  /** The file was moved, changed or taken away with its disk. What was sent of it is kept. */
  _unreadable() {
    this._refuse("", UNREADABLE);
  }

  /** Send the tables of the file ahead, once, and only while an early answer is worth anything. */
  async _sendHeader() {
    if (this.headerSent || this.file.size < HEADER_WORTH || this.confirmed >= HEADER_WORTH) return;
    this.headerSent = true;
    try {
      const header = await movieHeader(this.file);
      if (!header) return;
      const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.token(), "Upload-Box-Offset": String(header.offset) };
      const answer = await fetch(`${this.upload.url}/header`, { method: "POST", credentials: "same-origin", headers, body: header.box });
      if (answer.ok) this._askSoon();
    } catch {
      this.headerSent = false;
    }
  }

  /** Ask a few times what the look at the first blocks has found. */
  _askSoon() {
    for (const timer of this.asks) window.clearTimeout(timer);
    let after = 0;
    this.asks = ASK_AFTER.map((pause) => window.setTimeout(() => this._ask(), (after += pause)));
  }

  async _ask() {
    if (this.ended || this.state === "checking" || !this.upload.url) return;
    const upload = await this._state();
    if (!upload || this.ended) return;
    if (upload.state === "refused") this._refuse(upload.sentence, REFUSED);
    else this.tell.findings(upload);
  }

  /** The server's row of this upload, or null when it does not answer. */
  async _state() {
    try {
      const answer = await fetch(this.upload.url, { credentials: "same-origin" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  _found() {
    // From here on the client may only go on, never quietly begin a second upload after a bad answer.
    this.upload.options.endpoint = null;
    this.tell.found(uuidOf(this.upload.url));
    this._sendHeader();
  }

  _heard(request, response) {
    const offset = Number.parseInt(response.getHeader("Upload-Offset"), 10);
    if (response.getStatus() >= 300 || Number.isNaN(offset)) return;
    if (LOOKS_AT.some((mark) => this.confirmed < mark && offset >= mark)) this._askSoon();
    this.confirmed = offset;
    this._moved(offset);
    this.whole += request.getMethod() === "PATCH" ? 1 : 0;
    if (this.whole >= MENDED_AFTER) {
      this.whole = 0;
      this.cuts = Math.max(0, this.cuts - 1);
    }
    this.pace = this.speed.bytesPerSecond || this.pace;
    this.upload.options.chunkSize = blockFor(this.pace, this.cuts);
  }

  _moved(sent) {
    if (this.state === "lost") {
      if (!this.reason) this.reconnects += 1;
      this.reason = "";
      this._become("uploading");
    }
    if (this.state !== "uploading") return;
    if (sent > this.sent) this.attempt = 0;
    this.sent = sent;
    this.hash.follow(sent);
    this.movedAt = Date.now();
    this.speed.note(sent, this.movedAt);
    this.tell.progress();
  }

  /** Everything is sent. The platform compares the digest and stores the file, which takes a while for a large one. */
  async _complete() {
    this._stop();
    this.sent = this.confirmed = this.file.size;
    this._become("checking");
    this.tell.progress();
    const mine = this.run;
    for (let turn = 0; mine === this.run; turn += 1) {
      const upload = await this._state();
      if (mine !== this.run) return;
      if (upload && upload.state === "complete") {
        this._become("complete");
        this.tell.progress();
        this.tell.complete();
        return;
      }
      if (upload && upload.state !== "open") {
        this._refuse(upload.sentence, upload.state === "refused" ? REFUSED : GONE);
        return;
      }
      await new Promise((done) => window.setTimeout(done, pauseBefore(Math.min(turn, 3))));
    }
  }

  _failed(error) {
    const response = error.originalResponse;
    if (!response) this._judge(0, "");
    else this._judge(response.getStatus(), response.getBody(), Number(response.getHeader("Retry-After")) || 0);
  }

  /** Do what an answer means; `rest`: the seconds that the platform asks us to wait. */
  async _judge(status, body, rest = 0) {
    const { detail, code } = read(body);
    const meaning = meaningOf(status, code);
    if (meaning === AGAIN) {
      this._lost({ cut: status === 0, reason: [423, 503].includes(status) ? detail : "", rest });
      // A file that changed or went away looks like a cut line: only the file itself can tell.
      if (status === 0 && !(await readable(this.file, this.confirmed)) && !this.ended) this._unreadable();
      return undefined;
    }
    // HEAD has no body: ask once more for the reason.
    const mine = this.run;
    const reason = meaning === GONE && !detail && this.upload.url ? ((await this._state()) || {}).sentence : detail;
    if (mine === this.run) this._refuse(reason || "", meaning);
    return undefined;
  }

  _refuse(sentence, meaning) {
    this._stop();
    this._become("refused");
    this.tell.refused(sentence, meaning);
  }

  _lost({ cut = true, reason = "", rest = 0 } = {}) {
    if (cut && this.sent > this.confirmed) {
      this.cuts = Math.min(MOST_CUTS, this.cuts + 1);
      this.whole = 0;
    }
    this.reason = reason;
    this._stop();
    this._become("lost");
    this.timer = window.setTimeout(() => this._go(), Math.max(pauseBefore(this.attempt), rest * 1000));
    this.attempt += 1;
  }

  _look() {
    if (this.state === "evening" && Date.now() >= this.when.getTime()) this.start();
    const trying = this.state === "uploading" || (this.state === "lost" && !this.timer);
    if (this.hashing) return;
    const patience = this.sent < this.file.size ? STALL_MS : CLOSING_MS;
    if (trying && Date.now() - this.movedAt > patience) this._lost();
  }

  _stop() {
    this._forgetTimer();
    this.run = {};
    // A block that did not arrive whole is sent again.
    this.sent = this.confirmed;
    this.upload.abort();
  }

  _forgetTimer() {
    window.clearTimeout(this.timer);
    this.timer = 0;
  }

  _become(state) {
    this.state = state;
    this.tell.state(state);
  }
}

async function readable(file, place) {
  try {
    await file.slice(place, place + 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
