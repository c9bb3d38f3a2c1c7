"""Reading the words on a slide's picture: RapidOCR with the models that come in its wheel; nothing is fetched.

It runs in the worker's own process: the pictures are WebP files that we wrote ourselves, never what somebody sent, and
starting a process for each would load the models each time (4 s; a slide takes one or two). The models are loaded with
the first slide and stay, 0.6 to 0.8 GB with what one slide needs; a worker that is replaced after so many tasks gives
them back. A queue that reads many slides should have few such workers.
"""

import logging
import re
import threading
from functools import cache
from pathlib import Path
from typing import Any

# A slide is read while others of the machine encode.
THREADS = 1
# What the engine itself is less sure of is mostly not text.
SURE = 0.5
# Boxes whose middles lie closer than this share of their height stand in one line.
SAME_LINE = 0.5

# A syllable of pinyin with its tone, in brackets behind a character.
_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_READING = re.compile(rf"(?<=[\u4e00-\u9fff])\([a-zü]{{0,4}}[{_TONES}][a-z]{{0,3}}\)")

_one_at_a_time = threading.Lock()


def read_text(picture: Path) -> str:
    """Return the words on a picture, one line a row, from top to bottom; an empty text where there are none."""
    with _one_at_a_time:
        read = _engine()(str(picture))
    if read.boxes is None or read.txts is None:
        return ""
    pieces = [_placed(box, as_written(text)) for box, text in zip(read.boxes, read.txts, strict=True)]
    return "\n".join(in_order(pieces))


def as_written(words: str) -> str:
    """Undo an oddity of the model: now and then it gives a line in traditional characters with their readings behind
    them, `國(guó)`, which stood on no slide. Such a line, and no other, goes back to simplified ones.
    """
    plain, readings = _READING.subn("", words)
    return _simplified().convert(plain) if readings else words


def in_order(pieces: list[tuple[float, float, float, str]]) -> list[str]:
    """Return lines from pieces of text (`left`, `top`, `bottom`, words) in reading order: down, then to the right."""
    lines: list[list[tuple[float, float, float, str]]] = []
    for piece in sorted(pieces, key=lambda piece: piece[1] + piece[2]):
        if lines and _beside(lines[-1][0], piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    joined = [" ".join(words.strip() for _left, _top, _bottom, words in sorted(line)) for line in lines]
    return [line for line in joined if line.strip("•●·○■□◆- ")]


def _beside(one: tuple[float, float, float, str], other: tuple[float, float, float, str]) -> bool:
    lower = min(one[2] - one[1], other[2] - other[1])
    return abs((one[1] + one[2]) - (other[1] + other[2])) / 2 < SAME_LINE * lower


def _placed(box: Any, text: str) -> tuple[float, float, float, str]:
    """A box has four corners (x, y); of a line that leans, the middle heights of its two ends are taken."""
    tops, bottoms = (
        sorted(float(corner[1]) for corner in box)[:2],
        sorted(float(corner[1]) for corner in box)[2:],
    )
    return min(float(corner[0]) for corner in box), sum(tops) / 2, sum(bottoms) / 2, text


@cache
def _engine() -> Any:
    """The engine, loaded once. Imported here: it brings OpenCV and a model runtime, which few processes need."""
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.text_score": SURE,
            # Slides stand upright: nothing has to be turned, and a third of the time is saved.
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return engine


@cache
def _simplified() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
