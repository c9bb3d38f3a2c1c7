"""Versions of a published lecture: a replaced recording, reviewed on its own, or refused because it is another lecture.

A replacement changes no word of the page, so Wagtail's workflow, which publishes words, has no part in it.
Rule: at most 30 % new (version_rules.py, decision 0021). Who earned on an old version has earned, who began it finishes it,
everybody else gets the new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue import consents, operations, queries, telling
from courses.catalogue.models import LecturePage, LectureVersion, Replacement
from courses.catalogue.reviewing import UnableToPublish, locked
from courses.catalogue.version_rules import Stretch, is_same_lecture, new_percent
from media_pipeline import api as media
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require

State = Replacement.State
Review = LecturePage.Review


class UnableToReplace(Exception):
    """The recording cannot be replaced like this. The text says what to do."""


class AnotherLecture(UnableToReplace):
    """Too much is new for a version. The text says what to do: give it as a new lecture."""


@dataclass(frozen=True)
class Measure:
    """How much of a replacement is new, as far as the pipeline knows: whole per cent of its length in milliseconds.
    `by_slides`: both recordings have slides, so that more than the length was compared.
    """

    percent: int
    length_ms: int
    by_slides: bool

    @property
    def is_same_lecture(self) -> bool:
        return is_same_lecture(self.percent)


@transaction.atomic
def offer_replacement(
    *, lecture: LecturePage, recording_id: int, note: str, by: Account, at: datetime
) -> Replacement:
    """Hand in another recording for a published lecture, with what changed. The same one again changes the words.

    Raises UnableToReplace when the lecture is not published, another one waits already, or without words;
    operations.UnableToDraft when the recording cannot be taken.
    """
    lecture = locked(lecture)
    if lecture.submitted_by_id != by.pk:
        raise UnableToReplace(_("Only the one who gave this lecture can replace its recording."))
    if lecture.review != Review.PUBLISHED:
        raise UnableToReplace(_("Only a published lecture gets a new version. Change the draft instead."))
    if not note.strip():
        raise UnableToReplace(_("Write what changed, so that the reviewer knows where to look."))
    waiting = Replacement.objects.filter(lecture=lecture, state=State.WAITING).first()
    if waiting is not None and waiting.recording_id == recording_id:
        Replacement.objects.filter(pk=waiting.pk).update(note=note.strip())
        waiting.note = note.strip()
        return waiting
    if waiting is not None:
        raise UnableToReplace(_("A new recording is in review already. Take it back first."))
    operations.refuse_recording(recording_id, lecture=None, by=by)
    replacement = Replacement.objects.create(
        lecture=lecture, recording_id=recording_id, note=note.strip(), submitted_by=by, submitted_at=at
    )
    audit.record(
        "offer new recording",
        object_type="lecture",
        object_key=str(lecture.pk),
        by=by,
        at=at,
        recording=recording_id,
    )
    return replacement


@transaction.atomic
def take_back_replacement(*, replacement: Replacement, by: Account, at: datetime) -> Replacement:
    """Let the expert have a replacement back that nobody decided yet. Raises UnableToReplace."""
    replacement = _locked_waiting(replacement)
    if replacement.submitted_by_id != by.pk:
        raise UnableToReplace(_("Only the one who gave this lecture can replace its recording."))
    return _close(replacement, State.TAKEN_BACK, by=by, at=at)


@transaction.atomic
def accept_replacement(
    *, replacement: Replacement, percent: int | None = None, by: Account, at: datetime
) -> LectureVersion:
    """Make the replacement the lecture's next version. `percent`: how much is new in the reviewer's eyes, None for what
    was measured; more than measured is taken, less is not.

    Raises UnableToPublish for one's own, while nothing can be watched or where a speaker does not agree, UnableToReplace
    for less than measured, AnotherLecture for more than 30 %, PermissionDenied for a reviewer of another association.
    """
    replacement = _locked_waiting(replacement)
    lecture = replacement.lecture
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if replacement.submitted_by_id == by.pk:
        raise UnableToPublish(
            _("You submitted this lecture. Somebody else of the association must review it.")
        )
    if lecture.review != Review.PUBLISHED:
        raise UnableToReplace(
            _("This lecture is not published any more. Return the recording to its expert.")
        )
    measure = measure_of(replacement)
    if measure is None:
        raise UnableToPublish(
            _("Nothing of this lecture can be watched yet. Wait until the first mode is done.")
        )
    silent = consents.speakers_without_consent(lecture)
    if silent:
        raise UnableToPublish(
            _("No consent of %(names)s yet. Ask them to submit it, or add the sheet they signed.")
            % {"names": consents.names_of(silent)}
        )
    percent = measure.percent if percent is None else percent
    if percent < measure.percent:
        raise UnableToReplace(
            _("At least %(percent)d%% is new, as the slides show. Write that or more.")
            % {"percent": measure.percent}
        )
    if not is_same_lecture(percent):
        raise AnotherLecture(another_lecture(percent))
    current = queries.current_version(lecture)
    version = LectureVersion.objects.create(
        lecture=lecture,
        number=current.number + 1 if current else 1,
        recording_id=replacement.recording_id,
        length_ms=measure.length_ms,
        created_at=at,
        new_percent=percent,
        approved_by=by,
    )
    replacement.version, replacement.measured_percent = version, measure.percent
    replacement.decided_percent = percent
    lecture.recording_id = replacement.recording_id
    lecture.save()
    _close(replacement, State.ACCEPTED, by=by, at=at)
    telling.tell_published(lecture, version=version.number, at=at)
    return version


@transaction.atomic
def return_replacement(*, replacement: Replacement, reason: str, by: Account, at: datetime) -> Replacement:
    """Leave the lecture as it is, and tell its expert why. Raises UnableToReplace without a reason, UnableToPublish for
    one's own, PermissionDenied for a reviewer of another association.
    """
    replacement = _locked_waiting(replacement)
    lecture = replacement.lecture
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if replacement.submitted_by_id == by.pk:
        raise UnableToPublish(
            _("You submitted this lecture. Somebody else of the association must review it.")
        )
    if not reason.strip():
        raise UnableToReplace(_("Write what has to be changed, so that the expert knows what to do."))
    replacement.answer = reason.strip()
    measure = measure_of(replacement)
    replacement.measured_percent = measure.percent if measure else None
    _close(replacement, State.RETURNED, by=by, at=at)
    telling.tell_replacement_returned(replacement, at=at)
    return replacement


@transaction.atomic
def give_as_new_lecture(*, replacement: Replacement, by: Account, at: datetime) -> LecturePage:
    """Make a draft of its own from a replacement that is another lecture, with the words of the first copied, and say
    which lecture it follows. Done again: the draft that was made.

    Raises UnableToReplace for somebody else's, for one that became a version, while nothing of it can be watched and, before
    the reviewer returned it, where no more than 30 % is new: nobody earns twice for the same lecture.
    operations.UnableToDraft.
    """
    # The lecture first, as everywhere.
    first = locked(replacement.lecture)
    replacement = Replacement.objects.select_for_update().get(pk=replacement.pk)
    if replacement.submitted_by_id != by.pk:
        raise UnableToReplace(_("Only the one who gave this lecture can replace its recording."))
    if replacement.state == State.ACCEPTED:
        raise UnableToReplace(_("This recording is a version of the lecture already."))
    made: LecturePage | None = LecturePage.objects.filter(
        supersedes=first, recording_id=replacement.recording_id
    ).first()
    if made is not None:
        return made
    if first.topic is None:
        raise UnableToReplace(_("Choose the field of the lecture."))
    measure = measure_of(replacement)
    if measure is None:
        raise UnableToReplace(
            _("Nothing of this recording can be watched yet. Wait until the first mode is done.")
        )
    if replacement.state == State.WAITING:
        if is_same_lecture(measure.percent):
            raise UnableToReplace(
                _(
                    "Only %(percent)d%% of this recording is new: it is the same lecture. Leave it to the reviewer."
                )
                % {"percent": measure.percent}
            )
        replacement.measured_percent = measure.percent
    _close(replacement, State.ANOTHER, by=by, at=at)
    draft = operations.draft_lecture(
        title=first.title,
        topic=first.topic,
        category=first.category,
        introduction=first.introduction,
        dvd_consent=first.dvd_consent,
        recording_id=replacement.recording_id,
        association=first.association,
        by=by,
        at=at,
    )
    draft.supersedes = first
    draft.save()
    return draft


def measure_of(replacement: Replacement) -> Measure | None:
    """How much of a replacement is new against the lecture's current version. None while nothing of it can be watched."""
    recording = media.recording_summary(replacement.recording_id)
    current = queries.current_version(replacement.lecture)
    if current is None or not recording.modes or not recording.duration_ms:
        return None
    old = stretches_of(current.recording_id, current.length_ms, current.excluded_ms)
    new = stretches_of(recording.id, recording.duration_ms, ())
    by_slides = any(each.words for each in old) and any(each.words for each in new)
    return Measure(new_percent(old, new), recording.duration_ms, by_slides)


def stretches_of(recording_id: int, length_ms: int, excluded_ms: Sequence[Sequence[int]]) -> list[Stretch]:
    """The slides of a recording with how long each is shown within what can be credited (excluded: [from, until] ms)."""
    slides = media.slides_of(recording_id, duration_ms=length_ms)
    shown = [(slide.text, slide.from_ms, min(slide.until_ms, length_ms)) for slide in slides]
    begins = shown[0][1] if shown else length_ms
    if begins:
        # What comes before the first slide has no words.
        shown.insert(0, ("", 0, begins))
    return [
        Stretch(words, max(0, until_ms - from_ms - _within(excluded_ms, from_ms, until_ms)))
        for words, from_ms, until_ms in shown
    ]


def another_lecture(percent: int) -> str:
    """What is said of a recording of which too much is new."""
    return _(
        "%(percent)d%% of this recording is new. A version may have 30%% at most: with more it is another lecture, "
        "which lawyers earn hours for anew. Give it as a new lecture."
    ) % {"percent": percent}


def _within(excluded_ms: Sequence[Sequence[int]], from_ms: int, until_ms: int) -> int:
    return sum(max(0, min(until, until_ms) - max(begin, from_ms)) for begin, until in excluded_ms)


def _locked_waiting(replacement: Replacement) -> Replacement:
    """Held until the transaction ends, the lecture first, as everywhere."""
    lecture = locked(replacement.lecture)
    found = Replacement.objects.select_for_update().get(pk=replacement.pk)
    if found.state != State.WAITING:
        raise UnableToReplace(_("This recording was decided already. Reload the page."))
    found.lecture = lecture
    return found


def _close(replacement: Replacement, state: Replacement.State, *, by: Account, at: datetime) -> Replacement:
    was_waiting = replacement.state == State.WAITING
    replacement.state = state
    if was_waiting:
        replacement.decided_by, replacement.decided_at = by, at
    replacement.save()
    audit.record(
        "decide new recording",
        object_type="lecture",
        object_key=str(replacement.lecture.pk),
        by=by,
        at=at,
        state=state.value,
        recording=replacement.recording_id,
        percent=replacement.decided_percent,
    )
    return replacement
