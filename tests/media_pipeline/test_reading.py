"""Words on slides, read by the real engine with the models of its wheel."""

import difflib
import io
import logging
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from media_pipeline.transcoding.reading import as_written, in_order, read_text

WORDS = (
    "医疗损害责任纠纷的举证",
    "患者应当证明医疗行为、损害后果",
    "医疗机构对其主张的免责事由承担举证责任",
    "参见《民法典》第1218条至第1228条",
    "律师应当在30日内申请鉴定",
)


def _font(size: int) -> ImageFont.FreeTypeFont:
    found = subprocess.run(
        ["fc-match", "-f", "%{file}|%{index}", "Noto Sans CJK SC"], capture_output=True, text=True, check=True
    ).stdout.split("|")
    return ImageFont.truetype(found[0], size, index=int(found[1]))


def _slide(path: Path) -> Path:
    """A slide as the pipeline keeps it: 720p, WebP of quality 30."""
    picture = Image.new("RGB", (1280, 720), "#f6f8fc")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(WORDS):
        draw.text((80, 60 + 110 * number), line, font=_font(44 if number == 0 else 30), fill="#222233")
    picture.save(path, "WEBP", quality=30)
    return path


def _recall(wanted: str, read: str) -> float:
    matched = difflib.SequenceMatcher(None, wanted, read, autojunk=False).get_matching_blocks()
    return sum(block.size for block in matched) / len(wanted)


@pytest.mark.media
@pytest.mark.timeout(120)
def test_a_chinese_slide_is_read_back_line_by_line_without_a_word_in_the_log(tmp_path, capfd):
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    try:
        read = read_text(_slide(tmp_path / "slide.webp"))
    finally:
        logging.getLogger().removeHandler(handler)
    assert len(read.splitlines()) == len(WORDS)
    assert _recall("\n".join(WORDS), read) >= 0.95
    assert (logged.getvalue(), *capfd.readouterr()) == ("", "", "")


@pytest.mark.media
@pytest.mark.timeout(120)
def test_a_picture_without_words_reads_as_nothing(tmp_path):
    picture = tmp_path / "empty.webp"
    Image.new("RGB", (320, 180), "#335577").save(picture)
    assert read_text(picture) == ""


def test_pieces_are_joined_to_lines_and_read_downwards_then_to_the_right():
    pieces = [
        (400.0, 12.0, 38.0, "右上"),
        (20.0, 100.0, 130.0, "第二行"),
        (20.0, 10.0, 40.0, "左上 "),
        (5.0, 200.0, 210.0, "•"),
        (30.0, 190.0, 220.0, "末行"),
    ]
    assert in_order(pieces) == ["左上 右上", "第二行", "• 末行"]


def test_a_bullet_alone_is_no_line():
    assert in_order([(0.0, 0.0, 10.0, "●"), (0.0, 50.0, 60.0, "一")]) == ["一"]


def test_a_line_that_the_model_dressed_up_reads_as_it_was_written():
    dressed = "全國(guó)律師行業(yè)共建立13組結(jié)對(duì)幫扶關(guān)系"
    assert as_written(dressed) == "全国律师行业共建立13组结对帮扶关系"
    # what a slide says in traditional characters, or in brackets, stays
    assert as_written("律師法(2017)第(a)項") == "律師法(2017)第(a)項"
