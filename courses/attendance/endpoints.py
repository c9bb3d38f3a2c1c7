"""The player's API: open a playback, report what was played, see and answer presence codes."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import APIKeyHeader, django_auth
from pydantic import Field

from courses.attendance import folding, operations, packs, presence, queries, registries, sentences
from courses.attendance.clock import to_ms
from courses.attendance.models import Playback, PresenceCheck
from courses.attendance.player import codes_of, index_of
from courses.attendance.queries import WatchRecord
from courses.catalogue.models import LectureVersion
from media_pipeline.api import AccessRefused, playback_links, set_viewer_cookie
from qianchang.people.models import Account
from qianchang.people.queries import lawyer_of
from qianchang.people.walls import speak_for

router = Router()


class DownloadKey(APIKeyHeader):
    """The key of a download stands for its account with that playback alone, so that evidence arrives after a session
    has ended.
    """

    param_name = "X-Download-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> Account | None:
        # ninja gives a number in an address as text, and has checked it.
        playback_id = request.resolver_match.kwargs["playback_id"]  # type: ignore[union-attr]  # routed here
        account = packs.account_of(key, UUID(str(playback_id))) if key else None
        if account is not None:
            speak_for(request, account)
        return account


REPORTING = [DownloadKey(), django_auth]
REPORT_EVERY_S = 30
MAX_SPANS = 200
# Wide enough for every honest clock and recording, narrow enough for the database.
Milliseconds = Annotated[int, Field(ge=-(10**13), le=10**13)]


class OpeningIn(Schema):
    version: int
    device: str = Field("", max_length=500)
    device_now_ms: Milliseconds
    # The stamp of the slide index that the page shows; empty where it shows none.
    index: str = Field("", max_length=20)


class SlideOut(Schema):
    number: int
    from_ms: int
    label: str


class StoryboardOut(Schema):
    interval_ms: int
    columns: int
    tiles: int
    tile_width: int
    tile_height: int


class IndexOut(Schema):
    stamp: str
    slides: list[SlideOut]
    storyboard: StoryboardOut | None


class CodeOut(Schema):
    index: int
    from_ms: int
    until_ms: int
    answered: bool


class AwardOut(Schema):
    hours: str
    entry_url: str


class OpeningOut(Schema):
    id: UUID
    server_now_ms: int
    links: dict[str, str]
    # Only where the page shows another one: the pictures that the links lead to belong to this index.
    index: IndexOut | None
    intervals_ms: list[tuple[int, int]]
    covered_ms: int
    position_ms: int
    codes: list[CodeOut]
    credited: bool
    report_every_s: int


class SpanIn(Schema):
    sequence: int = Field(ge=1, le=2**31 - 1)
    media_from_ms: Milliseconds
    media_until_ms: Milliseconds
    wall_from_ms: Milliseconds
    wall_until_ms: Milliseconds


class ReportIn(Schema):
    device_now_ms: Milliseconds
    spans: list[SpanIn] = Field(max_length=MAX_SPANS)
    position_ms: Milliseconds = 0


class RefusalOut(Schema):
    sequence: int
    reason: str
    sentence: str


class ReportOut(Schema):
    acknowledged: list[int]
    refused: list[RefusalOut]
    intervals_ms: list[tuple[int, int]]
    covered_ms: int
    accepted_wall_ms: int
    superseded: bool
    codes: list[CodeOut]
    credited: bool
    award: AwardOut | None


class ShownCodeOut(Schema):
    index: int
    code: str


class PresenceIn(Schema):
    index: int
    code: str = Field(max_length=20)


class PresenceOut(Schema):
    correct: bool
    sentence: str = ""
    codes: list[CodeOut]
    credited: bool
    award: AwardOut | None


class Problem(Schema):
    detail: str


@router.post("/", response={201: OpeningOut, 403: Problem, 404: Problem}, summary="Open a player")
def open_playback(request: HttpRequest, response: HttpResponse, payload: OpeningIn) -> Status[dict[str, Any]]:
    at = timezone.now()
    account = _account(request)
    lawyer = lawyer_of(account)
    if lawyer is None:
        raise HttpError(
            403, _("Only lawyers on the roster can watch for hours. Sign in with a licence number.")
        )
    version = LectureVersion.objects.select_related("lecture").filter(pk=payload.version).first()
    if version is None:
        raise HttpError(404, _("There is no such lecture. Go back to the catalogue and open it again."))
    try:
        playback = operations.open_playback(
            lawyer=lawyer, version=version, device=payload.device, device_now_ms=payload.device_now_ms, at=at
        )
        links = playback_links(version.recording_id, viewer_id=account.pk, at=at)
    except (operations.UnableToOpenPlayback, AccessRefused) as error:
        raise HttpError(
            403, _("This lecture is not open to you yet. Enrol on the lecture's page first.")
        ) from error
    today = timezone.localdate(at)
    terms = registries.terms_of(lawyer, on=today)
    record = queries.watch_record(lawyer, version, terms=terms)
    award = registries.award_of(lawyer, lecture_id=version.lecture_id, terms=terms, on=today)
    set_viewer_cookie(response, viewer_id=account.pk, at=at)
    opening = {
        "id": playback.public_id,
        "server_now_ms": to_ms(at),
        "links": links,
        "index": _index(version, payload.index),
        "intervals_ms": record.intervals,
        "covered_ms": record.covered_ms,
        "position_ms": record.position_ms,
        "codes": codes_of(record),
        "credited": award is not None and not award.is_part,
        "report_every_s": REPORT_EVERY_S,
    }
    return Status(201, opening)


@router.post(
    "/{uuid:playback_id}/spans/",
    response={200: ReportOut, 404: Problem},
    auth=REPORTING,
    summary="Report what was played",
)
def report_spans(request: HttpRequest, playback_id: UUID, payload: ReportIn) -> dict[str, Any]:
    report = folding.Report(
        account_id=_account(request).pk,
        playback_id=playback_id,
        spans=[
            folding.ReportedSpan(
                sequence=span.sequence,
                media=(span.media_from_ms, span.media_until_ms),
                device_wall=(span.wall_from_ms, span.wall_until_ms),
            )
            for span in payload.spans
        ],
        device_now_ms=payload.device_now_ms,
        position_ms=payload.position_ms,
        at=timezone.now(),
    )
    try:
        answer = operations.take_report(report)
    except queries.PlaybackUnknown as error:
        raise _unknown() from error
    return {
        "acknowledged": answer.acknowledged,
        "refused": [
            {"sequence": sequence, "reason": reason, "sentence": sentences.refusal_sentence(reason)}
            for sequence, reason in answer.refused
        ],
        "intervals_ms": answer.record.intervals,
        "covered_ms": answer.record.covered_ms,
        "accepted_wall_ms": answer.record.accepted_wall_ms,
        "superseded": answer.superseded,
        **_standing(answer.record, answer.award),
    }


@router.get(
    "/{uuid:playback_id}/codes/{int:index}/",
    response={200: ShownCodeOut, 404: Problem, 409: Problem},
    summary="See a presence code",
)
def show_code(request: HttpRequest, playback_id: UUID, index: int) -> dict[str, Any]:
    playback = _playback(request, playback_id)
    terms = registries.terms_of(playback.lawyer, on=timezone.localdate())
    record = queries.watch_record(playback.lawyer, playback.lecture_version, terms=terms)
    try:
        window = queries.shown_window(record, index)
    except queries.CodeNotReached as error:
        raise HttpError(
            409, _("This code is not shown yet. Watch up to its place in the lecture.")
        ) from error
    version_id = playback.lecture_version_id
    code = presence.code_for(
        lawyer_id=playback.lawyer_id, version_id=version_id, index=window.index, download=_download(playback)
    )
    return {"index": window.index, "code": code}


@router.post(
    "/{uuid:playback_id}/presence/",
    response={200: PresenceOut, 404: Problem, 429: Problem},
    auth=REPORTING,
    summary="Answer a presence code",
)
def answer_presence(request: HttpRequest, playback_id: UUID, payload: PresenceIn) -> dict[str, Any]:
    playback = _playback(request, playback_id)
    try:
        answer = operations.answer_presence(
            lawyer=playback.lawyer,
            version=playback.lecture_version,
            index=payload.index,
            code=payload.code,
            channel=PresenceCheck.Channel.DOWNLOAD
            if playback.download_until
            else PresenceCheck.Channel.PLAYER,
            at=timezone.now(),
            download=_download(playback),
        )
    except operations.UnableToAnswer as error:
        raise HttpError(404, _("This lecture has no such code. Reload the page.")) from error
    except operations.TooManyGuesses as error:
        raise HttpError(429, sentences.too_many_guesses()) from error
    sentence = "" if answer.correct else sentences.wrong_code_sentence(answer.window)
    return {"correct": answer.correct, "sentence": sentence, **_standing(answer.record, answer.award)}


def _index(version: LectureVersion, shown: str) -> dict[str, Any] | None:
    now = index_of(version) if shown else None
    if now is None or now.stamp == shown:
        return None
    return {**asdict(now), "stamp": now.stamp}


def _standing(record: WatchRecord, award: registries.Award | None) -> dict[str, Any]:
    return {
        "codes": codes_of(record),
        "credited": award is not None and not award.is_part,
        "award": {"hours": f"{award.hours:.1f}", "entry_url": award.entry_url} if award else None,
    }


def _account(request: HttpRequest) -> Account:
    account = getattr(request, "auth", None)
    if not isinstance(account, Account):
        raise HttpError(401, _("You are signed out. Sign in again; nothing is lost."))
    return account


def _download(playback: Playback) -> UUID | None:
    return playback.public_id if playback.download_until else None


def _playback(request: HttpRequest, playback_id: UUID) -> Playback:
    try:
        return queries.playback_of(_account(request), playback_id)
    except queries.PlaybackUnknown as error:
        raise _unknown() from error


def _unknown() -> HttpError:
    return HttpError(404, _("This player is not known here. Reload the page; what was played is kept."))
