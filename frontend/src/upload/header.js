// The tables of an MP4 or MOV file (`moov`) often stand at its very end. Sent ahead, they tell the platform at once what
// the file holds and how long it is.

const FIRST = ["ftyp", "moov", "mdat", "free", "skip", "wide", "pnot"];
// Nearer to the beginning it arrives soon enough by itself; larger it is not worth it.
const NEAR_BYTES = 2 * 1024 ** 2;
const LARGEST_BYTES = 16 * 1024 ** 2;
const MOST_BOXES = 64;

/** Find `moov` by the sizes of the boxes before it: `{ offset, box }` (a Blob), or null where there is no need. */
export async function movieHeader(file) {
  let place = 0;
  for (let number = 0; number < MOST_BOXES && place + 16 <= file.size; number += 1) {
    const view = new DataView(await file.slice(place, place + 16).arrayBuffer());
    const kind = String.fromCharCode(view.getUint8(4), view.getUint8(5), view.getUint8(6), view.getUint8(7));
    if (number === 0 && !FIRST.includes(kind)) return null;
    let size = view.getUint32(0);
    if (kind === "moov") {
      const fits = size >= 16 && size <= LARGEST_BYTES && place + size <= file.size;
      return fits && place >= NEAR_BYTES ? { offset: place, box: file.slice(place, place + size) } : null;
    }
    if (size === 1) size = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
    if (size < 8) return null;
    place += size;
  }
  return null;
}
