"""Clash warnings (冲突提示): what stands in the way of a session that somebody is about to schedule. They forbid nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from courses.catalogue.models import LecturePage
from courses.schedule import queries, rules
from courses.schedule.models import TrainingSession
from courses.schedule.rules import Clash, Slot


@dataclass(frozen=True)
class ClashWarning:
    """One thing to know before a session is scheduled. `code` and the sides are those of the session that stands
    there; `key` names the warning, so that whoever saw it is not asked about it again.
    """

    key: str
    clash: Clash
    code: str
    supporter_id: int
    beneficiary_id: int
    date: date
    place: str
    title: str


def clash_warnings(
    *,
    lecture_id: int,
    mode_code: str,
    beneficiaries: Sequence[int],
    date: date,
    place: str,
    begins_at: time | None = None,
) -> list[ClashWarning]:
    """Return what clashes with a session, worst first, each other session once for the worst reason. Three queries."""
    lecturers = frozenset(
        LecturePage.lecturers.through.objects.filter(lecturepage=lecture_id).values_list(
            "lecturer", flat=True
        )
    )
    near = Q(date=date) | Q(lecture_version__lecture=lecture_id, beneficiary__in=beneficiaries)
    others = list(
        TrainingSession.objects.filter(near)
        .filter(queries.STANDING)
        .select_related("lecture_version__lecture", "mode", "notice")
        .order_by("date", "code")
    )
    parts = queries.parts_of(others)
    slots = [_slot(each, parts[each.pk].lecturers) for each in others]
    by_code = {each.code: each for each in others}
    found: dict[str, ClashWarning] = {}
    for beneficiary in beneficiaries:
        wanted = Slot(
            code="",
            date=date,
            place=place,
            half_day=rules.half_day(begins_at),
            mode=mode_code,
            lecture=lecture_id,
            beneficiary=beneficiary,
            lecturers=lecturers,
        )
        for clash, code in rules.clashes(wanted, slots):
            found.setdefault(code, _warning(clash, by_code[code]))
    order = list(Clash)
    return sorted(found.values(), key=lambda each: (order.index(each.clash), each.date, each.code))


def sentence(warning: ClashWarning, *, seen: bool) -> str:
    """Say what clashes; a session that the reader may not open is not named."""
    known = {"code": warning.code, "date": warning.date.isoformat()}
    known["title"] = warning.title
    if warning.clash is Clash.SAME_LECTURE:
        if not seen:
            return _("This region has this lecture already, on %(date)s.") % known
        return _("This region has this lecture already: %(code)s on %(date)s.") % known
    if warning.clash is Clash.SAME_PLACE:
        if not seen:
            return _("Another session is held at this place on that day.")
        return _("This place is taken on that day: %(code)s, %(title)s.") % known
    if not seen:
        return _("The lecturer gives a session elsewhere on that day.")
    return _("The lecturer gives another session on that day: %(code)s, %(title)s.") % known


def _slot(session: TrainingSession, lecturers: tuple[int, ...]) -> Slot:
    return Slot(
        code=session.code,
        date=session.date,
        place=session.place,
        half_day=rules.half_day(queries.begins_at(session)),
        mode=session.mode.code,
        lecture=session.lecture_version.lecture_id,
        beneficiary=session.beneficiary_id,
        lecturers=frozenset(lecturers),
        joint_event=session.joint_event,
    )


def _warning(clash: Clash, session: TrainingSession) -> ClashWarning:
    return ClashWarning(
        # It stands on the page, also of who may not know the code.
        key=salted_hmac("schedule.clash", f"{clash.name}:{session.code}").hexdigest()[:20],
        clash=clash,
        code=session.code,
        supporter_id=session.supporter_id,
        beneficiary_id=session.beneficiary_id,
        date=session.date,
        place=session.place,
        title=session.lecture_version.lecture.localised_title,
    )
