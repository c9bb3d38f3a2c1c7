// One photo as a small JPEG, painted by this browser.
import { jpegName, KEPT_BYTES, LONG_SIDE, smallEnough } from "./fitting.js";

/** What cannot be painted here comes back as it is, and the server says what is wrong with it. */
export async function shrunk(file) {
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
