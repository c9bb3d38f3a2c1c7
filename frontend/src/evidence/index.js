// Makes the photos of a form small before they are sent. Without this script they are sent as they are, and the server
// makes them small.
import { jpegName, KEPT_BYTES, LONG_SIDE, smallEnough } from "./fitting.js";

/** One photo as a small JPEG; what cannot be painted here goes as it is, and the server says what is wrong with it. */
async function shrunk(file) {
  if (!file.type.startsWith("image/")) return file;
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const fits = Math.max(picture.width, picture.height) <= LONG_SIDE && file.size <= KEPT_BYTES;
  if (fits && file.type === "image/jpeg") return file;
  const paint = (width, height, quality) =>
    new Promise((done, failed) => {
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = height;
      const paper = canvas.getContext("2d");
      paper.fillStyle = "#fff";
      paper.fillRect(0, 0, width, height);
      paper.drawImage(picture, 0, 0, width, height);
      canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", quality);
    });
  try {
    const blob = await smallEnough(picture.width, picture.height, paint);
    return new File([blob], jpegName(file.name), { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file;
  } finally {
    picture.close();
  }
}

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
