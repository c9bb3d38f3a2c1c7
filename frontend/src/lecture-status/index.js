// Keeps the list of processing stages up to date: `<ol class="pp" data-recording="<uuid>">` with `li[data-kind]`.

import { ended, outdated, pauseAfter, signOf } from "./lines.js";

const SVG = "http://www.w3.org/2000/svg";

for (const list of document.querySelectorAll("ol.pp[data-recording]")) follow(list);

function follow(list) {
  const address = `/api/v1/recordings/${list.dataset.recording}/`;
  let failures = 0;
  let timer = 0;

  async function ask() {
    timer = 0;
    try {
      const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
      // Signed out, or not ours: asking again would not help.
      if (answer.status === 401 || answer.status === 403 || answer.status === 404) return;
      if (!answer.ok) throw new Error(String(answer.status));
      failures = 0;
      const recording = await answer.json();
      show(list, recording);
      if (ended(recording) || outdated(list.dataset, recording)) renew();
      if (ended(recording)) return;
    } catch {
      failures += 1;
    }
    next();
  }

  function next() {
    if (!timer && !document.hidden) timer = window.setTimeout(ask, pauseAfter(failures));
  }

  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(timer);
    timer = 0;
    if (!document.hidden && list.dataset.ended !== "yes") ask();
  });
  window.addEventListener("online", () => {
    failures = 0;
    window.clearTimeout(timer);
    timer = 0;
    next();
  });
  if (list.dataset.ended !== "yes") next();
}

function show(list, recording) {
  for (const job of recording.jobs) {
    const item = find(list, job) || add(list, job);
    item.dataset.state = job.state;
    const words = item.querySelector("span.n");
    if (words.textContent !== job.words) words.textContent = job.words;
    sign(item, job);
    bar(item, job);
  }
  const percent = document.getElementById("stages-percent");
  if (percent) percent.textContent = `${recording.progress_percent}%`;
  if (ended(recording)) list.dataset.ended = "yes";
}

function find(list, job) {
  return [...list.querySelectorAll("li[data-kind]")].find((each) => each.dataset.kind === job.kind);
}

function add(list, job) {
  const item = document.createElement("li");
  item.dataset.kind = job.kind;
  const words = document.createElement("div");
  const state = document.createElement("span");
  state.className = "n";
  words.append(job.label, state);
  item.append(shape("svg", { "aria-hidden": "true" }), words);
  item.firstChild.append(shape("use", {}));
  list.append(item);
  return item;
}

function sign(item, job) {
  const drawn = item.querySelector("use");
  if (drawn && drawn.getAttribute("href") !== signOf(job)) drawn.setAttribute("href", signOf(job));
}

function bar(item, job) {
  let drawn = item.querySelector("svg.bar");
  if (job.state !== "running") {
    if (drawn) drawn.remove();
    return;
  }
  if (!drawn) {
    drawn = shape("svg", { class: "bar", width: "100%", height: "12", role: "img" });
    drawn.append(shape("rect", { height: "100%" }));
    item.querySelector("div").append(drawn);
  }
  drawn.setAttribute("aria-label", `${job.label} ${job.progress_percent}%`);
  drawn.querySelector("rect").setAttribute("width", `${job.progress_percent}%`);
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Show the page anew when the list has ended, unless somebody is writing on it. */
function renew() {
  const form = document.getElementById("details");
  const typing = form && [...form.elements].some((each) => (each.value !== undefined && each.value !== each.defaultValue && each.defaultValue !== undefined && each.type !== "hidden") || each === document.activeElement);
  const sending = document.getElementById("upload");
  if (!typing && !sending) window.location.reload();
}
