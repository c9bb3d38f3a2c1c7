"""A photo that somebody sends: whatever it is is looked at, painted anew and made small, or refused in words.

Nothing of the file as it came is kept: no metadata, no second picture in it, no bytes after its end.
"""

import io
from threading import Lock
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageFile

# What may come, what it may unfold to, and what is kept. Budget B20: at most 300 KB, long side 1600 pixels.
MOST_BYTES = 8 * 1024**2
MOST_PIXELS = 50_000_000
# Formats that cannot be read at a smaller size take their whole area in memory.
MOST_PIXELS_UNFOLDED = 25_000_000
LONG_SIDE = 1600
KEPT_BYTES = 300_000
QUALITIES = (80, 65, 50, 35)
FORMATS = ("JPEG", "PNG", "WEBP")
# What many telephones make: a JPEG with a second, smaller one behind it. Pillow gives it a name of its own.
AS_JPEG = ("JPEG", "MPO")
# How a camera was held (the orientation of EXIF), and what turns its photo upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# One at a time in each process: a photo of fifty megapixels takes its memory once.
_one_at_a_time = Lock()


class UnusablePhoto(Exception):
    """The file is no photo that can be kept. The message is a sentence for the person."""


def repainted(file: BinaryIO, *, size_bytes: int) -> bytes:
    """Return a photo as a new JPEG of at most KEPT_BYTES and LONG_SIDE, turned upright. Raises UnusablePhoto."""
    if size_bytes > MOST_BYTES:
        raise UnusablePhoto(
            _("The photo is larger than %(size)d MB. Send a smaller one.") % {"size": MOST_BYTES // 1024**2}
        )
    with _one_at_a_time:
        # WeasyPrint, once a certificate was printed, lets Pillow take half a picture for a whole one everywhere.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        picture = _opened(file)
        try:
            picture.thumbnail((LONG_SIDE, LONG_SIDE))
            plain = _on_white(_upright(picture))
        except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError) as error:
            raise UnusablePhoto(_unreadable()) from error
    return _small_enough(plain)


def _opened(file: BinaryIO) -> Image.Image:
    try:
        picture: Image.Image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise UnusablePhoto(_too_wide(MOST_PIXELS)) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise UnusablePhoto(_unreadable()) from error
    most = MOST_PIXELS if picture.format in AS_JPEG else MOST_PIXELS_UNFOLDED
    if picture.width * picture.height > most:
        raise UnusablePhoto(_too_wide(most))
    if picture.format in AS_JPEG:
        # Reads a large photo at half, a quarter or an eighth of its size.
        picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Turn a photo by its orientation alone. ImageOps.exif_transpose also writes the camera's other words anew, and
    fails on odd ones.
    """
    held = picture.getexif().get(ExifTags.Base.Orientation)
    turn = TURNS.get(held) if isinstance(held, int) else None
    return picture.transpose(turn) if turn is not None else picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a new picture of the pixels alone; what is transparent becomes paper."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        picture = paper
    plain = Image.new("RGB", picture.size)
    plain.paste(picture.convert("RGB"))
    return plain


def _small_enough(picture: Image.Image) -> bytes:
    for quality in QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= KEPT_BYTES:
            return out.getvalue()
    # Noise alone is that large: half the side is a quarter of the bytes.
    return _small_enough(picture.resize((max(picture.width // 2, 1), max(picture.height // 2, 1))))


def _too_wide(most: int) -> str:
    return _("The photo has more than %(count)d million pixels. Send a smaller one.") % {
        "count": most // 1_000_000
    }


def _unreadable() -> str:
    return _("This file is no photo that can be opened. Send a JPEG, PNG or WebP picture.")
