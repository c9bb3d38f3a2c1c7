// One file on its way: tus-js-client 4 with retries of our own, because its list of delays ends and a bad line does not.

import { Upload } from "tus-js-client";
import { AGAIN, GONE, meaningOf, pauseBefore, read } from "./answers.js";
import { fingerprint, placeToGoOn, uuidOf } from "./matching.js";
import { BLOCK_BYTES, Speed } from "./measure.js";

// A line that has moved nothing for this long is cut and built again.
const STALL_MS = 45_000;
// After the last byte the server reads the whole file once more; silence is no stall then, up to a point.
const CLOSING_MS = 15 * 60_000;
const LOOK_MS = 5_000;

/**
 * Sends one file and goes on after whatever happens.
 *
 * `tell` hears: state(name), progress(), found(uuid), differs(upload), refused(sentence), complete().
 * States: "uploading", "lost" (goes on by itself), "paused", "evening" (waits for a time), "complete", "refused".
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
    this.speed = new Speed();
    this.movedAt = 0;
    this.anew = false;
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
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", this.token()),
      onAfterResponse: (request, response) => this._heard(response),
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
    const mine = this.run;
    let status = 0;
    let body = "";
    try {
      const answer = await fetch(this.endpoint, { credentials: "same-origin", headers: { Accept: "application/json" } });
      status = answer.status;
      body = await answer.text();
      if (answer.ok) return JSON.parse(body).uploads;
    } catch {
      status = 0;
    }
    if (mine === this.run) await this._judge(status, body);
    return null;
  }

  /** Take up the unfinished upload of this file, or a fresh one. False: the user has to say which file is meant. */
  async _place(open) {
    const remembered = await this.upload.findPreviousUploads();
    const { resume, differs } = placeToGoOn(this.file, open, remembered);
    if (differs && !this.anew) {
      this._become("refused");
      this.tell.differs(differs);
      return false;
    }
    if (resume) {
      const uploadUrl = `${this.endpoint}${resume.id}`;
      const known = remembered.find((each) => uuidOf(each.uploadUrl) === resume.id);
      this.upload.resumeFromPreviousUpload({ uploadUrl, urlStorageKey: known ? known.urlStorageKey : null });
    }
    return true;
  }

  _found() {
    // From here on the client may only go on, never quietly begin a second upload after a bad answer.
    this.upload.options.endpoint = null;
    this.tell.found(uuidOf(this.upload.url));
  }

  _heard(response) {
    const offset = Number.parseInt(response.getHeader("Upload-Offset"), 10);
    if (response.getStatus() >= 300 || Number.isNaN(offset)) return;
    this.confirmed = offset;
    this._moved(offset);
  }

  _moved(sent) {
    if (this.state === "lost") {
      this.reconnects += 1;
      this._become("uploading");
    }
    if (this.state !== "uploading") return;
    if (sent > this.sent) this.attempt = 0;
    this.sent = sent;
    this.movedAt = Date.now();
    this.speed.note(sent, this.movedAt);
    this.tell.progress();
  }

  _complete() {
    this._stop();
    this.sent = this.confirmed = this.file.size;
    this._become("complete");
    this.tell.progress();
    this.tell.complete();
  }

  _failed(error) {
    const response = error.originalResponse;
    this._judge(response ? response.getStatus() : 0, response ? response.getBody() : "");
  }

  async _judge(status, body) {
    const { detail, code } = read(body);
    const meaning = meaningOf(status, code);
    if (meaning === AGAIN) return this._lost();
    // HEAD has no body: ask once more for the reason.
    const reason = meaning === GONE && !detail && this.upload.url ? await this._reason() : detail;
    this._stop();
    this._become("refused");
    this.tell.refused(reason, meaning);
  }

  async _reason() {
    try {
      const answer = await fetch(this.upload.url, { credentials: "same-origin" });
      return (await answer.json()).sentence || "";
    } catch {
      return "";
    }
  }

  _lost() {
    this._stop();
    this._become("lost");
    this.timer = window.setTimeout(() => this._go(), pauseBefore(this.attempt));
    this.attempt += 1;
  }

  _look() {
    if (this.state === "evening" && Date.now() >= this.when.getTime()) this.start();
    const trying = this.state === "uploading" || (this.state === "lost" && !this.timer);
    const patience = this.sent < this.file.size ? STALL_MS : CLOSING_MS;
    if (trying && Date.now() - this.movedAt > patience) this._lost();
  }

  _stop() {
    this._forgetTimer();
    this.run = {};
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
