"""What happens to a disc when something goes wrong, and what else stands on it."""

import errno
import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from media_pipeline import api
from media_pipeline.conductor import work
from media_pipeline.conductor.discs import data, making
from media_pipeline.conductor.models import DiscImage, DiscPiece
from media_pipeline.packaging.discs import reading
from media_pipeline.recordings import files
from media_pipeline.transcoding import authoring, disc_encode
from tests.media_pipeline import factories
from tests.media_pipeline.discs.discs import disc, lecture, talk
from tests.media_pipeline.discs.seen import (
    SECOND,
    arrived,
    extracted,
    make,
    read,
    short_disc,
    still,
    stored,
)

pytestmark = [pytest.mark.media, pytest.mark.django_db]


class TestTrouble:
    def test_what_a_killed_worker_had_finished_is_not_made_again(self, short, world, monkeypatch):
        public_id = api.ask_for_disc_image(short_disc(short), at=world.now)
        image = DiscImage.objects.get(public_id=public_id)

        class Killed(BaseException):
            """As SIGKILL: nothing of ours runs afterwards."""

        def killed(*_arguments, **_options):
            raise Killed

        with monkeypatch.context() as broken:
            broken.setattr(making, "_make_sounds", killed)
            with pytest.raises(Killed):
                work.make_disc(image.pk)
        finished = set(DiscPiece.objects.values_list("kind", "number", "file"))
        assert {kind for kind, _number, _file in finished} == {"picture", "clean"}
        DiscImage.objects.update(state="queued")
        encoded = []
        real = disc_encode.make_pictures

        def make_pictures(*arguments, **options):
            encoded.append(options)
            real(*arguments, **options)

        monkeypatch.setattr(disc_encode, "make_pictures", make_pictures)
        assert work.make_disc(image.pk)
        assert encoded == []
        assert finished < set(DiscPiece.objects.values_list("kind", "number", "file"))
        stored(DiscImage.objects.get(pk=image.pk))

    def test_a_worker_that_lost_its_lease_publishes_nothing_and_leaves_nothing(
        self, short, world, monkeypatch
    ):
        public_id = api.ask_for_disc_image(short_disc(short), at=world.now)
        real = making.checked

        def checked_late(*arguments):
            DiscImage.objects.update(fence=7)
            return real(*arguments)

        monkeypatch.setattr(making, "checked", checked_late)
        work.make_disc(DiscImage.objects.get(public_id=public_id).pk)
        image = DiscImage.objects.get(public_id=public_id)
        assert (image.state, image.file, image.sha256) == ("running", "", "")
        assert not list(Path(files.storage().path("discs")).rglob("*.iso"))

    def test_a_full_disk_is_said_rests_and_costs_no_attempt(self, short, world, monkeypatch):
        usage = SimpleNamespace(free=1_000_000, total=1, used=1)
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
        image = make(short_disc(short), world)
        assert (image.state, image.error_code, image.attempt) == ("queued", "no_space", 0)

    def test_a_disk_that_fills_while_the_image_is_stored_publishes_nothing(self, short, world, monkeypatch):
        real = files.keep

        def keep(path, name):
            if name.endswith(".iso"):
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(path, name)

        monkeypatch.setattr(files, "keep", keep)
        image = make(short_disc(short), world)
        assert (image.state, image.error_code, image.file) == ("queued", "no_space", "")

    def test_an_image_that_was_cut_off_is_not_believed(self, short, world, monkeypatch):
        real = authoring.image

        def cut(tree, output, **options):
            real(tree, output, **options)
            with output.open("rb+") as content:
                content.truncate(output.stat().st_size * 2 // 3)

        monkeypatch.setattr(authoring, "image", cut)
        image = make(short_disc(short), world)
        assert (image.state, image.error_code) == ("queued", "output_wrong")

    def test_a_piece_that_was_spoilt_in_the_storage_is_made_again(self, short, world):
        make(short_disc(short), world)
        spoilt = DiscPiece.objects.filter(kind="picture").earliest("pk")
        path = Path(files.storage().path(spoilt.file))
        path.write_bytes(path.read_bytes()[:-1000])
        image = make(short_disc(short, serial="D-0058"), world)
        assert image.error_code == "file_missing"
        DiscImage.objects.update(not_before=None)
        assert work.make_disc(image.pk)
        stored(DiscImage.objects.get(pk=image.pk))

    def test_pieces_that_the_storage_lost_are_made_again_in_one_attempt(self, short, world):
        make(short_disc(short), world)
        for piece in DiscPiece.objects.exclude(kind="sound"):
            files.storage().delete(piece.file)
        image = make(short_disc(short, serial="D-0058"), world)
        assert image.error_code == "file_missing"
        DiscImage.objects.update(not_before=None)
        assert work.make_disc(image.pk)
        stored(DiscImage.objects.get(pk=image.pk))

    def test_a_data_part_that_does_not_fit_beside_the_film_is_said_and_not_tried_again(
        self, short, world, monkeypatch
    ):
        monkeypatch.setattr(making, "LAYER_BYTES", making.AROUND_BYTES + 30_000_000)
        monkeypatch.setattr(data, "_sources", [])
        api.register_disc_data(lambda _id, folder: (folder / "课件.pdf").write_bytes(b"0" * 30_000_000))
        image = make(short_disc(short), world)
        assert (image.state, image.error_code, image.attempt) == ("failed", "disc_too_full", 1)
        assert "课件" in api.disc_image(image.public_id).sentence

    def test_an_original_that_is_kept_no_longer_is_not_needed_for_another_serial(self, short, world):
        make(short_disc(short), world)
        files.storage().delete(short.original_file)
        type(short).objects.filter(pk=short.pk).update(original_file="")
        stored(make(short_disc(short, serial="D-0058"), world))


class TestWhatElseIsOnIt:
    def test_the_data_part_keeps_its_chinese_names(self, short, world, monkeypatch):
        monkeypatch.setattr(data, "_sources", [])

        def write(public_id, folder):
            (folder / "空白签到表.pdf").write_bytes(b"%PDF")
            (folder / "public_id.txt").write_text(str(public_id))

        api.register_disc_data(write)
        image = make(short_disc(short), world)
        # In UDF, which Windows and players read, and in Rock Ridge.
        assert "空白签到表.pdf".encode("utf-16-be") in stored(image).read_bytes()
        told = subprocess.run(
            ["isoinfo", "-R", "-i", stored(image), "-x", "/资料/public_id.txt"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert told == str(image.public_id)

    def test_a_lecture_that_has_only_sound_shows_its_name(self, world, tmp_path):
        recording = arrived(world, factories.sound_only(tmp_path / "talk.m4a", 8), 8)
        whole = lecture(recording.pk, 8_000, title="举证责任", chapters=(), codes=(SECOND,))
        vob = extracted(stored(make(disc(whole), world)), "VTS_01_1.VOB", tmp_path)
        assert "举证责任" in read(still(vob, 7.5, tmp_path))
        assert "0382" in read(still(vob, 4, tmp_path))

    def test_a_portrait_recording_is_shown_whole_between_bars(self, world, tmp_path):
        recording = arrived(world, factories.phone(tmp_path / "phone.mov", 5), 5)
        vob = extracted(
            stored(make(disc(lecture(recording.pk, 4_800, chapters=())), world)), "VTS_01_1.VOB", tmp_path
        )
        with Image.open(still(vob, 2, tmp_path)) as image:
            columns = np.asarray(image.convert("L")).max(axis=0)
        bright = np.where(columns > 60)[0]
        assert bright[-1] - bright[0] == pytest.approx(576 * 360 / 640, abs=12)

    def test_a_part_of_a_recording_begins_where_it_was_told_to(self, world, tmp_path):
        recording = arrived(world, talk(tmp_path / "30.mp4", 30), 30)
        part = lecture(recording.pk, 18_000, from_ms=10_000, chapters=(), codes=())
        vob = extracted(stored(make(disc(part), world)), "VTS_01_1.VOB", tmp_path)
        shutil.copy(still(vob, 3, tmp_path), tmp_path / "disc.png")
        factories.ffmpeg(
            "-ss",
            13,
            "-i",
            tmp_path / "30.mp4",
            "-vf",
            "scale=1024:576",
            "-frames:v",
            1,
            tmp_path / "there.png",
        )
        with Image.open(tmp_path / "disc.png") as here, Image.open(tmp_path / "there.png") as there:
            apart = np.abs(np.asarray(here.convert("L"), int) - np.asarray(there.convert("L"), int)).mean()
        assert apart < 6


def test_the_command_makes_a_disc_of_a_file_and_tells_it_in_one_line(tmp_path):
    from io import StringIO

    from django.core.management import call_command

    talk(tmp_path / "讲座.mp4", 8)
    said = StringIO()
    call_command(
        "make_disc", str(tmp_path / "讲座.mp4"), "--out", str(tmp_path / "disc.iso"), "--serial", "D-0100",
        "--code", "1@2-6=4711", stdout=said,
    )  # fmt: skip
    told = json.loads(said.getvalue())
    assert told["sha256"] == hashlib.sha256((tmp_path / "disc.iso").read_bytes()).hexdigest()
    assert [round(title["length_ms"], -2) for title in told["titles"]] == [8000]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["recordings"] or not any(
        path.name.startswith("disc-") for path in tmp_path.iterdir()
    )


def test_the_worker_makes_what_waits(short, world):
    api.ask_for_disc_image(replace(short_disc(short), volume="KECHENG"), at=world.now)
    DiscImage.objects.update(queued_at=world.now)
    assert work.work_next("long")
    assert reading.read_image(stored(DiscImage.objects.get())).volume == "KECHENG"
