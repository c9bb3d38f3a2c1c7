"""Writes of the practice of lawyers: licensed, suspended, back again, left. Each with its document.

What is recorded stays; only the end of a stretch that lasts is added later. Its row names the document of the end then;
the log of audits keeps both.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people.models import Account, Lawyer, Practice

_SOURCE_LENGTH = Practice._meta.get_field("source").max_length or 0


class UnableToRecordPractice(Exception):
    """The stretch cannot be recorded as said. The message is a sentence for the person."""


@transaction.atomic
def record_practice(
    *,
    lawyer: Lawyer,
    kind: str,
    valid_from: date,
    valid_until: date | None = None,
    source: str,
    by: Account | None = None,
    at: datetime,
) -> Practice:
    """Record that a lawyer practised or was suspended from a day until another (exclusive; None: it lasts).
    A stretch that lasts is ended by recording it again with its end; the same again changes nothing.

    Raises UnableToRecordPractice for a document without a name or with one that is too long, an end before the
    start, another end than the one on record, or an overlap with another stretch of the same kind.
    """
    kind, source = Practice.Kind(kind), source.strip()
    if not source:
        raise UnableToRecordPractice(_("Name the document that says so."))
    if len(source) > _SOURCE_LENGTH:
        raise UnableToRecordPractice(
            _("Name the document in at most %(count)d characters.") % {"count": _SOURCE_LENGTH}
        )
    if valid_until is not None and valid_until <= valid_from:
        raise UnableToRecordPractice(_("The last day lies before the first. Check both dates."))
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
    known = Practice.objects.filter(lawyer=lawyer, kind=kind)
    same = known.filter(valid_from=valid_from).first()
    if same is not None and (same.valid_until == valid_until or valid_until is None):
        return same
    if same is not None and same.valid_until is not None:
        raise UnableToRecordPractice(_("This stretch has another end already. Check the document."))
    others = known.exclude(pk=same.pk) if same else known
    others = others.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from))
    if valid_until is not None:
        others = others.filter(valid_from__lt=valid_until)
    if others.exists():
        raise UnableToRecordPractice(_("Another stretch of the same kind overlaps it. End that one first."))
    practice = same or Practice(lawyer=lawyer, kind=kind, valid_from=valid_from)
    practice.valid_until, practice.source = valid_until, source
    practice.save()
    audit.record(
        "recorded practice",
        object_type="lawyer",
        object_key=str(lawyer.pk),
        by=by,
        at=at,
        kind=kind.value,
        valid_from=valid_from.isoformat(),
        valid_until=valid_until.isoformat() if valid_until else None,
        source=source,
    )
    return practice
