// What the platform found in the first blocks: said under the bar at once, and in the list of steps beside it.

/** `show(upload)` as the server describes it, `sent(percent, state)`, `length()` for the line of figures, `forget()`. */
export function followFindings({ say, duration }) {
  const under = document.getElementById("upload-findings");
  const steps = document.getElementById("upload-steps");
  let minutes = 0;

  function show(upload) {
    if (upload.duration_ms) minutes = Math.max(1, Math.round(upload.duration_ms / 60_000));
    const facts = [];
    if (upload.width) facts.push(say("picture", { size: `${upload.width} × ${upload.height}` }));
    if (minutes) facts.push(duration(minutes));
    const seen = facts.length > 0 || upload.warnings.length > 0;
    if (seen) mark("check", upload.warnings.length ? "warned" : "done", facts.join(" · "));
    // Written only when it changes: a live region is read aloud at every writing.
    const lines = upload.warnings.length || !seen ? upload.warnings : [say("no-fault")];
    if (lines.join("\n") === [...under.children].map((each) => each.textContent).join("\n")) return;
    under.replaceChildren(...lines.map((words) => line(words, upload.warnings.length ? "note wa" : "sm mut")));
  }

  function line(words, looks) {
    const made = document.createElement("p");
    made.className = looks;
    made.textContent = words;
    return made;
  }

  function mark(name, state, words) {
    const step = steps && steps.querySelector(`[data-step=${name}]`);
    if (!step) return;
    step.dataset.state = state;
    const icon = step.querySelector("use");
    if (icon) icon.setAttribute("href", `#step-${state}`);
    const said = step.querySelector("span");
    if (words && said.textContent !== words) said.textContent = words;
  }

  return {
    show,
    sent(percent, state) {
      mark("upload", state === "complete" ? "done" : "running", state === "checking" ? say("closing") : `${percent}%`);
    },
    length: () => (minutes ? ` · ${duration(minutes)}` : ""),
    forget() {
      minutes = 0;
      under.replaceChildren();
    },
  };
}
