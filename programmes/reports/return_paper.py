"""A monthly return in words and tables."""

from django.utils.translation import gettext as _

from programmes.quotas.wording import STATES, month_label
from programmes.reports import rules, wording
from programmes.reports.matrix import Row
from programmes.reports.models import Side
from programmes.reports.papers import Cell, Paper, Section, Table
from programmes.reports.return_figures import ReturnFigures, ReturnWords
from programmes.reports.wording import NOTHING


def paper_of(made: ReturnFigures, words: ReturnWords) -> Paper:
    """Return a monthly return as a paper, in the language that is switched on."""
    label = month_label(made.month)
    title = _("Monthly return on %(plan)s, %(month)s") % {"plan": made.plan.name_zh, "month": label}
    sections = [
        Section(_("Overview"), tuple(_overview(made, label))),
        Section(_("By region and delivery mode"), (), matrix_table(made)),
        _sessions_section(made, label),
    ]
    if made.pending:
        sections.append(_pending_section(made))
    if words.remarks:
        sections.append(Section(_("Remarks"), (words.remarks,)))
    sections.append(Section(_("Basis"), (_basis(made),)))
    return Paper(
        name=f"return-{made.plan.code}-{made.association.code}-{made.month}-v{words.version}",
        title=title,
        subtitle=(
            _("%(association)s · draft before the month is posted · figures as of %(day)s")
            if words.provisional
            else _("%(association)s · version %(version)d · figures as of %(day)s")
        )
        % {
            "association": made.association.name_zh,
            "version": words.version,
            "day": wording.day_text(wording.last_day_before(made.as_of)),
        },
        addressees=words.addressees,
        sections=tuple(sections),
        signatories=words.signatories,
        issuer=made.association.name_zh,
        date_line=wording.day_text(wording.last_day_before(made.as_of)),
        footer=title,
        dated_at=made.as_of,
    )


def _overview(made: ReturnFigures, label: str) -> list[str]:
    total, unit = made.matrix.total, made.plan.unit
    if not made.posted:
        said = [_("In %(month)s no session was counted.") % {"month": label}]
    else:
        said = [
            _("In %(month)s %(count)s %(unit)s were counted, with %(reach)d attendances of lawyers.")
            % {
                "month": label,
                "count": wording.both_counts(total.month),
                "unit": unit,
                "reach": total.month.reach,
            }
        ]
    if total.goal:
        said.append(
            _("This year %(count)s of %(goal)s %(unit)s are counted: %(percent)s, %(missing)d are missing.")
            % {
                "count": wording.both_counts(total.so_far),
                "goal": wording.owed_text(total.goal),
                "unit": unit,
                "percent": rules.percent_text(total.so_far.sessions, total.goal.quantity),
                "missing": total.missing or 0,
            }
        )
    else:
        said.append(
            _("This year %(count)s %(unit)s are counted.")
            % {"count": wording.both_counts(total.so_far), "unit": unit}
        )
    said.append(
        _("Over the years %(count)s of %(goal)s %(unit)s are counted.")
        % {
            "count": wording.both_counts(made.over_the_years),
            "goal": wording.owed_text(made.whole),
            "unit": unit,
        }
        if made.whole
        else _("Over the years %(count)s %(unit)s are counted.")
        % {"count": wording.both_counts(made.over_the_years), "unit": unit}
    )
    return said


def matrix_table(made: ReturnFigures) -> Table:
    """Return the month and the running total by place and bucket of modes."""
    other = _("Beneficiary region") if made.side is Side.SUPPORTER else _("Supporting association")
    lines: list[tuple[Cell, ...]] = []
    for place in made.matrix.places:
        own = [row for row in made.matrix.rows if row.place_code == place.place_code]
        lines += [_line(row, place.place, row.modes_label) for row in own]
        lines.append(_line(place, place.place, _("Subtotal")))
    lines += [_line(row, _("All"), row.modes_label) for row in made.matrix.buckets]
    lines.append(_line(made.matrix.total, _("Total"), ""))
    return Table(
        headings=(
            other,
            _("Delivery mode"),
            _("This month"),
            _("This year"),
            _("Number of the year"),
            _("Rate"),
            _("Missing"),
        ),
        rows=tuple(lines),
        numbers=frozenset(range(2, 7)),
        total=True,
        widths=(18, 20, 9, 9, 16, 9, 8),
    )


def _line(row: Row, place: str, modes: str) -> tuple[Cell, ...]:
    return (
        place,
        modes,
        wording.both_counts(row.month),
        wording.both_counts(row.so_far),
        wording.owed_text(row.goal),
        rules.percent_text(row.so_far.sessions, row.goal.quantity) if row.goal else NOTHING,
        NOTHING if row.missing is None else row.missing,
    )


def _sessions_section(made: ReturnFigures, label: str) -> Section:
    heading = _("Sessions counted in the month")
    if not made.posted:
        return Section(heading, (_("In %(month)s no session was counted.") % {"month": label},))
    rows = tuple(
        (
            number,
            each.entry.code,
            each.entry.held_date.isoformat(),
            each.entry.title,
            each.mode_label,
            each.place,
            each.entry.quantity,
            each.entry.attendances,
        )
        for number, each in enumerate(made.posted, start=1)
    )
    return Section(
        heading,
        (),
        Table(
            headings=(
                _("Serial number"),
                _("Session"),
                _("Date"),
                _("Lecture"),
                _("Delivery mode"),
                _("Beneficiary region") if made.side is Side.SUPPORTER else _("Supporting association"),
                _("Counted"),
                _("Lawyers reached"),
            ),
            rows=rows,
            numbers=frozenset({0, 6, 7}),
            widths=(9, 28, 25, 35, 17, 18, 12, 14),
        ),
    )


def _pending_section(made: ReturnFigures) -> Section:
    rows = tuple(
        (each.code, each.date.isoformat(), each.title, each.place, str(STATES[each.state]))
        for each in made.pending
    )
    return Section(
        _("Held and not counted yet"),
        (),
        Table(
            headings=(
                _("Session"),
                _("Date"),
                _("Lecture"),
                _("Beneficiary region") if made.side is Side.SUPPORTER else _("Supporting association"),
                _("State"),
            ),
            rows=rows,
            widths=(28, 25, 60, 25, 20),
        ),
    )


def _basis(made: ReturnFigures) -> str:
    return _(
        "Made from the sessions ledger: entries posted up to %(month)s. A session counts for the year in which it was "
        "held and in the month in which it was posted. SHA-256 of the entries: %(digest)s."
    ) % {"month": month_label(made.month), "digest": made.rows}
