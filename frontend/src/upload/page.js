// The upload box of the page: what the sender says, shown; what the user presses, done.

import { GONE, UNREADABLE } from "./answers.js";
import { followDetails } from "./details.js";
import { isDay, nextEvening } from "./evening.js";
import { titleOf } from "./matching.js";
import { blocks, minutesLeft, percent, size } from "./measure.js";
import { followFindings } from "./findings.js";
import { Sender } from "./sender.js";
import { listUnfinished } from "./unfinished.js";
import { fill, wordsOf } from "./words.js";

// The sender's states as `data-state` names them, and the colour of their tag: amber waits, red needs the user.
const SHOWN = {
  uploading: ["uploading", "br"],
  lost: ["waiting", "wa"],
  evening: ["waiting", "wa"],
  paused: ["paused", "wa"],
  checking: ["checking", "br"],
  complete: ["complete", "ok"],
  refused: ["refused", "er"],
};

/** Bring the box `root` to life. */
export function mount(root) {
  const part = (name) => document.getElementById(name);
  const words = wordsOf(part("upload-words"));
  const say = (name, values) => fill(words[name], values);
  const file = part("file");
  let sender = null;

  const findings = followFindings({ say, duration });
  const details = followDetails(document.getElementById("details"), { say, busy: () => sender && !sender.ended, owner: root.dataset.owner });
  const unfinished = listUnfinished(part("upload-unfinished"), { endpoint: root.dataset.endpoint, token, say });

  file.addEventListener("change", () => file.files[0] && choose(file.files[0]));
  part("upload-pause").addEventListener("click", () => (sender.state === "uploading" || sender.state === "lost" ? sender.pause() : sender.start()));
  part("upload-evening").addEventListener("click", () => sender.waitUntil(nextEvening(new Date())));
  part("upload-anew").addEventListener("click", () => sender.start({ anew: true }));

  function choose(chosen) {
    const most = Number(root.dataset.maxBytes);
    complain("");
    part("upload-name").textContent = chosen.name;
    if (!chosen.size) return refuse(say("empty"));
    if (most && chosen.size > most) return refuse(say("too-large", { size: root.dataset.maxWords }));
    details.suggestTitle(titleOf(chosen.name));
    findings.forget();
    sender = new Sender({ endpoint: root.dataset.endpoint, token, file: chosen, tell: { state, progress, found, differs, findings: tellFindings, refused, complete } });
    sender.start();
    return undefined;
  }

  function state(name) {
    const [shown, colour] = SHOWN[name];
    root.dataset.state = shown;
    const tag = part("upload-tag");
    tag.className = `tag ${colour}`;
    tag.textContent = say(`tag-${name}`);
    tag.hidden = name === "lost" && Boolean(sender.reason);
    const running = name !== "refused";
    part("upload-choose").hidden = running;
    part("upload-running").hidden = !running;
    part("upload-buttons").hidden = !running || name === "complete" || name === "checking";
    part("upload-anew-row").hidden = true;
    if (running) unfinished.hide();
    if (running) complain("");
    const moving = name === "uploading" || name === "lost";
    part("upload-pause").textContent = say(moving ? "pause" : name === "evening" ? "now" : "go-on");
    part("upload-evening").hidden = name === "evening" || !isDay(new Date());
    tellState(name);
    figures();
    step(running);
  }

  /** The first of the page's steps is done as soon as a file is on its way. */
  function step(chosen) {
    const first = document.querySelector(".steps li");
    if (first) first.classList.toggle("d", chosen);
  }

  function tellState(name) {
    const line = part("upload-state");
    line.hidden = name === "refused";
    line.className = `note ${{ lost: "wa", paused: "wa", evening: "wa" }[name] || "ok"}`;
    const words = (name === "lost" && sender.reason) || say(name, { done: size(sender.confirmed), time: name === "evening" ? clock(sender.when) : "" });
    // Written only when it changes: a live region is read aloud at every writing.
    if (line.textContent !== words) line.textContent = words;
  }

  function progress() {
    figures();
  }

  function figures() {
    const whole = sender.file.size;
    const done = sender.state === "complete" || sender.state === "checking" ? 100 : Math.min(99, percent(sender.sent, whole));
    part("upload-progress").setAttribute("aria-valuenow", String(done));
    part("upload-bar").setAttribute("width", `${done}%`);
    part("upload-percent").textContent = `${done}%`;
    part("upload-bytes").textContent = say("bytes", { done: size(sender.sent), whole: size(whole) }) + findings.length();
    findings.sent(done, sender.state);
    const speed = sender.state === "uploading" ? sender.speed.bytesPerSecond : null;
    const left = minutesLeft(whole - sender.sent, speed);
    part("upload-speed").textContent = speed ? pace(speed) : "–";
    part("upload-left").textContent = left && done < 100 ? duration(left) : "–";
    part("upload-reconnects").textContent = sender.reconnects ? say("lost-times", { n: sender.reconnects }) : say("none-lost");
    const counted = blocks(sender.confirmed, whole);
    part("upload-blocks").textContent = say("blocks", { n: counted.confirmed, all: counted.all });
  }

  function pace(speed) {
    return speed < 1e6 ? say("speed", { n: Math.max(1, Math.round(speed / 1000)) }) : say("fast", { n: (speed / 1e6).toFixed(1) });
  }

  function duration(minutes) {
    return minutes < 60 ? say("minutes", { n: minutes }) : say("hours", { h: Math.floor(minutes / 60), n: minutes % 60 });
  }

  function found(uuid) {
    const field = document.getElementById("id_upload");
    if (field && field.value !== uuid) field.value = uuid;
  }

  function tellFindings(upload) {
    findings.show(upload);
    figures();
  }

  function differs(upload) {
    refuse(say("differs", { name: upload.name, size: size(upload.length) }));
    part("upload-anew-row").hidden = false;
  }

  function refused(sentence, meaning) {
    refuse(sentence || say({ [GONE]: "gone", [UNREADABLE]: "unreadable" }[meaning] || "unknown"));
    // A file that only this computer cannot read any more goes on when it is chosen again.
    if (meaning !== UNREADABLE) found("");
  }

  function complete() {
    details.sent();
  }

  function refuse(sentence) {
    root.dataset.state = "refused";
    file.value = "";
    complain(sentence);
  }

  function complain(sentence) {
    const line = part("upload-error");
    line.textContent = sentence;
    line.hidden = !sentence;
  }

  unfinished.load();
}

/** The token of the cookie, which is never stale, or else the one in the page. */
export function token() {
  const found = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return found ? decodeURIComponent(found[1]) : field ? field.value : "";
}

function clock(when) {
  return `${String(when.getHours()).padStart(2, "0")}:${String(when.getMinutes()).padStart(2, "0")}`;
}
