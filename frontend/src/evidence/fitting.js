// What a photo is made into before it is sent: budget B20, at most 300 KB and 1600 pixels on the long side.
export const LONG_SIDE = 1600;
export const KEPT_BYTES = 300 * 1000;
export const QUALITIES = [0.82, 0.7, 0.55, 0.4];

/** Width and height within LONG_SIDE, in the same proportion; a smaller picture stays as it is. */
export function fitted(width, height, longSide = LONG_SIDE) {
  const most = Math.max(width, height);
  if (most <= longSide) return { width, height };
  const part = longSide / most;
  return { width: Math.max(1, Math.round(width * part)), height: Math.max(1, Math.round(height * part)) };
}

/**
 * The first painting that weighs no more than KEPT_BYTES: with less quality, then at half the side. `paint(width,
 * height, quality)` resolves to a Blob.
 */
export async function smallEnough(width, height, paint) {
  let size = fitted(width, height);
  for (;;) {
    for (const quality of QUALITIES) {
      const painted = await paint(size.width, size.height, quality);
      if (painted.size <= KEPT_BYTES || size.width * size.height < 10_000) return painted;
    }
    size = { width: Math.max(1, size.width >> 1), height: Math.max(1, size.height >> 1) };
  }
}

/** The name of a photo once it is a JPEG. */
export function jpegName(name) {
  return `${name.replace(/\.[^.]*$/, "") || "photo"}.jpg`;
}
