"""A published lecture with real files, for the browser: sound, film, slide pictures, storyboard and captions."""

from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.files.storage import storages
from django.utils import timezone
from PIL import Image, ImageDraw

from courses.catalogue.models import LecturePage
from courses.credits.operations import ensure_default_rules
from courses.enrolment.operations import enrol
from media_pipeline.recordings.captions import put_captions
from media_pipeline.recordings.models import Recording, Rendition, Slide, Storyboard
from qianchang.people.models import Account, Lawyer
from tests.courses.factories import make_published_lecture, make_slides
from tests.media_pipeline.factories import VOICE, ffmpeg
from tests.world import World

COLOURS = ("#b4231d", "#1b4b8a", "#17663d", "#7a4a00", "#46536a", "#12284c")
FRAGMENTED = "+frag_keyframe+empty_moov+default_base_moof+global_sidx+delay_moov"


def seed(folder: Path, *, seconds: int, titles: list[str]) -> dict[str, str]:
    """Make a lecture whose slides change every `seconds / len(titles)`; return its address and sessions of the cast."""
    world = World()
    world.now = timezone.now()
    # The site has made its expert already (tests/media_pipeline/site.py).
    world.expert_lawyer = Lawyer.objects.get(account__isnull=False)
    assert world.expert_lawyer.account is not None
    world.expert, world.guangzhou_firm = world.expert_lawyer.account, world.expert_lawyer.firm
    ensure_default_rules(world.now)
    lecture = make_published_lecture(world, released_to=None, duration_ms=seconds * 1000)
    recording = Recording.objects.get(pk=lecture.recording_id)
    every_ms = seconds * 1000 // len(titles)
    slides = make_slides(
        recording, titles, every_ms=every_ms, text="鉴定主体：机构与鉴定人\n鉴定材料：病历是否完整"
    )
    _films(recording, folder, seconds)
    for place, slide in enumerate(slides):
        _picture(slide, place)
    _storyboard(recording, folder, len(titles), every_ms)
    cues = "".join(
        f"00:00:{second:02d}.000 --> 00:00:{second + 2:02d}.000\n先看鉴定材料那一栏，第 {second} 秒。\n\n"
        for second in range(0, min(58, seconds) - 1, 2)
    )
    put_captions(
        recording_id=recording.pk,
        language="zh",
        vtt=f"WEBVTT\n\n{cues}",
        revision=0,
        by=world.expert,
        at=world.now,
    )
    enrol(lawyer=world.county_lawyer, lecture=lecture, by=world.county_account, at=world.now)
    return {
        "lecture": LecturePage.objects.get(pk=lecture.pk).get_url(),
        "pk": str(lecture.pk),
        "lawyer": _session(world.county_account),
        "expert": _session(world.expert),
    }


def _films(recording: Recording, folder: Path, seconds: int) -> None:
    voice = ["-f", "lavfi", "-i", f"{VOICE}:d={seconds}"]
    picture = ["-f", "lavfi", "-i", f"testsrc=s=640x360:r=10:d={seconds}"]
    for mode in ("audio", "light"):
        path = folder / f"{mode}.mp4"
        film = [
            *picture,
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-g",
            "20",
            "-b:v",
            "90k",
        ]
        ffmpeg(
            *voice,
            *(film if mode == "light" else []),
            "-c:a",
            "libopus",
            "-b:a",
            "16k",
            "-movflags",
            FRAGMENTED,
            path,
        )
        _store(f"{recording.public_id}/1/{mode}.mp4", path)
        codecs = "avc1.42c01e,opus" if mode == "light" else "opus"
        Rendition.objects.filter(recording=recording, mode=mode).update(codecs=codecs)


def _picture(slide: Slide, place: int) -> None:
    colour = COLOURS[place % len(COLOURS)]
    image = Image.new("RGB", (1280, 720), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1280, 90), fill=colour)
    draw.text((60, 200), f"{place + 1}", fill=colour, font_size=300)
    with storages["recordings"].open(slide.picture, "wb") as file:
        image.save(file, "WEBP", quality=60)


def _storyboard(recording: Recording, folder: Path, tiles: int, every_ms: int) -> None:
    image = Image.new("RGB", (160 * tiles, 90), "white")
    for tile in range(tiles):
        ImageDraw.Draw(image).rectangle(
            (160 * tile, 0, 160 * tile + 160, 90), fill=COLOURS[tile % len(COLOURS)]
        )
    path = folder / "storyboard.webp"
    image.save(path, "WEBP")
    name = f"{recording.public_id}/1/storyboard.webp"
    _store(name, path)
    Storyboard.objects.create(
        recording=recording, file=name, fence=1, interval_ms=every_ms, columns=tiles, tiles=tiles,
        tile_width=160, tile_height=90, size_bytes=path.stat().st_size,
    )  # fmt: skip


def _store(name: str, path: Path) -> None:
    with path.open("rb") as content:
        storages["recordings"].save(name, content)


def _session(account: Account) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return str(session.session_key)
