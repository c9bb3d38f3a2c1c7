// The uploads that were begun and not finished, here or on another computer, each with a way to remove it.

import { percent } from "./measure.js";

/** Fill `list` from the server; `load`, `hide`. Nothing unfinished, or no connection: the list stays away. */
export function listUnfinished(list, { endpoint, token, say }) {
  async function load() {
    let uploads = [];
    try {
      const answer = await fetch(endpoint, { credentials: "same-origin" });
      if (answer.ok) uploads = (await answer.json()).uploads;
    } catch {
      return;
    }
    list.replaceChildren(...uploads.map(line));
    list.hidden = !uploads.length || document.getElementById("upload").dataset.state !== "idle";
  }

  function line(upload) {
    const item = document.createElement("li");
    const words = document.createElement("div");
    const until = new Date(upload.expires_at);
    words.textContent = say("unfinished", {
      name: upload.name,
      percent: `${Math.min(99, percent(upload.offset, upload.length))}%`,
      date: `${until.getMonth() + 1}-${until.getDate()}`,
    });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn s";
    button.textContent = say("remove");
    button.addEventListener("click", () => remove(upload, item));
    item.append(words, button);
    return item;
  }

  async function remove(upload, item) {
    // Cannot be undone, so it is asked (the only window of this page).
    if (!window.confirm(say("really", { name: upload.name }))) return;
    const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": token() };
    try {
      const answer = await fetch(`${endpoint}${upload.id}`, { method: "DELETE", credentials: "same-origin", headers });
      if (answer.ok || answer.status === 404 || answer.status === 410) item.remove();
    } catch {
      return;
    }
    list.hidden = !list.children.length;
  }

  return { load, hide: () => (list.hidden = true) };
}
