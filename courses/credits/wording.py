"""Entries, stretches and their states in words, for lists and forms."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from courses.attendance.models import WatchedSpan
from courses.attendance.sentences import refusal_sentence
from courses.credits.models import Appeal, Correction, CreditEntry
from courses.credits.templatetags.media_time import media_time

APPEAL_TAGS = {
    Appeal.State.SUBMITTED: "wa",
    Appeal.State.TAKEN_UP: "br",
    Appeal.State.CORRECTED: "ok",
    Appeal.State.REFUSED: "",
}
CORRECTION_TAGS = {
    Correction.State.PROPOSED: "wa",
    Correction.State.POSTED: "ok",
    Correction.State.REFUSED: "",
}


def entry_words(entry: CreditEntry) -> str:
    """Return an entry in one line: lecture, hours, day."""
    return _("%(lecture)s: %(hours)s hours, %(date)s") % {
        "lecture": entry.lecture.localised_title,
        "hours": f"{entry.hours:.1f}",
        "date": localtime(entry.recorded_at).strftime("%Y-%m-%d"),
    }


def span_words(span: WatchedSpan) -> str:
    """Return a refused stretch in one line: lecture, from where to where, when it was played."""
    return _("%(lecture)s: %(from)s–%(until)s not counted, played %(at)s") % {
        "lecture": span.playback.lecture_version.lecture.localised_title,
        "from": media_time(span.media_from_ms),
        "until": media_time(span.media_until_ms),
        "at": localtime(span.wall_from).strftime("%Y-%m-%d %H:%M"),
    }


def subject_words(subject: Appeal | Correction) -> str:
    """Return what an appeal or a correction is about, in one line."""
    if subject.entry is not None:
        return entry_words(subject.entry)
    assert subject.span is not None  # noqa: S101 - the database allows one of the two only
    return span_words(subject.span)


def why_refused(subject: Appeal | Correction) -> str:
    """Return why a stretch was refused, as the lawyer was told; empty for an entry."""
    return refusal_sentence(subject.span.refusal) if subject.span is not None else ""
