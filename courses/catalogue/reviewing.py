"""The review of a lecture, step by step: submitted, taken back, returned with remarks, approved, withdrawn.

Here alone `LecturePage.review` is written. Wagtail's workflow and schedule follow it in the same transaction (workflow.py),
and every step leaves a ReviewEvent that stays. Rules: product-design.md, sections 3 and 5.2.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.actions.unpublish_page import UnpublishPageAction

from courses.catalogue import consents, registries, telling, workflow
from courses.catalogue.models import (
    LecturePage,
    LectureVersion,
    Remark,
    RemarkAnswer,
    RemarkDraft,
    ReviewEvent,
)
from courses.catalogue.registries import ReleaseTerms
from courses.catalogue.rules import moment
from media_pipeline import api as media
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require

Review = LecturePage.Review
Kind = ReviewEvent.Kind
EDITABLE = (Review.DRAFT, Review.RETURNED)


class UnableToSubmit(Exception):
    """The lecture cannot go to review, or come back from it, now. The text says what to do."""


class UnableToPublish(Exception):
    """The lecture cannot be published by this reviewer now. The text says what to do."""


class UnableToReturn(Exception):
    """The lecture cannot be returned or withdrawn now. The text says what to do."""


class UnableToRemark(Exception):
    """The remark cannot be noted or answered now. The text says what to do."""


@transaction.atomic
def submit_lecture(*, lecture: LecturePage, by: Account, at: datetime) -> LecturePage:
    """Hand a draft to the association. The recording may still be on its way: review starts when it can be watched.

    Submitting gives the speaker's consent, whose text stands beside the button. Raises UnableToSubmit for somebody
    else's lecture, one that is not a draft, or a recording that was refused.
    """
    lecture = locked(lecture)
    if lecture.submitted_by_id != by.pk:
        raise UnableToSubmit(_("Only the one who drafted this lecture can submit it."))
    if lecture.review not in EDITABLE:
        raise UnableToSubmit(_("This lecture was submitted before."))
    recording = media.recording_summary(lecture.recording_id) if lecture.recording_id else None
    if recording is None:
        raise UnableToSubmit(_("Choose the recording first, then submit."))
    if recording.failure_sentence:
        raise UnableToSubmit(recording.failure_sentence)
    lecture.review, lecture.submitted_at = Review.IN_REVIEW, at
    lecture.save()
    workflow.submit(lecture, by=by)
    consents.consent_online(lecture=lecture, dvd=lecture.dvd_consent, by=by, at=at)
    _happened(lecture, Kind.SUBMITTED, by=by, at=at)
    _record("submit lecture", lecture, by=by, at=at)
    return lecture


@transaction.atomic
def take_back_lecture(*, lecture: LecturePage, by: Account | None, at: datetime) -> LecturePage:
    """Let the expert have a lecture back that nobody has decided yet: it is a draft again.

    Raises UnableToSubmit for somebody else's lecture or one that is not in review.
    """
    lecture = locked(lecture)
    if by is None or lecture.submitted_by_id != by.pk:
        raise UnableToSubmit(_("Only the one who submitted this lecture can take it back."))
    if lecture.review != Review.IN_REVIEW:
        raise UnableToSubmit(
            _("This lecture is not in review any more. Reload the page to see where it stands.")
        )
    return _as_draft(lecture, by=by, at=at)


@transaction.atomic
def publish_lecture(
    *, lecture: LecturePage, by: Account, at: datetime, publish_at: datetime | None = None
) -> LectureVersion:
    """Approve a lecture and freeze what is watched as its next version, whole length creditable. It stands in the
    catalogue at once, or from `publish_at` on, when Wagtail's schedule puts it there.

    Four eyes: nobody publishes a lecture they submitted (product-design.md, section 3). Raises UnableToPublish for
    that, for a lecture that is not in review, of which nothing can be watched yet or whose speakers do not all agree,
    and for a time that has passed; PermissionDenied for a reviewer of another association.
    """
    lecture = locked(lecture)
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if lecture.submitted_by_id == by.pk:
        raise UnableToPublish(
            _("You submitted this lecture. Somebody else of the association must review it.")
        )
    if lecture.review != Review.IN_REVIEW:
        raise UnableToPublish(_("This lecture is not waiting for review any more. Open the list again."))
    if publish_at is not None and publish_at <= at:
        raise UnableToPublish(_("This time has passed. Choose a later one, or publish at once."))
    recording = media.recording_summary(lecture.recording_id) if lecture.recording_id else None
    if recording is None or not recording.modes or not recording.duration_ms:
        raise UnableToPublish(
            _("Nothing of this lecture can be watched yet. Wait until the first mode is done.")
        )
    silent = consents.speakers_without_consent(lecture)
    if silent:
        raise UnableToPublish(
            _("No consent of %(names)s yet. Ask them to submit it, or add the sheet they signed.")
            % {"names": consents.names_of(silent)}
        )
    version = _new_version(lecture, recording_id=recording.id, length_ms=recording.duration_ms, by=by, at=at)
    lecture.review, lecture.go_live_at = Review.PUBLISHED, publish_at
    if publish_at is None:
        lecture.first_published_at = lecture.first_published_at or at
    lecture.save()
    _happened(lecture, Kind.APPROVED, by=by, at=at, publish_at=publish_at)
    _record("publish lecture", lecture, by=by, at=at, version=version.number, length_ms=version.length_ms)
    if publish_at is None:
        telling.tell_published(lecture, version=version.number, at=at)
    workflow.approve(lecture, by=by)
    return version


@transaction.atomic
def publish_and_release(
    *,
    lecture: LecturePage,
    terms: ReleaseTerms,
    by: Account,
    at: datetime,
    publish_at: datetime | None = None,
) -> LectureVersion:
    """Publish a lecture and open it as the terms say, from when it is published on, or do neither.

    Raises what `publish_lecture` raises, UnableToPublish when nobody was chosen, and registries.UnableToRelease.
    """
    if terms.to_nobody:
        raise UnableToPublish(_("Choose who may watch: at least one association, or everybody."))
    version = publish_lecture(lecture=lecture, by=by, at=at, publish_at=publish_at)
    desk = registries.enrolment_desk()
    if desk is not None:
        desk.release(lecture=locked(lecture), terms=terms, by=by, at=at)
    return version


def publish_due(*, at: datetime) -> int:
    """Let Wagtail publish what was approved for a time that has come, and tell its experts. Returns how many lectures
    went into the catalogue. Again: only what has come since.
    """
    call_command("publish_scheduled")
    # Whoever was killed between the two leaves a lecture in the catalogue of which nobody was told: the history says so.
    decided = ReviewEvent.objects.filter(lecture=OuterRef("pk")).order_by("-pk")
    newest = decided.values("kind")[:1]
    published = LecturePage.objects.annotate(newest=Subquery(newest)).filter(
        review=Review.PUBLISHED,
        live=True,
        newest=Kind.APPROVED,
        review_events__publish_at__lte=at,
    )
    return sum(_tell_that_it_is_out(pk, at=at) for pk in sorted(set(published.values_list("pk", flat=True))))


@transaction.atomic
def _tell_that_it_is_out(pk: int, *, at: datetime) -> bool:
    lecture = locked(LecturePage(pk=pk))
    last = lecture.review_events.order_by("-pk").first()
    if last is None or last.kind != Kind.APPROVED or last.publish_at is None:
        return False  # another worker was faster
    version = lecture.versions.order_by("-number").first()
    _happened(lecture, Kind.PUBLISHED, by=None, at=at)
    _record("publish at the set time", lecture, by=None, at=at)
    telling.tell_published(lecture, version=version.number if version else 0, at=at)
    return True


@transaction.atomic
def return_lecture(*, lecture: LecturePage, reason: str, by: Account, at: datetime) -> LecturePage:
    """Give a lecture back to its expert with the remarks that the reviewer noted and, or, a reason.

    Raises UnableToReturn with neither or when it is not in review, PermissionDenied for a reviewer of another
    association.
    """
    lecture = locked(lecture)
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if lecture.submitted_by_id == by.pk:
        raise UnableToReturn(
            _("You submitted this lecture. Somebody else of the association must review it.")
        )
    if lecture.review != Review.IN_REVIEW:
        raise UnableToReturn(_("This lecture is not waiting for review any more. Open the list again."))
    noted = list(RemarkDraft.objects.filter(lecture=lecture, by=by).order_by("at_ms", "pk"))
    if not reason.strip() and not noted:
        raise UnableToReturn(_("Write what has to be changed, so that the expert knows what to do."))
    event = _happened(lecture, Kind.RETURNED, by=by, at=at, words=reason.strip())
    for each in noted:
        Remark.objects.create(
            event=event, recording_id=lecture.recording_id, at_ms=each.at_ms, words=each.words
        )
    lecture.review, lecture.return_reason = Review.RETURNED, _in_lines(reason, noted)
    lecture.save()
    # What another reviewer noted and has not sent waits for the next round.
    RemarkDraft.objects.filter(lecture=lecture, by=by).delete()
    workflow.ask_for_changes(lecture, words=lecture.return_reason, by=by)
    _record("return lecture", lecture, by=by, at=at, reason=lecture.return_reason)
    telling.tell_returned(lecture, at=at)
    return lecture


@transaction.atomic
def withdraw_lecture(*, lecture: LecturePage, reason: str, by: Account, at: datetime) -> LecturePage:
    """Take a published lecture out of the catalogue, or one that waits for its time out of the schedule, with the
    reason. What was earned on it stands.

    Raises UnableToReturn without a reason or when it is not published, PermissionDenied for a reviewer of another
    association.
    """
    lecture = locked(lecture)
    require(by, Act.WITHDRAW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if lecture.review != Review.PUBLISHED:
        raise UnableToReturn(_("This lecture is not published, so it cannot be withdrawn."))
    if not reason.strip():
        raise UnableToReturn(_("Write why the lecture is withdrawn."))
    return _withdrawn(lecture, reason.strip(), by=by, at=at)


@transaction.atomic
def withdraw_consent(*, lecture: LecturePage, by: Account, at: datetime) -> LecturePage:
    """Let a speaker withdraw the consent to a lecture: it leaves the catalogue at once, a submitted one is a draft
    again. What was earned stays. Raises consents.UnableToConsent where this account has given none.
    """
    lecture = locked(lecture)
    consents.end_consent(lecture=lecture, by=by, at=at)
    if lecture.review == Review.PUBLISHED:
        with translation.override(settings.LANGUAGE_CODE):
            reason = _("The speaker withdrew the consent.")
        return _withdrawn(lecture, reason, by=by, at=at)
    if lecture.review == Review.IN_REVIEW:
        return _as_draft(lecture, by=by, at=at)
    return lecture


@transaction.atomic
def follow_cancellation(*, lecture_id: int, content: str, by: Account | None) -> None:
    """Where somebody cancelled Wagtail's workflow in its admin, the lecture is a draft again: no two truths. When we
    cancelled it ourselves, it is one already.
    """
    if content != LecturePage._meta.model_name:
        return
    lecture = LecturePage.objects.select_for_update().filter(pk=lecture_id, review=Review.IN_REVIEW).first()
    if lecture is not None:
        _as_draft(lecture, by=by, at=timezone.now())


# --- Remarks ---------------------------------------------------------------------------------------------------
@transaction.atomic
def note_remark(
    *, lecture: LecturePage, at_ms: int | None, words: str, by: Account, at: datetime
) -> RemarkDraft:
    """Note a remark while watching, at a time of the recording in milliseconds or (None) on the whole lecture. The
    expert sees it when the lecture is returned.

    Raises UnableToRemark without words, past the end of the recording, or when it is not in review; PermissionDenied.
    """
    lecture = locked(lecture)
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if lecture.review != Review.IN_REVIEW:
        raise UnableToRemark(_("This lecture is not waiting for review any more. Open the list again."))
    if not words.strip():
        raise UnableToRemark(_("Write what has to be changed, so that the expert knows what to do."))
    recording = media.recording_summary(lecture.recording_id) if lecture.recording_id else None
    length_ms = recording.duration_ms if recording else None
    if at_ms is not None and length_ms and at_ms > length_ms:
        raise UnableToRemark(
            _("The recording ends at %(end)s. Choose a time within it.") % {"end": moment(length_ms)}
        )
    return RemarkDraft.objects.create(lecture=lecture, by=by, at_ms=at_ms, words=words.strip(), noted_at=at)


def drop_remark(*, lecture: LecturePage, remark_id: int, by: Account) -> None:
    """Take away a remark that one noted oneself and has not sent. Doing it again changes nothing."""
    RemarkDraft.objects.filter(pk=remark_id, lecture=lecture, by=by).delete()


@transaction.atomic
def answer_remark(*, remark: Remark, words: str = "", by: Account, at: datetime) -> RemarkAnswer:
    """Say that a remark was dealt with (已修改). The first answer stays. Raises UnableToRemark for another's lecture,
    or one that is not returned.
    """
    lecture = locked(remark.event.lecture)
    if lecture.submitted_by_id != by.pk:
        raise UnableToRemark(_("Only the one who drafted this lecture answers its remarks."))
    answer = RemarkAnswer.objects.filter(remark=remark).first()
    if answer is not None:
        return answer
    if lecture.review != Review.RETURNED:
        raise UnableToRemark(
            _("This lecture is with the association now. Remarks are answered before submitting.")
        )
    _record("answer remark", lecture, by=by, at=at, remark=remark.pk)
    return RemarkAnswer.objects.create(remark=remark, by=by, answered_at=at, words=words.strip())


# --- What the steps share --------------------------------------------------------------------------------------
def locked(lecture: LecturePage) -> LecturePage:
    """The lecture as it stands in the database, held until the transaction ends."""
    found: LecturePage = LecturePage.objects.select_for_update().get(pk=lecture.pk)
    return found


def _record(
    verb: str, lecture: LecturePage, *, by: Account | None, at: datetime, **details: str | int | None
) -> None:
    """Write one audit entry about a lecture."""
    audit.record(verb, object_type="lecture", object_key=str(lecture.pk), by=by, at=at, **details)


def _new_version(
    lecture: LecturePage, *, recording_id: int, length_ms: int, by: Account, at: datetime
) -> LectureVersion:
    last = lecture.versions.order_by("number").last()
    return LectureVersion.objects.create(
        lecture=lecture,
        number=last.number + 1 if last else 1,
        recording_id=recording_id,
        length_ms=length_ms,
        created_at=at,
        approved_by=by,
    )


def _as_draft(lecture: LecturePage, *, by: Account | None, at: datetime) -> LecturePage:
    lecture.review = Review.DRAFT
    lecture.save()
    workflow.cancel(lecture, by=by)
    _happened(lecture, Kind.TAKEN_BACK, by=by, at=at)
    _record("take lecture back", lecture, by=by, at=at)
    return lecture


def _withdrawn(lecture: LecturePage, reason: str, *, by: Account, at: datetime) -> LecturePage:
    lecture.review, lecture.return_reason, lecture.go_live_at = Review.WITHDRAWN, reason, None
    lecture.save(clean=False)
    if lecture.live:
        # The rule was asked above; Wagtail's own permission would refuse even the officer (LecturePermissionTester).
        UnpublishPageAction(lecture, user=by).execute(skip_permission_checks=True)
    lecture.revisions.update(approved_go_live_at=None)
    _happened(lecture, Kind.WITHDRAWN, by=by, at=at, words=reason)
    _record("withdraw lecture", lecture, by=by, at=at, reason=reason)
    return lecture


def _happened(
    lecture: LecturePage,
    kind: ReviewEvent.Kind,
    *,
    by: Account | None,
    at: datetime,
    words: str = "",
    publish_at: datetime | None = None,
) -> ReviewEvent:
    return ReviewEvent.objects.create(
        lecture=lecture, kind=kind, at=at, by=by, words=words, publish_at=publish_at
    )


def _in_lines(reason: str, noted: Sequence[RemarkDraft]) -> str:
    """What has to be changed, one thing a line, as the mail counts it."""
    lines = [f"{moment(each.at_ms)} {each.words}" if each.at_ms is not None else each.words for each in noted]
    # A remark of several lines is still one thing.
    return "\n".join([*filter(None, [reason.strip()]), *(" ".join(line.split()) for line in lines)])
