"""Making discs in tests, and looking at them: single pictures, coded packets, sound."""

import subprocess
import unicodedata
from pathlib import Path

import numpy as np
from django.core.files.storage import storages

from media_pipeline import api
from media_pipeline.conductor import work
from media_pipeline.conductor.models import DiscImage
from media_pipeline.packaging.discs import reading
from media_pipeline.recordings import files
from media_pipeline.transcoding.reading import read_text
from tests.media_pipeline import factories
from tests.media_pipeline.discs.discs import disc, lecture, ready

SECOND = (1_600, 6_400, "0382")


def arrived(world, path: Path, seconds: float):
    recording = ready(world.expert, at=world.now, duration_ms=int(seconds * 1000))
    with path.open("rb") as content:
        recording.original_file = storages["recordings"].save(f"{recording.public_id}/original", content)
    recording.save()
    return recording


def make(asked, world) -> DiscImage:
    """Ask for a disc and have one worker make it."""
    public_id = api.ask_for_disc_image(asked, at=world.now)
    assert work.make_disc(DiscImage.objects.get(public_id=public_id).pk)
    return DiscImage.objects.get(public_id=public_id)


def stored(image: DiscImage) -> Path:
    assert image.state == "done", f"{image.error_code} {image.error_log}"
    path = files.local_path(files.storage(), image.file)
    assert path is not None
    return path


def extracted(image: Path, name: str, folder: Path) -> Path:
    with image.open("rb") as content:
        _volume, root = reading._file_system(content)
        extent = reading._folder(content, reading._folder(content, root)["VIDEO_TS"])[name]
        content.seek(extent.start)
        target = folder / f"{image.parent.parent.name}-{name}"
        target.write_bytes(content.read(extent.size))
    return target


def still(vob: Path, at: float, folder: Path) -> Path:
    """The picture that is shown `at` seconds after the title's start, as a 16:9 screen shows it."""
    number = round(at * 25)
    target = folder / "still.png"
    factories.ffmpeg("-i", vob, "-vf", f"select=eq(n\\,{number}),scale=1024:576", "-frames:v", 1, target)
    return target


def packets(vob: Path, kind: str) -> list[str]:
    """The digest of each coded picture or sound frame, in order."""
    asked = ["ffprobe", "-v", "error", "-select_streams", f"{kind}:0", "-show_data_hash", "md5",
             "-show_entries", "packet=data_hash", "-of", "csv=p=0", str(vob)]  # fmt: skip
    said: str = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return said.split()


def samples(path: Path, folder: Path) -> np.ndarray:
    factories.ffmpeg(
        "-i", path, "-map", "0:a:0", "-ac", 1, "-ar", 48_000, "-f", "s16le", folder / "sound.raw"
    )
    return np.frombuffer((folder / "sound.raw").read_bytes(), np.int16).astype(np.int32)


def lateness(original: np.ndarray, heard: np.ndarray, at: float) -> float:
    """By how many seconds a sound comes later than it should: where it is most like the original."""
    begin, length = int(at * 48_000), int(0.9 * 48_000)
    here = heard[begin : begin + length].astype(float)
    likeness = [
        np.dot(here, original[begin - shift : begin - shift + length]) for shift in range(-1_500, 1_500, 6)
    ]
    return (int(np.argmax(likeness)) * 6 - 1_500) / 48_000


def read(picture: Path) -> str:
    """What stands in a picture, in one width and without spaces."""
    return "".join(unicodedata.normalize("NFKC", read_text(picture)).split())


def short_disc(recording, **values):
    return disc(lecture(recording.pk, 8_000, title="县域办案提醒", chapters=(), codes=(SECOND,)), **values)
