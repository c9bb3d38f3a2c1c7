"""The API of downloads: everything a device needs to watch a lecture without a network, under a number of its choice."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from courses.attendance import operations, packs
from courses.attendance.endpoints import CodeOut, Milliseconds, Problem, SlideOut
from courses.catalogue.models import LectureVersion
from media_pipeline.api import AccessRefused, set_viewer_cookie
from qianchang.people.models import Account
from qianchang.people.queries import lawyer_of

router = Router()


class PackIn(Schema):
    version: int
    mode: str = Field(max_length=10)
    device: str = Field("", max_length=500)
    device_now_ms: Milliseconds


class PackCodeOut(CodeOut):
    code: str


class PackConfigOut(Schema):
    """The player's configuration, as in a lecture's page, with the digits of the codes."""

    lecture: int
    version: int
    title: str
    opens: str
    modes: list[dict[str, Any]]
    captions: list[dict[str, str]]
    rates: list[float]
    duration_ms: int
    covered_ms: int
    creditable_ms: int
    intervals_ms: list[tuple[int, int]]
    missing_ms: list[tuple[int, int]]
    position_ms: int
    hours: str
    threshold: str
    codes: list[PackCodeOut]
    credited: bool
    hours_url: str


class PackFileOut(Schema):
    name: str
    address: str
    bytes: int | None


class PackOut(Schema):
    id: UUID
    key: str
    mode: str
    address: str
    server_now_ms: int
    until_ms: int
    late_days: int
    config: PackConfigOut
    index: list[SlideOut]
    files: list[PackFileOut]


@router.put(
    "/{uuid:pack_id}/",
    response={200: PackOut, 403: Problem, 404: Problem, 409: Problem},
    summary="Fetch a lecture first, or go on fetching it with fresh links",
)
def open_pack(request: HttpRequest, response: HttpResponse, pack_id: UUID, payload: PackIn) -> dict[str, Any]:
    at = timezone.now()
    account: Account = request.auth  # type: ignore[attr-defined]  # ninja puts the signed-in account there
    lawyer = lawyer_of(account)
    version = LectureVersion.objects.select_related("lecture").filter(pk=payload.version).first()
    if not settings.DOWNLOAD_FIRST:
        raise HttpError(403, _("Downloads are switched off on this platform. Watch over the line instead."))
    if version is None:
        raise HttpError(404, _("There is no such lecture. Go back to the catalogue and open it again."))
    try:
        if lawyer is None:
            raise operations.UnableToOpenPlayback(version.lecture_id)
        with transaction.atomic():
            playback = packs.open_pack(
                lawyer=lawyer,
                version=version,
                pack_id=pack_id,
                device=payload.device,
                device_now_ms=payload.device_now_ms,
                at=at,
            )
            pack = packs.pack_of(playback, mode=payload.mode, account=account, request=request, at=at)
    except (operations.UnableToOpenPlayback, AccessRefused) as error:
        raise HttpError(
            403, _("This lecture is not open to you yet. Enrol on the lecture's page first.")
        ) from error
    except packs.PackUnknown as error:
        raise HttpError(404, _("This download is not known here. Remove it and download it anew.")) from error
    except packs.PackOver as error:
        raise HttpError(
            409, _("The days of this download are over. Remove it and download it anew.")
        ) from error
    set_viewer_cookie(response, viewer_id=account.pk, at=at)
    return pack
