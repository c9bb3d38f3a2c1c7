// The form beside the upload, saved by itself. Sent in the usual way it would leave the page and cut the upload, so that
// while a file is on its way it is saved behind the scenes, and its page is opened when the file has arrived.

import { draftOf } from "./draft.js";

// Saved on this computer at once, on the platform when nobody has typed for a moment, and not all the time.
const IDLE_MS = 4_000;
const BETWEEN_MS = 20_000;

/** Follow `form` (may be missing). `busy()` says whether a file is on its way. */
export function followDetails(form, { say, busy, owner }) {
  let page = "";
  let typed = false;
  let suggested = "";
  let timer = 0;
  let savedAt = 0;
  if (!form) return { suggestTitle() {}, sent() {} };

  const draft = draftOf(form, owner);
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.hidden = true;
  form.append(line);

  form.addEventListener("submit", (event) => {
    if (!busy()) return draft.forget();
    event.preventDefault();
    return save(event.submitter || document.activeElement);
  });
  form.addEventListener("input", () => {
    typed = true;
    if (draft.keep()) quietly("kept-here");
    later();
  });
  if (!form.querySelector("#error-summary") && draft.restore()) {
    typed = true;
    quietly("restored");
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(autosave, Math.max(IDLE_MS, savedAt + BETWEEN_MS - Date.now()));
  }

  /** Save what is complete. What is not stays on this computer: nobody is told of an empty field while typing. */
  function autosave() {
    const upload = form.elements.upload;
    if (!typed || !busy() || !form.checkValidity() || !(page || (upload && upload.value))) return;
    save(null);
  }

  /** Send the form; `button` is null when nobody pressed one. */
  async function save(button) {
    const body = new FormData(form);
    body.append(button && button.name ? button.name : "draft", button && button.name ? button.value : "1");
    const submitting = Boolean(button && button.name === "submit");
    typed = false;
    savedAt = Date.now();
    window.clearTimeout(timer);
    if (button) show("saving", "");
    if (button) lock(true);
    try {
      const answer = await fetch(form.action || window.location.href, { method: "POST", body, credentials: "same-origin" });
      if (answer.redirected && answer.ok) {
        page = answer.url;
        // What is changed from now on belongs to the draft that this made.
        form.action = page;
        if (!typed) draft.forget();
        quietly("autosaved");
        if (button) show(submitting ? "submitted" : "saved", "ok");
        if (button) lock(submitting);
        if (!busy()) open();
        return;
      }
      if (button) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      if (button) show("not-saved", "wa");
      typed = true;
      later();
    }
    if (button) lock(false);
  }

  /** Put what the server says about the fields into the page: its copy of the form has the same fields, and the errors. */
  function replace(answered) {
    const theirs = answered.getElementById("details");
    if (!theirs) return show("not-saved", "wa");
    line.hidden = true;
    const card = theirs.querySelector("section") || theirs;
    const mine = form.querySelector("section") || form;
    mine.replaceWith(document.adoptNode(card));
    const summary = form.querySelector("#error-summary");
    if (summary) summary.focus();
    return undefined;
  }

  /** A few words beside the heading: when and where it was saved. */
  function quietly(name) {
    let said = form.querySelector(".saved");
    const heading = form.querySelector("h2");
    if (!said && heading) {
      const row = document.createElement("div");
      row.className = "row sp";
      said = document.createElement("span");
      said.className = "sm mut saved";
      said.setAttribute("role", "status");
      heading.replaceWith(row);
      row.append(heading, said);
    }
    const now = new Date();
    const time = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
    const words = say(name, { time });
    if (said && said.textContent !== words) said.textContent = words;
  }

  function show(name, colour) {
    line.className = `note ${colour}`;
    line.textContent = say(name);
    line.hidden = false;
  }

  function lock(locked) {
    for (const each of form.querySelectorAll("button")) each.disabled = locked;
  }

  function open() {
    // Words typed after the last saving stay where they are; the form goes to its new address by its own buttons.
    if (page && !typed) window.location.assign(page);
  }

  return {
    /** A first title from the name of the file, when nothing was typed. */
    suggestTitle(title) {
      const field = form.querySelector("#id_title");
      // The name of a file that was refused makes room for the next one's.
      if (!field || (field.value.trim() && field.value !== suggested)) return;
      suggested = field.value = title.slice(0, field.maxLength > 0 ? field.maxLength : 120);
    },
    /** The file has arrived: what was saved meanwhile is shown on its own page. */
    sent: open,
  };
}
