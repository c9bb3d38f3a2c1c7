"""What stands in a disc's pictures: menu pages, the card of a code, the card of a lecture that has only sound.

Chinese in Noto Sans CJK, for a television that is read from the last row of a room.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from media_pipeline.packaging.discs.menus import HEIGHT, WIDTH, Button, Page

# A 16:9 picture in square pixels, before it is pressed together to the 720 that a disc stores.
SHOWN_WIDTH = 1024
INK, PAPER, BAND, FAINT = (246, 248, 252), (18, 40, 74), (28, 62, 112), (176, 194, 220)
MARK, CHOSEN = (255, 214, 64, 255), (255, 132, 40, 255)
# What old televisions hide at every edge (pixels).
SAFE_LEFT, SAFE_TOP = 48, 36
_ROUND = 8


class FontMissing(Exception):
    """This machine has no Noto Sans CJK."""


@cache
def font(size: int, weight: str = "regular") -> ImageFont.FreeTypeFont:
    """Return Noto Sans CJK in a size (pixels), from wherever this machine keeps it. Raises FontMissing."""
    asked = ["fc-match", "-f", "%{file}|%{index}|%{family}", f"Noto Sans CJK SC:{weight}"]
    file, index, family = subprocess.run(
        asked, check=True, capture_output=True, text=True, timeout=60
    ).stdout.split("|")
    if "CJK" not in family:
        raise FontMissing(family)
    return ImageFont.truetype(file, size, index=int(index))


@dataclass(frozen=True)
class Drawn:
    """The pictures of a page: what is seen, and what lies over the button that is marked or pressed."""

    page: Path
    marked: Path
    pressed: Path


def draw_page(page: Page, folder: Path, name: str) -> Drawn:
    """Draw a menu page and the marks of its buttons."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 116), fill=BAND)
    draw.text(
        (SAFE_LEFT, SAFE_TOP), fitted(page.title, font(34, "bold"), 624), font=font(34, "bold"), fill=INK
    )
    draw.text((SAFE_LEFT, 82), fitted(page.subtitle, font(20), 624), font=font(20), fill=FAINT)
    for button in page.buttons:
        _button(draw, button)
    draw.text((SAFE_LEFT, 524), page.foot, font=font(18), fill=FAINT)
    drawn = Drawn(*(folder / f"{name}-{part}.png" for part in ("page", "marked", "pressed")))
    image.save(drawn.page)
    for path, colour in ((drawn.marked, MARK), (drawn.pressed, CHOSEN)):
        _marks(page.buttons, colour).save(path)
    return drawn


def draw_code(digits: str, *, number: int, serial: str, path: Path) -> None:
    """Draw the card of a code, at the upper right of a 16:9 picture that is otherwise clear."""
    image = Image.new("RGBA", (SHOWN_WIDTH, HEIGHT), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    figures = font(92, "bold")
    spaced = "  ".join(digits)
    width = max(360, round(figures.getlength(spaced)) + 72)
    left, top, right, bottom = SHOWN_WIDTH - 56 - width, SAFE_TOP, SHOWN_WIDTH - 56, SAFE_TOP + 196
    draw.rectangle((left, top, right, bottom), fill=(8, 20, 44, 255), outline=MARK, width=6)
    middle = (left + right) // 2
    draw.text(
        (middle, top + 36), f"第 {number} 个口令 · 请抄写", font=font(30, "bold"), fill=MARK, anchor="mm"
    )
    draw.text((middle, top + 106), spaced, font=figures, fill=(255, 255, 255, 255), anchor="mm")
    draw.text((middle, top + 174), f"光盘 {serial}", font=font(22), fill=(*FAINT, 255), anchor="mm")
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(path)


def draw_card(title: str, lecturer: str, path: Path) -> None:
    """Draw what is seen while a lecture without a picture is heard."""
    image = Image.new("RGB", (SHOWN_WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 200, SHOWN_WIDTH, 376), fill=BAND)
    head = font(52, "bold")
    draw.text((SHOWN_WIDTH // 2, 262), fitted(title, head, 900), font=head, fill=INK, anchor="mm")
    draw.text(
        (SHOWN_WIDTH // 2, 334), fitted(lecturer, font(30), 900), font=font(30), fill=FAINT, anchor="mm"
    )
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(path)


def fitted(text: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    """Return a text cut with an ellipsis where it is wider than `width`."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _button(draw: ImageDraw.ImageDraw, button: Button) -> None:
    left, top, right, bottom = button.box
    draw.rounded_rectangle((left, top, right, bottom), _ROUND, fill=BAND)
    face = font(24, "bold" if button.strong else "regular")
    middle = (top + bottom) // 2 - 1
    aside = font(19)
    room = right - left - 40 - (aside.getlength(button.aside) + 16 if button.aside else 0)
    draw.text((left + 20, middle), fitted(button.text, face, int(room)), font=face, fill=INK, anchor="lm")
    if button.aside:
        draw.text((right - 20, middle), button.aside, font=aside, fill=FAINT, anchor="rm")


def _marks(buttons: Sequence[Button], colour: tuple[int, int, int, int]) -> Image.Image:
    """One colour and nothing: a player's overlay knows four, and no half tones."""
    image = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for button in buttons:
        left, top, right, bottom = button.box
        draw.rectangle((left, top, right - 1, bottom - 1), outline=colour, width=4)
    return image
