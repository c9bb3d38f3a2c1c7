"""The only door of the western lawyer's room. Other rooms see frozen facts here and never a queryset.

It schedules sessions and tells what is known of them. It does not know quotas, targets or confirmations:
those stand in the officer's room, by its own rows.
"""

from collections.abc import Iterable

from courses.catalogue.models import LecturePage
from courses.credits.operations import ensure_default_rules
from courses.enrolment.registries import register_programmes
from courses.schedule.checklist import EvidenceItem
from courses.schedule.clashes import ClashWarning, clash_warnings
from courses.schedule.clashes import sentence as clash_sentence
from courses.schedule.named_papers import of_several_regions as papers_of_several_regions
from courses.schedule.operations import (
    UnableToCancel,
    UnableToHold,
    UnableToSchedule,
    bind_session,
    cancel_session,
    ensure_delivery_modes,
    record_held,
    record_reversed,
    schedule_event,
    schedule_session,
)
from courses.schedule.queries import (
    Mode,
    SessionFact,
    SessionUnknown,
    delivery_modes,
    session_fact,
    session_facts,
)
from courses.schedule.tours import Stop, TourFact, add_stop, begin_tour, stops_of, tour_facts
from courses.sheets.office import RoomFile, room_files
from qianchang.people.models import Association

__all__ = [
    "ClashWarning",
    "EvidenceItem",
    "Mode",
    "RoomFile",
    "SessionFact",
    "SessionUnknown",
    "Stop",
    "TourFact",
    "UnableToCancel",
    "UnableToHold",
    "UnableToSchedule",
    "add_stop",
    "begin_tour",
    "bind_session",
    "cancel_session",
    "clash_sentence",
    "clash_warnings",
    "delivery_modes",
    "ensure_default_rules",
    "ensure_delivery_modes",
    "lectures_for_sessions",
    "papers_of_several_regions",
    "record_held",
    "record_reversed",
    "register_programmes",
    "room_files",
    "schedule_event",
    "schedule_session",
    "session_fact",
    "session_facts",
    "stops_of",
    "tour_facts",
]


def lectures_for_sessions(supporters: Iterable[Association | int]) -> list[tuple[int, str]]:
    """Return (id, title) of the published lectures that these associations and those below them gave,
    newest first.
    """
    ids = {each if isinstance(each, int) else each.pk for each in supporters}
    below = Association.objects.filter(parent__in=ids).values("pk")
    own = LecturePage.objects.filter(association__in=ids) | LecturePage.objects.filter(association__in=below)
    published = own.filter(live=True, review=LecturePage.Review.PUBLISHED).order_by(
        "-first_published_at", "-pk"
    )
    return [(lecture.pk, lecture.localised_title) for lecture in published]
