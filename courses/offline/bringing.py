"""Bringing back what a stick recorded. A record is believed as far as its signature, its bounds and the rules of watching
reach; the same file again, an older one after a newer one, or one weeks later changes nothing that stands.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from courses.attendance import brought
from courses.attendance.clock import from_ms, to_ms
from courses.attendance.folding import Folded, ReportedSpan
from courses.attendance.models import Playback
from courses.attendance.queries import percent_of
from courses.attendance.registries import Award
from courses.attendance.rules import creditable, intersection, length_of
from courses.catalogue.models import LectureVersion
from courses.offline import queries, rules, scope
from courses.offline.contents import place_on
from courses.offline.models import Bundle, Stick
from courses.offline.rules import Doubt, Doubtful, Record, RoomSheet
from courses.offline.wording import doubt_sentence
from courses.sheets import matching
from courses.sheets.models import Sheet, SheetVersion
from courses.sheets.operations import UnableToKey, save_version
from courses.sheets.rules import Keyed, KeyedRow
from qianchang.groundwork import audit, vault
from qianchang.people.models import Account, Lawyer
from qianchang.people.walls import as_platform


class UnableToTake(Exception):
    """The record is not taken. The text says why and what to do; nothing was changed."""


@dataclass(frozen=True)
class Outcome:
    """What one lecture of a stick has come to: percent watched in all, and the hours, where they are credited."""

    version: LectureVersion
    percent: int
    award: Award | None


@dataclass(frozen=True)
class Brought:
    """What became of a record. `repeated`: the same file had been brought before, and nothing changed now."""

    bundle: Bundle
    outcomes: tuple[Outcome, ...] = ()
    repeated: bool = False


@dataclass(frozen=True)
class _File:
    """A record file whose signature fits, who brings it and when."""

    stick: Stick
    record: Record
    sha256: str
    size_bytes: int
    by: Account
    at: datetime


def bring_back(*, data: bytes, by: Account, at: datetime) -> Brought:
    """Take a record that somebody brings back: a lawyer's into the coverage, with the hours that are due then, a room's
    as a version of its sheet. Raises UnableToTake; then nothing was changed.
    """
    try:
        sealed = rules.unseal(data)
        stick = _stick(sealed.number, by=by, at=at)
        if not rules.is_signed(sealed, stick.secret):
            raise Doubtful(Doubt.ALTERED)
        versions = _versions(stick)
        lengths = {version.pk: version.length_ms for version in versions}
        record = rules.read(sealed.body, stick=stick.public_id, versions=lengths.keys(), lengths_ms=lengths)
        if stick.kind == Stick.Kind.ROOM and record.sheet is None:
            raise Doubtful(Doubt.EMPTY)
    except Doubtful as error:
        raise UnableToTake(doubt_sentence(error.doubt)) from error
    file = _File(stick, record, hashlib.sha256(data).hexdigest(), len(data), by, at)
    known = Bundle.objects.filter(stick=stick, sha256=file.sha256).first()
    if known is not None:
        return Brought(known, _outcomes(stick, versions, at=at), repeated=True)
    # On the disk before a row names it; bytes that no row names harm nobody.
    vault.keep(data)
    if stick.revoked_at is not None:
        _kept(file, versions, verdict=Bundle.Verdict.REFUSED, reason=Doubt.REVOKED)
        raise UnableToTake(doubt_sentence(Doubt.REVOKED))
    if stick.kind == Stick.Kind.ROOM:
        return _of_room(file, versions)
    return _of_person(file, versions)


def _stick(number: str, *, by: Account, at: datetime) -> Stick:
    """Return the stick that a record names. One that somebody else brings back looks like one that never was."""
    stick = queries.stick_of(number)
    if stick is None or not scope.reaches(by, stick, on=localdate(at)):
        raise Doubtful(Doubt.UNKNOWN)
    return stick


def _versions(stick: Stick) -> list[LectureVersion]:
    lectures = stick.lectures.select_related("version__lecture").order_by("position")
    return [each.version for each in lectures]


# --- A lawyer's -------------------------------------------------------------------------------------------------


def _of_person(file: _File, versions: Sequence[LectureVersion]) -> Brought:
    lawyer = file.stick.lawyer
    if lawyer is None or lawyer.erased_at is not None:
        raise UnableToTake(doubt_sentence(Doubt.UNKNOWN))
    folded = brought.fold_brought(_reports(file, lawyer, versions), account_id=lawyer.account_id, at=file.at)
    _answer(file, lawyer, versions)
    outcomes = _outcomes(file.stick, versions, at=file.at)
    spans = sum(len(run.spans) for run in file.record.runs)
    refused = [reason for each in folded for _sequence, reason in each.refused]
    verdict = Bundle.Verdict.IN_PART if refused else Bundle.Verdict.ACCEPTED
    if refused and not any(_counts(each) for each in folded):
        verdict = Bundle.Verdict.REFUSED
    bundle = _kept(
        file,
        versions,
        verdict=verdict,
        reason=refused[0] if refused else "",
        spans=spans,
        refused=len(refused),
    )
    return Brought(bundle, outcomes)


def _counts(folded: Folded) -> bool:
    return bool(folded.playback.accepted_ms)


def _reports(
    file: _File, lawyer: Lawyer, versions: Sequence[LectureVersion]
) -> list[tuple[Playback, list[ReportedSpan]]]:
    """Return the playbacks that a record tells of, one for each opening of the stick and lecture, with their spans."""
    reports = []
    for run in file.record.runs:
        for version in versions:
            spans = rules.spans_of(run, version.pk)
            if not spans:
                continue
            playback = brought.open_brought(
                lawyer=lawyer,
                version=version,
                number=uuid5(file.stick.public_id, f"{run.run}/{version.pk}"),
                opened_at=file.stick.made_at,
                until=file.stick.expires_at,
                device=run.device,
            )
            reports.append((playback, [ReportedSpan(each[0], each[2:4], each[4:6]) for each in spans]))
    return reports


def _answer(file: _File, lawyer: Lawyer, versions: Sequence[LectureVersion]) -> None:
    by_number = {version.pk: version for version in versions}
    # Of several answers to one code the last one holds, as where it is typed.
    answers = {(each[0], each[1]): each[2] for run in file.record.runs for each in run.answers}
    for (version, index), digits in sorted(answers.items()):
        brought.answer_brought(
            lawyer=lawyer,
            version=by_number[version],
            index=index,
            code=digits,
            place=place_on(file.stick),
            minutes=file.stick.presence_minutes,
            at=file.at,
        )


def _outcomes(stick: Stick, versions: Sequence[LectureVersion], *, at: datetime) -> tuple[Outcome, ...]:
    lawyer = stick.lawyer
    if lawyer is None:
        return ()
    found = []
    for version in versions:
        record = brought.record_of(lawyer=lawyer, version=version, at=at)
        award = brought.award_brought(lawyer=lawyer, version=version, record=record, at=at)
        found.append(Outcome(version, percent_of(record.covered_ms, record.creditable_ms), award))
    return tuple(found)


# --- A room's ---------------------------------------------------------------------------------------------------


@transaction.atomic
def _of_room(file: _File, versions: Sequence[LectureVersion]) -> Brought:
    sheet, filled = file.stick.sheet, file.record.sheet
    assert sheet is not None and filled is not None  # noqa: S101, PT018 - a room's stick has a sheet, and so had the record
    # One record of a stick at a time: the version and the bundle that names it are written together.
    stick = Stick.objects.select_for_update().get(pk=file.stick.pk)
    known = Bundle.objects.filter(stick=stick, sha256=file.sha256).first()
    if known is not None:
        return Brought(known, repeated=True)
    if stick.revoked_at is not None:
        raise UnableToTake(doubt_sentence(Doubt.REVOKED))
    before = _before(stick, filled)
    if (
        before is not None
        and before.number >= file.record.number
        and _told_at(before) >= file.record.saved_ms
    ):
        return Brought(_kept(file, versions, verdict=Bundle.Verdict.REFUSED, reason=Doubt.OLDER))
    seen, numbers = _expected(file, sheet, filled)
    keyed = Keyed(
        rows=tuple(
            KeyedRow(
                lawyer_id=row.lawyer if row.lawyer in seen else None,
                name=row.name,
                licence_number=row.licence if row.lawyer is None else numbers.get(row.lawyer, ""),
                firm=row.firm,
                mark=row.mark,
                minutes=row.minutes,
            )
            for row in filled.rows
        ),
        codes=filled.codes,
        supervisor=filled.supervisor,
        begins_at=filled.begins_at,
        ends_at=filled.ends_at,
    )
    try:
        saved = save_version(
            sheet=sheet,
            keyed=keyed,
            base=before.sheet_version.number if before and before.sheet_version else None,
            origin=SheetVersion.Origin.STICK,
            draft_id=_draft(file),
            keyed_at=from_ms(file.record.saved_ms),
            by=file.by,
            at=file.at,
        )
    except (UnableToKey, PermissionDenied) as error:
        raise UnableToTake(str(error)) from error
    bundle = _kept(file, versions, verdict=Bundle.Verdict.ACCEPTED, sheet_version=saved.mine)
    return Brought(bundle)


def _expected(file: _File, sheet: Sheet, filled: RoomSheet) -> tuple[set[int], dict[int, str]]:
    """Whom of a sheet the one who brings it sees on the roster, and the licence numbers of all who were expected: on the
    stick they are masked.
    """
    named = {row.lawyer for row in filled.rows if row.lawyer is not None}
    seen = {each.pk for each in matching.roster_of(sheet, by=file.by, on=localdate(file.at))}
    with as_platform("who was expected in a room, by number; nobody is shown a name that the stick had not"):
        found = matching.expected(sheet).filter(pk__in=named).values_list("pk", "licence_number")
        return seen & named, dict(found)


def _before(stick: Stick, filled: RoomSheet) -> Bundle | None:
    """Return what the same computer brought last. Another computer began with a blank sheet, as another person would."""
    came = Bundle.objects.filter(stick=stick, copy=filled.copy, sheet_version__isnull=False)
    return came.select_related("sheet_version").order_by("-number", "-pk").first()


def _told_at(bundle: Bundle) -> int:
    """When a record was saved, by the clock of its computer."""
    version = bundle.sheet_version
    return to_ms(version.keyed_at) if version is not None and version.keyed_at is not None else 0


def _draft(file: _File) -> UUID:
    return uuid5(file.stick.public_id, file.sha256)


# --- What is kept -----------------------------------------------------------------------------------------------


def _kept(
    file: _File,
    versions: Sequence[LectureVersion],
    *,
    verdict: str,
    reason: str = "",
    spans: int = 0,
    refused: int = 0,
    sheet_version: SheetVersion | None = None,
) -> Bundle:
    """Write down that a record came. Where the same file came twice in one moment, the other one stands."""
    bundle = Bundle(
        stick=file.stick,
        number=file.record.number,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        verdict=Bundle.Verdict(verdict),
        reason=str(reason),
        covered_ms=_covered(file.record, versions),
        spans=spans,
        spans_refused=refused,
        copy=file.record.sheet.copy if file.record.sheet is not None else "",
        sheet_version=sheet_version,
        by=file.by,
        received_at=file.at,
    )
    try:
        with transaction.atomic():
            bundle.save()
            audit.record(
                "record brought back",
                object_type="stick",
                object_key=file.stick.number,
                by=file.by,
                at=file.at,
                bundle=file.record.number,
                verdict=str(bundle.verdict),
            )
    except IntegrityError:
        return Bundle.objects.get(stick=file.stick, sha256=file.sha256)
    return bundle


def _covered(record: Record, versions: Sequence[LectureVersion]) -> int:
    """How much of the lectures a record tells of, each moment once."""
    total = 0
    for version in versions:
        played = [span[2:4] for run in record.runs for span in rules.spans_of(run, version.pk)]
        total += length_of(intersection(played, creditable(version.length_ms, version.excluded_ms)))
    return total
