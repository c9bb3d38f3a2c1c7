"""Two discs of one master as a worker makes them: what players find on them, where codes are, and how they differ."""

import hashlib
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.disc.navigator import MENU_KEY, TITLE_KEY, Navigator, Place
from media_pipeline import api
from media_pipeline.conductor.models import DiscPiece
from media_pipeline.packaging.discs import reading
from media_pipeline.recordings.models import OutdatedFile
from media_pipeline.transcoding.reading import read_text
from tests.media_pipeline import factories
from tests.media_pipeline.discs.discs import disc, lecture, talk
from tests.media_pipeline.discs.seen import (
    SECOND,
    arrived,
    extracted,
    lateness,
    make,
    packets,
    read,
    samples,
    still,
    stored,
)

pytestmark = [pytest.mark.media, pytest.mark.django_db]
# On whole steps of 160 ms.
CODE = (8_000, 20_800, "4719")


def composed(first: int, second: int, *, serial: str = "D-0057", digits: str = "4719"):
    """Two lectures, each with a code: thirty seconds, and eight out of the middle of it."""
    return disc(
        lecture(first, 30_000, title="医疗损害的举证", codes=((*CODE[:2], digits),)),
        lecture(second, 8_000, title="县域办案提醒", lecturer="", chapters=(), codes=(SECOND,)),
        serial=serial,
    )


@pytest.fixture
def recordings(world, tmp_path):
    """A long one and a short one, as they arrived."""
    return [arrived(world, talk(tmp_path / f"{seconds}.mp4", seconds), seconds) for seconds in (30, 8)]


class TestTwoDiscsOfOneMaster:
    """Made once by a worker: two serials of one master, and what every player and every eye finds on them."""

    @pytest.fixture
    def made(self, world, recordings, tmp_path) -> SimpleNamespace:
        ids = [recording.pk for recording in recordings]
        first = make(composed(*ids), world)
        pieces = list(DiscPiece.objects.order_by("pk").values_list("file", flat=True))
        second = make(composed(*ids, serial="D-0058", digits="6205"), world)
        assert list(DiscPiece.objects.order_by("pk").values_list("file", flat=True)) == pieces
        return SimpleNamespace(
            first=first, second=second, one=stored(first), two=stored(second), folder=tmp_path
        )

    def test_two_discs(self, made, world):
        """One test for all of it: a disc takes seconds to make, and each look at it a fraction of one."""
        counted(made)
        told_by_lsdvd(made.one)
        led_by_its_menus(made)
        codes_in_their_places(made)
        another_serial_differs_only_where_it_must(made)
        sound_is_level_and_in_step(made)


def counted(made):
    """The row says what the file is; nothing else is left behind."""
    content = made.one.read_bytes()
    assert made.first.sha256 == hashlib.sha256(content).hexdigest()
    assert made.first.size_bytes == len(content)
    assert made.first.progress_percent == 100
    assert not OutdatedFile.objects.exists()
    work_folder = Path(made.folder / "work")
    assert not [path for path in work_folder.rglob("*") if path.is_file()]
    assert api.disc_image(made.first.public_id).sentence == "已制作完成：下载后用“刻录镜像”写入 DVD。"


def told_by_lsdvd(image: Path):
    """Another library than ours reads titles, chapters, languages and the picture's form."""
    said = subprocess.run(["lsdvd", "-x", "-Oy", image], check=True, capture_output=True, text=True).stdout
    # The library's own chatter comes first.
    told = said[said.index("lsdvd = ") + len("lsdvd = ") :]
    found = eval(told, {"__builtins__": {}})  # noqa: S307 (lsdvd writes Python)
    assert [track["length"] for track in found["track"]] == [
        pytest.approx(30, abs=0.2),
        pytest.approx(8, abs=0.2),
    ]
    assert [len(track["chapter"]) for track in found["track"]] == [3, 1]
    for track in found["track"]:
        assert (track["format"], track["aspect"], int(track["width"]), int(track["height"])) == (
            "PAL",
            "16/9",
            720,
            576,
        )
        assert [(sound["langcode"], sound["format"]) for sound in track["audio"]] == [("zh", "ac3")]
    own = reading.read_image(image)
    assert [title.chapters for title in own.titles] == [3, 1]
    assert own.menu_language == "zh"


def led_by_its_menus(made):
    """libdvdnav presses the buttons: all in a row, one lecture, one chapter, both keys of the remote control."""
    with Navigator(made.one) as player:
        assert player.titles == [3, 1]
        page = read_page(player.to_menu(), made.folder)
        assert {"播放全部", "医疗损害的举证", "县域办案提醒"} <= set(re.split(r"[\s\d]+", page))
        assert "D-0057" in page
        player.press(1)
        assert player.to_title() == Place("title", 1, 1)
        assert player.play_until_other(1) == Place("title", 2, 1)
        assert player.play_until_other(2).domain == "root"
        player.to_menu()
        player.press(2)
        page = read_page(player.to_menu(), made.folder)
        assert "鉴定意见的质证" in page
        assert player.place.domain == "lecture"
        player.press(4)
        assert player.to_title() == Place("title", 1, 3)
        assert player.play_until_other(1).domain == "lecture"
        player.to_menu()
        player.press(1)
        player.to_title()
        player.call(MENU_KEY)
        player.to_menu()
        assert player.place.domain == "lecture"
        player.call(TITLE_KEY)
        player.to_menu()
        assert player.place.domain == "root"


def read_page(stream: bytes, folder: Path) -> str:
    (folder / "menu.vob").write_bytes(stream)
    factories.ffmpeg("-i", folder / "menu.vob", "-frames:v", 1, folder / "menu.png")
    return read_text(folder / "menu.png")


def codes_in_their_places(made):
    """The digits of each disc can be read while their window lasts, and not a moment longer."""
    for image, digits in ((made.one, "4719"), (made.two, "6205")):
        vob = extracted(image, "VTS_01_1.VOB", made.folder)
        for at, seen in ((7.9, False), (8.05, True), (14, True), (20.7, True), (20.9, False)):
            text = read(still(vob, at, made.folder))
            assert (digits in text) is seen, f"{digits} at {at}: {text}"
            assert ("口令" in text) is seen


def another_serial_differs_only_where_it_must(made):
    """Every coded picture and sound frame outside of the windows is the same, bit by bit; inside none has to be."""
    for title, window, count in ((1, CODE, 752), (2, SECOND, 200)):
        vobs = [extracted(image, f"VTS_0{title}_1.VOB", made.folder) for image in (made.one, made.two)]
        first, until = window[0] // 40, window[1] // 40
        pictures = [packets(vob, "v") for vob in vobs]
        assert [len(one) for one in pictures] == [count, count]
        differ = [number for number, pair in enumerate(zip(*pictures, strict=True)) if pair[0] != pair[1]]
        assert set(differ) <= set(range(first, until))
        sounds = [packets(vob, "a") for vob in vobs]
        differ_heard = [number for number, pair in enumerate(zip(*sounds, strict=True)) if pair[0] != pair[1]]
        assert set(differ_heard) <= set(range(first * 5 // 4, until * 5 // 4))
        # The second lecture has the same digits on both discs, but the serial stands beside them.
        assert differ
        assert bool(differ_heard) is (title == 1)


def sound_is_level_and_in_step(made):
    """The splice is not heard: just before and after a code the sound is that of the lecture, at the same moment."""
    heard = [
        samples(extracted(image, "VTS_01_1.VOB", made.folder), made.folder) for image in (made.one, made.two)
    ]
    assert abs(len(heard[0]) / 48_000 - 30) < 0.1
    window = slice(int(8.0 * 48_000), int(20.8 * 48_000))
    spoken = heard[0][window] - heard[1][window]
    assert np.abs(spoken).max() > 3_000, "different digits sound different"
    # Before its first word the code's piece is the lecture, as early or late as the sound around it.
    original = samples(made.folder / "30.mp4", made.folder)
    late = {at: lateness(original, heard[0], at) for at in (4.0, 8.1, 24.0)}
    assert max(late.values()) - min(late.values()) < 0.001, late
    assert abs(late[4.0]) < 0.02
