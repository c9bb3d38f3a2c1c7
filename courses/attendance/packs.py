"""Downloads: a lecture that is fetched first and watched without a network, as a playback that was opened when it was
fetched. Its evidence is judged by the same rules as any other; docs/decisions/0016 says what that gives and to whom.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import localdate, make_aware

from courses.attendance import presence, registries
from courses.attendance.clock import to_ms
from courses.attendance.models import Coverage, Playback
from courses.attendance.operations import UnableToOpenPlayback
from courses.attendance.player import DOWNLOADED, downloaded_bytes, index_of, player_for
from courses.catalogue.models import LectureVersion
from courses.catalogue.queries import version_for
from courses.enrolment.queries import may_play
from media_pipeline import api as media
from qianchang.people.models import Account, Lawyer

# Days after that of the fetch on which a download may be watched (product-design, 5.1 "下载": its days are said).
PACK_DAYS = 30
_KEY_SALT = "courses.attendance.packs"
# What a player needs that has no page around it.
_CONFIG = (
    "lecture", "version", "title", "opens", "modes", "captions", "rates", "duration_ms", "covered_ms", "creditable_ms",
    "intervals_ms", "missing_ms", "position_ms", "hours", "threshold", "codes", "credited", "hours_url",
)  # fmt: skip


class PackUnknown(Exception):
    """The number belongs to a download of another lecture, version or account, or to something that is none."""


class PackOver(Exception):
    """The days of this download are over: it has to be fetched anew, as another one."""


@dataclass(frozen=True)
class PackFile:
    """One file of a download: what it is called there, where it is, and how long in bytes (None: not known before)."""

    name: str
    address: str
    bytes: int | None


@transaction.atomic
def open_pack(
    *, lawyer: Lawyer, version: LectureVersion, pack_id: UUID, device: str, device_now_ms: int, at: datetime
) -> Playback:
    """Open the playback of a download under the number that the device chose for it, or return it where it is open: a
    fetch that was interrupted asks again. It supersedes nothing and is never superseded.

    Raises UnableToOpenPlayback where the lecture is not open to the lawyer now or for an older version that the lawyer
    has not begun, PackUnknown, PackOver.
    """
    fetched = Playback.objects.filter(public_id=pack_id, lawyer=lawyer, lecture_version=version).exists()
    if not may_play(lawyer, version.lecture, at) or not (
        fetched or version_for(version.lecture, lawyer) == version
    ):
        raise UnableToOpenPlayback(version.lecture_id)
    Coverage.objects.get_or_create(lawyer=lawyer, lecture_version=version, defaults={"updated_at": at})
    playback, _made = Playback.objects.get_or_create(
        public_id=pack_id,
        defaults={
            "lawyer": lawyer,
            "lecture_version": version,
            "opened_at": at,
            "download_until": last_moment(at),
            "clock_offset_ms": to_ms(at) - device_now_ms,
            # PostgreSQL takes no null character in a text.
            "device": device.replace("\x00", "")[:200],
        },
    )
    same = playback.lawyer_id == lawyer.pk and playback.lecture_version_id == version.pk
    if not same or playback.download_until is None:
        raise PackUnknown(pack_id)
    if playback.download_until <= at:
        raise PackOver(pack_id)
    return playback


def last_moment(at: datetime) -> datetime:
    """Return the end, by the platform's clock, of the last day on which a download that is fetched now is watched."""
    return make_aware(datetime.combine(localdate(at) + timedelta(days=PACK_DAYS + 1), time.min))


def key_of(playback: Playback, account: Account) -> str:
    """Return the key under which a download reports without a session: for this playback and nothing else."""
    return signing.Signer(salt=_KEY_SALT).sign(f"{account.pk}.{playback.public_id.hex}")


def account_of(key: str, playback_id: UUID) -> Account | None:
    """Return the account that a download's key was given to; None for a key that is not ours, or of another playback, or
    of an account that was closed.
    """
    try:
        account_id, _dot, number = signing.Signer(salt=_KEY_SALT).unsign(key).partition(".")
    except signing.BadSignature:
        return None
    if number != playback_id.hex:
        return None
    return Account.objects.filter(pk=int(account_id), is_active=True).first()


def pack_of(
    playback: Playback, *, mode: str, account: Account, request: HttpRequest, at: datetime
) -> dict[str, Any]:
    """Return what the device keeps of a download: the player's configuration with the digits of its codes, the files and
    their addresses, its key and its days. Raises UnableToOpenPlayback where there is no such mode, PackUnknown for a
    playback that is no download.
    """
    version = playback.lecture_version
    if playback.download_until is None:
        raise PackUnknown(playback.public_id)
    player = player_for(version.lecture, version, request)
    if player is None:
        raise UnableToOpenPlayback(version.lecture_id)
    config: dict[str, Any] = player["config"]  # type: ignore[assignment]
    slides = media.slides_of(version.recording_id, duration_ms=version.length_ms)
    modes = {each.mode: each for each in media.modes_of(version.recording_id, slides=len(slides))}
    if mode not in DOWNLOADED or mode not in modes:
        raise UnableToOpenPlayback(version.lecture_id)
    links = media.playback_links(version.recording_id, viewer_id=account.pk, at=at)
    files = [
        PackFile(f"captions-{each['language']}", links[f"captions-{each['language']}"], None)
        for each in config["captions"]
    ]
    files += [
        PackFile(f"slide-{each.number}", f"{links['slides']}{each.number}.webp", each.size_bytes)
        for each in slides
    ]
    files.append(PackFile("film", links[mode], modes[mode].size_bytes))
    return {
        "id": playback.public_id,
        "key": key_of(playback, account),
        "mode": mode,
        "address": version.lecture.get_url(request),
        "server_now_ms": to_ms(at),
        "until_ms": to_ms(playback.download_until),
        "late_days": registries.terms_of(playback.lawyer, on=localdate(at)).late_days,
        "config": {name: config[name] for name in _CONFIG} | {"codes": _codes(playback, config["codes"])},
        "index": asdict(index_of(version))["slides"],
        "files": [asdict(each) for each in files],
    }


def sizes_of(version: LectureVersion) -> list[tuple[media.ModeSummary, int]]:
    """Return the modes of a version that can be fetched first, each with its bytes, slides included."""
    if not settings.DOWNLOAD_FIRST:
        return []
    slides = media.slides_of(version.recording_id, duration_ms=version.length_ms)
    modes = {mode.mode: mode for mode in media.modes_of(version.recording_id, slides=len(slides))}
    return [(modes[name], size) for name, size in downloaded_bytes(modes.values(), slides).items()]


def _codes(playback: Playback, codes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the codes with their digits: shown by the device at their moment, without asking."""
    return [
        each
        | {
            "code": presence.code_for(
                lawyer_id=playback.lawyer_id,
                version_id=playback.lecture_version_id,
                index=each["index"],
                download=playback.public_id,
            )
        }
        for each in codes
    ]
