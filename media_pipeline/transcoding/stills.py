"""Pictures taken out of a recording: raw from ffmpeg's pipe, gray for detection, WebP for the lawyer."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from media_pipeline.transcoding import detection

# Budget B11 of the product design. Below quality 15 letters break up: then rather a smaller picture.
SLIDE_BYTES = 25_000
# Scale, quality, and the least share of the first one's bytes that it can be expected to need: not worth trying above.
_TRIES = (
    (1.0, 30, 1.0),
    (1.0, 22, 0.87),
    (1.0, 15, 0.79),
    (0.875, 20, 0.68),
    (0.75, 20, 0.54),
    (0.5, 20, 0.0),
)
# Weights of red and blue in the luminance (ITU-R BT.601, BT.709, BT.2020), by ffmpeg's names.
_WEIGHTS = {"smpte170m": (0.299, 0.114), "bt470bg": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}
_HD_WEIGHTS, _HD_LINES = (0.2126, 0.0722), 720
MAX_TILES, TILE_EVERY_MS = 100, 10_000
_TILE_PIXELS, _COLUMNS, _TILE_QUALITY = 160, 10, 40


def red_green_blue(colours: str, lines: int) -> tuple[float, ...]:
    """Return the 3 × 4 matrix that makes colours of Y, U, V in video range. `lines`: the shorter side of the source.

    A source that names no colours is taken as players take it: HD as HD, the rest as television.
    """
    unnamed = _HD_WEIGHTS if lines >= _HD_LINES else _WEIGHTS["bt470bg"]
    red, blue = _HD_WEIGHTS if colours == "bt709" else _WEIGHTS.get(colours, unnamed)
    green = 1 - red - blue
    luma, chroma = 255 / 219, 255 / 112
    rows = (
        (0.0, (1 - red) * chroma),
        (-(1 - blue) * blue / green * chroma, -(1 - red) * red / green * chroma),
        ((1 - blue) * chroma, 0.0),
    )
    return tuple(value for u, v in rows for value in (luma, u, v, -16 * luma - 128 * (u + v)))


class Still:
    """One raw picture: planes Y, U and V one after the other, video range, U and V of half the size. `matrix` colours it."""

    def __init__(self, planes: bytes, size: tuple[int, int], matrix: tuple[float, ...]) -> None:
        self._planes, self.size, self._matrix = planes, size, matrix

    def gray(self) -> detection.Gray:
        """Return the picture as detection wants it."""
        width, height = self.size
        sides = (detection.LONG_SIDE, detection.SHORT_SIDE)
        # Whole pixels first: four times as fast, and mostly that is all.
        whole = self._plane(0, self.size).reduce(max(1, max(self.size) // detection.LONG_SIDE))
        return np.asarray(whole.resize(sides if width >= height else sides[::-1], Image.Resampling.BOX))

    def colour(self, size: tuple[int, int] | None = None) -> Image.Image:
        """Return the picture in colour, as large as it is or in another size."""
        width, height = self.size
        half, start = (width // 2, height // 2), width * height
        planes = [
            self._plane(0, self.size),
            self._plane(start, half),
            self._plane(start + half[0] * half[1], half),
        ]
        method = Image.Resampling.BOX if size else Image.Resampling.BILINEAR
        # Pillow weighs any three planes, whatever it calls them.
        alike = [plane.resize(size or self.size, method) for plane in planes]
        return Image.merge("RGB", alike).convert("RGB", self._matrix)

    def _plane(self, start: int, size: tuple[int, int]) -> Image.Image:
        plane = np.frombuffer(self._planes, np.uint8, count=size[0] * size[1], offset=start)
        return Image.fromarray(plane.reshape(size[1], size[0]))


def write_slide(still: Still, file: Path) -> tuple[int, int]:
    """Write the picture of a slide as WebP within `SLIDE_BYTES` and return its width and height."""
    picture = still.colour()
    size, first = picture.size, 0
    for scale, quality, share in _TRIES:
        if first * share > SLIDE_BYTES:
            continue
        size = max(2, round(picture.width * scale)), max(2, round(picture.height * scale))
        shown = picture if scale == 1 else picture.resize(size, Image.Resampling.LANCZOS)
        shown.save(file, "WEBP", quality=quality, method=4)
        written = file.stat().st_size
        first = first or written
        if written <= SLIDE_BYTES:
            break
    return size


@dataclass(frozen=True)
class FoundStoryboard:
    """Small pictures in one WebP file, one every `interval_ms`, row by row from the top left."""

    file: Path
    interval_ms: int
    columns: int
    tiles: int
    tile_width: int
    tile_height: int


class Storyboard:
    """Collects the small pictures of one recording, at most `MAX_TILES` of them."""

    def __init__(self, size: tuple[int, int], duration_ms: int) -> None:
        step = detection.PICTURE_MS
        self._interval_ms = max(TILE_EVERY_MS, -(-duration_ms // MAX_TILES // step) * step)
        scale = _TILE_PIXELS / max(size)
        self._tile = max(2, round(size[0] * scale)), max(2, round(size[1] * scale))
        self._tiles: list[Image.Image] = []

    def take(self, still: Still, at_ms: int) -> None:
        """Look at the next picture, and keep it small when its turn has come."""
        if at_ms == len(self._tiles) * self._interval_ms and len(self._tiles) < MAX_TILES:
            self._tiles.append(still.colour(self._tile))

    def write(self, file: Path) -> FoundStoryboard:
        """Write all of them into one file."""
        columns = max(1, min(_COLUMNS, len(self._tiles)))
        width, height = self._tile
        sheet = Image.new("RGB", (columns * width, max(1, -(-len(self._tiles) // columns)) * height))
        for number, tile in enumerate(self._tiles):
            sheet.paste(tile, (number % columns * width, number // columns * height))
        sheet.save(file, "WEBP", quality=_TILE_QUALITY, method=4)
        return FoundStoryboard(file, self._interval_ms, columns, len(self._tiles), width, height)
