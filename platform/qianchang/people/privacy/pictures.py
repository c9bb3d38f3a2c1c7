"""Pictures that editors upload lose what the camera wrote into them: place, time, owner. Photos on appeals are painted
anew where they come in (courses.credits.photos).
"""

import io
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image as Picture
from PIL import ImageOps

# What a camera writes into. Other kinds (SVG, GIF) come from programs that draw.
FORMATS = ("JPEG", "PNG", "WEBP")


def forget_the_camera(instance: Any, **_signal: object) -> None:
    """Replace a picture that is being uploaded by its pixels alone, turned upright, in its own format. A file that is no
    picture is left to Wagtail's own form, which refuses it.
    """
    file = instance.file
    # A file that stands already was cleaned when it came.
    if not file or getattr(file, "_committed", True):
        return
    file.seek(0)
    try:
        picture: Picture.Image = Picture.open(file, formats=FORMATS)
        kind = picture.format
        plain = ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError):
        file.seek(0)
        return
    if plain.mode == "P":
        plain = plain.convert("RGBA" if "transparency" in plain.info else "RGB")
    bare = Picture.new(plain.mode, plain.size)
    bare.paste(plain)
    out = io.BytesIO()
    bare.save(out, kind, **({"quality": 90} if kind in ("JPEG", "WEBP") else {}))
    instance.file.file = ContentFile(out.getvalue(), name=file.name)
    instance.width, instance.height = bare.size
    instance._set_image_file_metadata()
