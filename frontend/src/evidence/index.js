// Makes the photos of a form small before they are sent. Without this script they are sent as they are, and the server
// makes them small.
import { shrunk } from "./shrinking.js";

for (const form of document.querySelectorAll("form[data-shrink]")) {
  form.addEventListener("submit", async (event) => {
    const input = form.querySelector("input[type=file]");
    if (form.dataset.shrunk || !input.files.length) return;
    event.preventDefault();
    const status = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    if (status) status.textContent = status.dataset.words;
    button.disabled = true;
    const files = new DataTransfer();
    for (const file of input.files) files.items.add(await shrunk(file));
    input.files = files.files;
    form.dataset.shrunk = "1";
    form.submit();
  });
}
