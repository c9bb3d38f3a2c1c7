// The form beside the upload. Sent in the usual way it would leave the page and cut the upload, so that while a file
// is on its way it is saved behind the scenes, and its page is opened when the file has arrived.

/** Follow `form` (may be missing). `busy()` says whether a file is on its way. */
export function followDetails(form, { say, busy }) {
  let page = "";
  let typed = false;
  let suggested = "";
  if (!form) return { suggestTitle() {}, sent() {} };

  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.hidden = true;
  form.append(line);

  form.addEventListener("submit", (event) => {
    if (!busy()) return;
    event.preventDefault();
    save(event.submitter || document.activeElement);
  });
  form.addEventListener("input", () => (typed = true));

  async function save(button) {
    const body = new FormData(form);
    if (button && button.name) body.append(button.name, button.value);
    const submitting = Boolean(button && button.name === "submit");
    typed = false;
    show("saving", "");
    lock(true);
    try {
      const answer = await fetch(form.action || window.location.href, { method: "POST", body, credentials: "same-origin" });
      if (answer.redirected && answer.ok) {
        page = answer.url;
        // What is changed from now on belongs to the draft that this made.
        form.action = page;
        show(submitting ? "submitted" : "saved", "ok");
        lock(submitting);
        if (!busy()) open();
        return;
      }
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      show("not-saved", "wa");
    }
    lock(false);
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
