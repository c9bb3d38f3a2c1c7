"""A bulletin in words and tables."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from programmes.quotas.wording import month_label
from programmes.reports import rules, wording
from programmes.reports.papers import Paper, Section, Table
from programmes.reports.standings import Bulletin, Line, Region
from programmes.reports.wording import NOTHING


def paper_of(made: Bulletin) -> Paper:
    """Return a bulletin as a paper, in the language that is switched on."""
    label = month_label(made.month)
    title = _("Bulletin on %(plan)s, %(month)s") % {"plan": made.plan_name, "month": label}
    return Paper(
        name=f"bulletin-{made.plan_code}-{made.month}-v{made.version}",
        title=title,
        subtitle=_("Version %(version)d · figures as of %(day)s")
        % {"version": made.version, "day": wording.day_text(wording.last_day_before(made.as_of))},
        addressees=(),
        sections=(
            Section(_("Overview"), tuple(_overview(made, label))),
            Section(
                _("Supporting associations"),
                (_("Planned numbers are shown with their kind; only counted sessions fill them."),),
                _supporters(made),
            ),
            *_regions_section(made),
            Section(_("Returns"), tuple(_returns(made, label))),
            Section(_("Basis"), (_basis(made),), _ledgers(made) if made.ledgers else None),
        ),
        signatories=(),
        issuer=_("All China Lawyers Association"),
        date_line=wording.day_text(wording.last_day_before(made.as_of)),
        footer=title,
        dated_at=made.as_of,
        landscape=True,
    )


def _overview(made: Bulletin, label: str) -> list[str]:
    total = made.total
    if not total.month.sessions and not total.reversed:
        said = [_("In %(month)s no session was counted.") % {"month": label}]
    else:
        said = [
            _("In %(month)s %(count)s %(unit)s were counted, %(reversed)d entries were reversals.")
            % {
                "month": label,
                "count": wording.both_counts(total.month),
                "unit": made.unit,
                "reversed": total.reversed,
            }
        ]
    said.append(
        _(
            "This year %(year)s %(unit)s are counted, over the years %(all)s; %(reach)d attendances of lawyers."
        )
        % {
            "year": wording.both_counts(total.year),
            "unit": made.unit,
            "all": wording.both_counts(total.over_the_years),
            "reach": total.year.reach,
        }
    )
    if total.goal:
        of_promised = sum(line.year.sessions for line in made.lines if line.goal)
        said.append(
            _("Of the %(goal)s of the year %(percent)s are done; an even pace would have reached %(due)d.")
            % {
                "goal": wording.owed_text(total.goal),
                "percent": rules.percent_text(of_promised, total.goal.quantity),
                "due": total.due or 0,
            }
        )
    return said


def _supporters(made: Bulletin) -> Table:
    rows = [_supporter(line.name, line) for line in made.lines]
    return Table(
        headings=(
            _("Association"),
            _("Number of the year"),
            _("Counted in the month"),
            _("Counted this year"),
            _("Rate"),
            _("Due by now"),
            _("Ahead or behind"),
            _("On site"),
            _("Other modes"),
            _("Number over all years"),
            _("Counted over all years"),
            _("Monthly return"),
        ),
        rows=(*rows, _supporter(_("Total"), made.total)),
        caption=_("Supporting associations"),
        numbers=frozenset(range(1, 11)),
        total=True,
        widths=(20, 12, 8, 8, 8, 8, 8, 7, 7, 12, 8, 11),
    )


def _supporter(name: str, line: Line) -> tuple[str | int, ...]:
    return (
        name,
        wording.owed_text(line.goal),
        wording.both_counts(line.month),
        wording.both_counts(line.year),
        rules.percent_text(line.year.sessions, line.goal.quantity) if line.goal and line.code else NOTHING,
        NOTHING if line.due is None else line.due,
        wording.signed(line.ahead) if line.code else NOTHING,
        line.onsite,
        line.other,
        wording.owed_text(line.whole),
        wording.both_counts(line.over_the_years),
        _state(line) if line.code else "",
    )


def _state(line: Line) -> str:
    if line.reported_at is not None:
        return _("sent on %(day)s") % {"day": f"{localtime(line.reported_at):%m-%d}"}
    if line.closed_at is not None:
        return _("month posted, not sent")
    return _("not sent")


def _regions_section(made: Bulletin) -> tuple[Section, ...]:
    if not made.regions:
        return ()
    table = Table(
        headings=(
            _("Beneficiary region"),
            _("Counted in the month"),
            _("Counted this year"),
            _("Counted over all years"),
            _("Attendances this year"),
        ),
        rows=tuple(_region(region) for region in made.regions),
        caption=_("Beneficiary regions"),
        numbers=frozenset(range(1, 5)),
        widths=(24, 12, 12, 12, 12),
    )
    return (Section(_("Beneficiary regions"), (), table),)


def _region(region: Region) -> tuple[str | int, ...]:
    sums = (region.month, region.year, region.over_the_years)
    return (region.name, *(wording.both_counts(each) for each in sums), region.year.reach)


def _returns(made: Bulletin, label: str) -> list[str]:
    missing = [line.name for line in made.not_reported]
    waiting = [line.name for line in made.not_closed]
    return [
        _("Returns of %(month)s received: %(come)d of %(all)d.")
        % {"month": label, "come": len(made.lines) - len(missing), "all": len(made.lines)},
        _("Not reported: %(names)s.") % {"names": wording.listed(missing)},
        _("Month not posted: %(names)s.") % {"names": wording.listed(waiting)},
    ]


def _basis(made: Bulletin) -> str:
    return _(
        "Made from the sessions ledger: entries posted up to %(month)s and written by %(day)s. An event for several "
        "regions is one session in each of them; where that makes a difference, events stand in brackets. "
        "SHA-256 of the entries: %(digest)s."
    ) % {
        "month": month_label(made.month),
        "day": wording.day_text(wording.last_day_before(made.as_of)),
        "digest": made.rows,
    }


def _ledgers(made: Bulletin) -> Table:
    return Table(
        headings=(_("Ledger"), _("Last entry"), _("Digest of the last entry")),
        rows=tuple(made.ledgers),
        caption=_("Last entries of the ledgers"),
        numbers=frozenset({1}),
        widths=(10, 8, 60),
    )
