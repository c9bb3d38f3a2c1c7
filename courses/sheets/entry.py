"""What the page shows on which a sheet is keyed. Nobody is present by default."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from uuid import uuid4

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.attendance.rules import Terms
from courses.schedule.rules import DVD
from courses.sheets import access, elsewhere, matching, queries, room_hours, rules, worth
from courses.sheets.elsewhere import Contradiction
from courses.sheets.models import Sheet, SheetDecision, SheetFile, SheetVersion
from courses.sheets.operations import KEYABLE
from courses.sheets.rules import Keyed, KeyedRow, Totals
from courses.sheets.worth import Worth
from qianchang.groundwork import vault
from qianchang.people import masks
from qianchang.people.models import Account, Lawyer

State = Sheet.State
Kind = Sheet.Kind
# At least so many photos of the room, besides that of the sheet.
PHOTOS_ASKED = 1


@dataclass(frozen=True)
class EntryRow:
    """One person on the page. `lawyer` is the number to send back; `licence_number` only what was typed by hand."""

    n: int
    lawyer: int | None
    name: str
    licence: str
    licence_number: str
    firm: str
    mark: str
    minutes: int | None
    in_at: str
    out_at: str
    hours: Decimal | None
    hand: bool
    other: bool
    problem: str
    note: str = ""


@dataclass(frozen=True)
class EntryCode:
    """One code that is copied from the paper, and at which minute it was shown."""

    index: int
    value: str
    minute: int


@dataclass(frozen=True)
class FileLine:
    """One file that came with the sheet; `url` is signed for this reader and holds a few minutes."""

    pk: int
    kind: str
    label: str
    size: int
    url: str
    is_picture: bool


@dataclass(frozen=True)
class Fault:
    """Something to change: on which row (None: on no row) and in which field."""

    row: int | None
    field: str
    text: str


@dataclass(frozen=True)
class EntryPage:
    """The sheet of one room, ready to be keyed or read."""

    sheet: Sheet
    title: str
    lecture: str
    disc: str
    place_words: str
    length_minutes: int
    whole_hours: Decimal
    unit_minutes: int
    step: Decimal
    rows: tuple[EntryRow, ...]
    expected: int
    codes: tuple[EntryCode, ...]
    times: bool
    base: str
    draft_id: str
    supervisor: str
    begins: str
    ends: str
    files: tuple[FileLine, ...]
    missing: tuple[str, ...]
    totals: Totals
    errors: tuple[Fault, ...]
    may_key: bool
    may_report: bool
    may_withdraw: bool
    may_confirm: bool
    sees_names: bool
    report_label: str
    checker: str
    returned: SheetDecision | None
    in_conflict: bool
    elsewhere: tuple[Contradiction, ...]
    saved_at: datetime | None
    saved_by: str
    urls: dict[str, str]

    @property
    def length_words(self) -> str:
        """The length as people say it: 1 hour 58 minutes."""
        hours, minutes = divmod(self.length_minutes, 60)
        if not hours:
            return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}

    @property
    def is_open(self) -> bool:
        """Whether the sheet takes keying now."""
        return self.sheet.state in KEYABLE

    @property
    def lawyers(self) -> str:
        """The numbers of those on the rows, in their order."""
        return ",".join(str(row.lawyer or "") for row in self.rows)

    @property
    def scans(self) -> int:
        return sum(file.kind == SheetFile.Kind.SCAN for file in self.files)

    @property
    def photos(self) -> int:
        return sum(file.kind == SheetFile.Kind.PHOTO for file in self.files)


def entry_page(
    sheet: Sheet,
    account: Account,
    *,
    at: datetime,
    sent: Keyed | None = None,
    base: int | None = None,
    errors: Iterable[Fault] = (),
    version: SheetVersion | None = None,
) -> EntryPage:
    """Return the page of a sheet for one reader: what was sent a moment ago, else the version that holds (or `version`),
    else everybody who is expected, unmarked. The queries do not grow with the people on it.
    """
    on = localdate(at)
    names = access.sees_names(account, sheet, on=on)
    version = version or queries.current_version(sheet)
    stands = queries.keyed_of(version) if version else None
    keyed = sent or stands or Keyed()
    roster = matching.roster_of(sheet, by=account, on=on) if names else []
    if sheet.state in KEYABLE and sent is None:
        keyed = replace(keyed, rows=with_roster(keyed.rows, roster))
    terms = queries.terms_of(sheet)
    files = file_lines(sheet, account, names=names)
    asked = queries.codes_asked(sheet)
    may_key = access.may_key(account, sheet, on=on)
    decided = queries.last_decision(sheet)
    weighed = elsewhere.weigh(sheet, keyed)
    values = worth.of_rows(sheet, keyed, weighed, decided, terms)
    totals = _totals(sheet, keyed, values, terms)
    return EntryPage(
        sheet=sheet,
        title=title_of(sheet),
        lecture=sheet.session.lecture_version.lecture.localised_title,
        disc=sheet.disc.serial if sheet.disc else "",
        place_words=sheet.site,
        length_minutes=queries.length_minutes(sheet),
        whole_hours=terms.hours(queries.creditable_ms(sheet)),
        unit_minutes=terms.unit_minutes,
        step=terms.step,
        rows=_rows(sheet, keyed, values, terms, roster, errors) if names else (),
        expected=len(roster),
        codes=_codes(asked, keyed.codes),
        times=sheet.kind != Kind.SCREENING,
        base=str((base if sent is not None else version.number if version else None) or ""),
        draft_id=str(uuid4()),
        supervisor=keyed.supervisor or sheet.supervisor,
        begins=_written(keyed.begins_at or sheet.begins_at),
        ends=_written(keyed.ends_at or sheet.ends_at),
        files=files,
        missing=missing_of(sheet, keyed, files=files, codes=len(asked), unmarked=totals.unmarked),
        totals=totals,
        errors=tuple(errors),
        may_key=may_key,
        may_report=may_key and names and sheet.state in KEYABLE and sheet.date <= on,
        may_withdraw=may_key and names and sheet.state == State.REPORTED,
        may_confirm=access.may_confirm(account, sheet, on=on) and sheet.state == State.REPORTED,
        sees_names=names,
        report_label=_("Report to %(association)s") % {"association": sheet.association.name},
        checker=sheet.association.name,
        returned=decided if decided is not None and sheet.state == State.RETURNED else None,
        in_conflict=sheet.state in KEYABLE and len(queries.heads(sheet)) > 1,
        elsewhere=elsewhere.contradictions(sheet, keyed, weighed, account, on=on) if names else (),
        saved_at=version.at if version else None,
        saved_by=str(version.by) if version else "",
        urls=urls_of(sheet),
    )


def title_of(sheet: Sheet) -> str:
    """Return what a sheet is called on its paper: the county, how it was held, and that it is a sign-in sheet."""
    place = sheet.region.name_zh if sheet.region is not None else sheet.association.name
    titles = {
        Kind.SCREENING: _("%(place)s: %(mode)s group screening, sign-in sheet"),
        Kind.ON_SITE: _("%(place)s: session on site, sign-in sheet"),
        Kind.DIAL_IN: _("%(place)s: dial-in site, sign-in sheet"),
    }
    return titles[Kind(sheet.kind)] % {"place": place, "mode": str(sheet.session.mode)}


def with_roster(rows: Sequence[KeyedRow], roster: Iterable[Lawyer]) -> tuple[KeyedRow, ...]:
    """Return the people on a sheet in the order of the roster, those of the roster who do not stand on it unmarked, and
    whoever was added by hand behind them.
    """
    standing = {row.lawyer_id: row for row in rows if row.lawyer_id is not None}
    people = list(roster)
    known = {each.pk for each in people}
    listed = [
        standing.get(each.pk)
        or KeyedRow(
            lawyer_id=each.pk, name=each.name, licence_number=each.licence_number, firm=each.firm.name
        )
        for each in people
    ]
    return (*listed, *(row for row in rows if row.lawyer_id not in known))


def missing_of(
    sheet: Sheet, keyed: Keyed, *, files: Sequence[FileLine], codes: int, unmarked: int
) -> tuple[str, ...]:
    """Return what is missing before a sheet is reported. Nothing of it forbids that; it lowers the grade."""
    kinds = [file.kind for file in files]
    copied = sum(bool(code) for code in keyed.codes[:codes])
    photos = PHOTOS_ASKED - kinds.count(SheetFile.Kind.PHOTO)
    found = []
    if unmarked:
        found.append(
            ngettext("%(count)d person is not marked yet.", "%(count)d people are not marked yet.", unmarked)
            % {"count": unmarked}
        )
    if SheetFile.Kind.SCAN not in kinds:
        found.append(_("The photo of the signed sheet is missing."))
    if photos > 0:
        found.append(
            ngettext(
                "%(count)d photo of the room is missing.", "%(count)d photos of the room are missing.", photos
            )
            % {"count": photos}
        )
    if copied < codes:
        found.append(
            ngettext(
                "%(count)d presence code is missing.", "%(count)d presence codes are missing.", codes - copied
            )
            % {"count": codes - copied}
        )
    if codes and sheet.disc is None and sheet.session.mode.code == DVD:
        found.append(_("The number of the disc is missing. Without it no code can be right."))
    if not (keyed.supervisor or sheet.supervisor):
        found.append(_("The supervisor is not named."))
    return (*found, *room_hours.missing(sheet, keyed))


def file_lines(sheet: Sheet, account: Account, *, names: bool) -> tuple[FileLine, ...]:
    """Return the files of a sheet with addresses that are signed for one reader: the photos of the room, and that of the
    paper for those alone who read the names on it. One query.
    """
    kinds = SheetFile.Kind.values if names else [SheetFile.Kind.PHOTO]
    return tuple(file_line(each, account) for each in queries.files_of(sheet) if each.kind in kinds)


def file_line(file: SheetFile, account: Account) -> FileLine:
    """Return one file with an address that is signed for one reader."""
    address = reverse("sheets:file", args=[file.sheet_id, file.pk])
    return FileLine(
        pk=file.pk,
        kind=file.kind,
        label=file.get_kind_display(),
        size=file.size_bytes,
        url=f"{address}?{urlencode({'key': vault.sign(file.sha256, viewer=account.pk)})}",
        is_picture=file.content_type == "image/jpeg",
    )


def urls_of(sheet: Sheet) -> dict[str, str]:
    """Return the addresses of a sheet, by name."""
    own = {
        name: reverse(f"sheets:{name}", args=[sheet.pk])
        for name in (
            "keyed",
            "files",
            "print",
            "template",
            "disc",
            "excel",
            "conflict",
            "review",
            "withdraw",
            "cancel",
        )
    }
    return {**own, "self": reverse("sheets:sheet", args=[sheet.pk])}


def _totals(sheet: Sheet, keyed: Keyed, values: Mapping[int, Worth] | None, terms: Terms) -> Totals:
    found = rules.totals(keyed.rows, creditable_ms=queries.creditable_ms(sheet), terms=terms)
    return found if values is None else replace(found, hours=worth.together(values))


def _rows(
    sheet: Sheet,
    keyed: Keyed,
    values: Mapping[int, Worth] | None,
    terms: Terms,
    roster: Iterable[Lawyer],
    errors: Iterable[Fault],
) -> tuple[EntryRow, ...]:
    problems = {fault.row: fault.text for fault in errors if fault.row is not None}
    known, creditable = {each.pk for each in roster}, queries.creditable_ms(sheet)
    return tuple(
        _row(number, row, _worth(row, number, values, creditable, terms), known, problems.get(number, ""))
        for number, row in enumerate(keyed.rows, start=1)
    )


def _worth(
    row: KeyedRow, number: int, values: Mapping[int, Worth] | None, creditable: int, terms: Terms
) -> Worth:
    """What a row is worth: by its mark alone while it is keyed."""
    if values is not None:
        return values[number]
    counts = row.was_there and not row.is_other
    return Worth(rules.hours_of(row, creditable, terms) if counts else None)


def _row(number: int, row: KeyedRow, value: Worth, known: set[int], problem: str) -> EntryRow:
    hand = row.lawyer_id not in known
    return EntryRow(
        n=number,
        lawyer=row.lawyer_id,
        name=row.name,
        licence=_masked(row),
        licence_number=row.licence_number if row.lawyer_id is None else "",
        firm=row.firm,
        mark=row.mark,
        minutes=row.minutes,
        in_at=_clock(row.in_at),
        out_at=_clock(row.out_at),
        hours=value.hours,
        hand=hand,
        other=row.is_other,
        problem=problem,
        note=value.note,
    )


def _codes(asked: Iterable[queries.Code], copied: Sequence[str]) -> tuple[EntryCode, ...]:
    return tuple(
        EntryCode(each.index, copied[each.index - 1] if each.index <= len(copied) else "", each.minute)
        for each in asked
    )


def _masked(row: KeyedRow) -> str:
    if row.lawyer_id is None or len(row.licence_number) < rules.LICENCE_DIGITS:
        return row.licence_number
    return masks.masked_licence_number(row.licence_number)


def _written(clock: time | None) -> str:
    return clock.strftime("%H:%M") if clock else ""


def _clock(moment: datetime | None) -> str:
    return localtime(moment).strftime("%H:%M") if moment else ""
