"""Writes about classes for county lawyers (县域律师培训)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.placements.models import CountyClass, Topic
from programmes.placements.refusals import UnableToRecordClass
from programmes.plans.models import Plan
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, require


@dataclass(frozen=True)
class ClassTerms:
    """What a class is: its kind, title and place, and its days; `held_until` is the day after the last one."""

    kind: str
    title: str
    held_from: date
    held_until: date
    place: str = ""


@transaction.atomic
def record_county_class(
    *,
    plan: Plan,
    organiser: Association,
    terms: ClassTerms,
    topics: Collection[Topic],
    by: Account,
    at: datetime,
) -> CountyClass:
    """Record a class for county lawyers with its topics. The same again changes nothing.

    Raises UnableToRecordClass, also for another class of the same name and day; PermissionDenied unless an officer of
    the organiser does it.
    """
    require(by, Act.ARRANGE_CLASSES, on=localdate(at), association=organiser)
    title = terms.title.strip()
    if not title:
        raise UnableToRecordClass(_("Give the class a name."))
    if terms.held_until <= terms.held_from:
        raise UnableToRecordClass(_("The last day lies before the first. Check both dates."))
    if not topics:
        raise UnableToRecordClass(_("Choose at least one topic."))
    if any(topic.plan_id != plan.pk for topic in topics):
        raise UnableToRecordClass(_("Choose topics of this plan."))
    row, entered = CountyClass.objects.get_or_create(
        plan=plan,
        organiser=organiser,
        title=title,
        held_from=terms.held_from,
        defaults={
            "kind": terms.kind,
            "place": terms.place.strip(),
            "held_until": terms.held_until,
            "entered_by": by,
            "entered_at": at,
        },
    )
    if not entered:
        _refuse_another(row, terms, topics)
        return row
    row.topics.set(topics)
    audit.record(
        "recorded county class",
        object_type="county class",
        object_key=str(row.pk),
        by=by,
        at=at,
        association=organiser.code,
        date=terms.held_from.isoformat(),
    )
    return row


def _refuse_another(row: CountyClass, terms: ClassTerms, topics: Collection[Topic]) -> None:
    same = (row.kind, row.held_until, row.place) == (terms.kind, terms.held_until, terms.place.strip())
    if not same or set(row.topics.all()) != set(topics):
        raise UnableToRecordClass(
            _(
                "A class of this name that begins on this day is recorded already, with other details. Look at "
                "that one, or give this one another name. Nothing was changed."
            )
        )


@transaction.atomic
def count_county_class(
    *, county_class: CountyClass, lawyers: int, others: int, by: Account, at: datetime
) -> CountyClass:
    """Say how many county lawyers and how many others came to a class. The same again changes nothing; other numbers
    replace those from before, and the log keeps both.

    Raises UnableToRecordClass while the class has not begun; PermissionDenied unless an officer of the organiser does it.
    """
    today = localdate(at)
    require(by, Act.ARRANGE_CLASSES, on=today, association=county_class.organiser)
    locked = CountyClass.objects.select_for_update(of=("self",)).get(pk=county_class.pk)
    if locked.held_from > today:
        raise UnableToRecordClass(_("The class has not begun yet. Count who came when it was held."))
    if lawyers < 0 or others < 0:
        raise UnableToRecordClass(_("Give whole numbers."))
    if (locked.lawyers, locked.others) == (lawyers, others):
        return locked
    locked.lawyers, locked.others = lawyers, others
    locked.save(update_fields=["lawyers", "others"])
    audit.record(
        "counted county class",
        object_type="county class",
        object_key=str(locked.pk),
        by=by,
        at=at,
        lawyers=lawyers,
        others=others,
    )
    return locked
