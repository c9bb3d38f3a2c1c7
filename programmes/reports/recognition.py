"""Sheets of recognition (表彰), computed from what was counted: by association, by firm, by lecturer.

An association's own sheet names its own lecturers. The sheet of all associations names associations and firms, and says
of lecturers only how many they were: nobody's lawyers are named to others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from programmes.plans.models import Plan
from programmes.quotas.models import SessionTarget
from programmes.reports import wording
from programmes.reports.bulletins import LANGUAGE
from programmes.reports.papers import Cell, Paper, Section, Table, digest_of_rows
from programmes.reports.posted import Counted, Entry, counted, entries
from qianchang.people.models import Association

_LECTURER = "session__lecture_version__lecture__lecturers"


@dataclass(frozen=True)
class Speaker:
    """One lecturer of one session, with the firm on whose roster the lecturer stands (empty: on none)."""

    session: int
    number: int
    name: str
    association: int
    firm: str


@dataclass(frozen=True)
class Contribution:
    """What somebody gave: sessions counted (an event for several regions once, beside it) and lawyers reached."""

    name: str
    of: str
    lecturers: int
    sums: Counted


@dataclass(frozen=True)
class Contributions:
    """The contributions of a year, the largest first."""

    associations: tuple[Contribution, ...]
    firms: tuple[Contribution, ...]
    lecturers: tuple[Contribution, ...]
    rows: str


def contributions(
    plan: Plan, *, year: int, at: datetime, association: Association | None = None
) -> Contributions:
    """Return what was given in a year by one association, or by all of them. Three queries."""
    found = entries(plan, before=at, supporter=association.pk if association else None)
    found = [entry for entry in found if entry.year == year]
    speakers = _speakers(plan, {entry.session for entry in found})
    names = {each.pk: each.name_zh for each in Association.objects.order_by("code")}
    by_session: dict[int, list[Entry]] = {}
    for entry in found:
        by_session.setdefault(entry.session, []).append(entry)

    def given(mine: Iterable[Speaker], name: str, of: str) -> Contribution:
        mine = list(mine)
        theirs = [entry for session in {each.session for each in mine} for entry in by_session[session]]
        return Contribution(name, of, len({each.number for each in mine}), counted(theirs))

    firms = {(each.firm, each.association) for each in speakers if each.firm}
    people = {each.number: each for each in speakers}
    return Contributions(
        associations=_ordered(
            Contribution(
                names[number],
                "",
                len({each.number for each in speakers if each.association == number}),
                counted(entry for entry in found if entry.supporter == number),
            )
            for number in {entry.supporter for entry in found}
        ),
        firms=_ordered(
            given(
                (each for each in speakers if (each.firm, each.association) == (firm, number)),
                firm,
                names[number],
            )
            for firm, number in firms
        ),
        lecturers=_ordered(
            given(
                (each for each in speakers if each.number == number), person.name, names[person.association]
            )
            for number, person in people.items()
            if association is not None and person.association == association.pk
        ),
        rows=digest_of_rows([(entry.ledger, entry.sequence, entry.digest) for entry in found]),
    )


def sheet(plan: Plan, *, year: int, at: datetime, association: Association | None = None) -> Paper:
    """Return a sheet of recognition, of one association or (without names of lecturers) of all."""
    with translation.override(LANGUAGE):
        made = contributions(plan, year=year, at=at, association=association)
        issuer = association.name_zh if association else _("All China Lawyers Association")
        title = _("Sheet of recognition %(year)d: %(plan)s") % {"year": year, "plan": plan.name_zh}
        sections = [
            _section(_("Supporting associations"), made.associations, of="", lecturers=True),
            _section(_("Law firms"), made.firms, of=_("Association"), lecturers=True),
        ]
        if association is not None:
            sections.append(
                _section(
                    _("Lecturers who gave sessions"), made.lecturers, of=_("Association"), lecturers=False
                )
            )
        basis = _("Computed from counted sessions. SHA-256 of the entries: %(digest)s.") % {
            "digest": made.rows
        }
        day = wording.day_text(wording.last_day_before(at))
        return Paper(
            name=f"recognition-{plan.code}-{association.code if association else 'all'}-{year}",
            title=title,
            subtitle=_("%(association)s · figures as of %(day)s") % {"association": issuer, "day": day},
            addressees=(),
            sections=(*sections, Section(_("Basis"), (basis,))),
            signatories=(_("Made by:"), _("Checked by:"), _("In charge:")),
            issuer=issuer,
            date_line=day,
            footer=title,
            dated_at=wording.start_of_day(at),
        )


def _speakers(plan: Plan, sessions: set[int]) -> list[Speaker]:
    rows = SessionTarget.objects.filter(plan=plan, session__in=sessions, **{f"{_LECTURER}__isnull": False})
    found = rows.order_by("session", _LECTURER).values_list(
        "session",
        _LECTURER,
        f"{_LECTURER}__name",
        f"{_LECTURER}__association",
        f"{_LECTURER}__account__lawyer__firm__name",
    )
    return [Speaker(session, number, name, place, firm or "") for session, number, name, place, firm in found]


def _ordered(found: Iterable[Contribution]) -> tuple[Contribution, ...]:
    standing = [each for each in found if each.sums.sessions > 0]
    return tuple(
        sorted(standing, key=lambda each: (-each.sums.sessions, -each.sums.reach, each.name, each.of))
    )


def _section(heading: str, found: Sequence[Contribution], *, of: str, lecturers: bool) -> Section:
    if not found:
        return Section(heading, (_("No session was counted in this year."),))
    headings = [
        _("Serial number"),
        heading,
        *([of] if of else []),
        _("Counted sessions"),
        _("Events"),
        _("Lawyers reached"),
        *([_("Number of lecturers")] if lecturers else []),
    ]
    rows: list[tuple[Cell, ...]] = []
    for number, each in enumerate(found, start=1):
        sums = (each.sums.sessions, each.sums.events, each.sums.reach)
        people = [each.lecturers] if lecturers else []
        rows.append((number, each.name, *([each.of] if of else []), *sums, *people))
    first = 3 if of else 2
    return Section(
        heading,
        (),
        Table(
            tuple(headings),
            tuple(rows),
            caption=heading,
            numbers=frozenset({0, *range(first, len(headings))}),
            widths=(5, 26, *([20] if of else []), *([10] * (len(headings) - first))),
        ),
    )
