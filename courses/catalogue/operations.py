"""What changes a lecture: drafted by an expert, submitted, and published or returned by the association."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.actions.unpublish_page import UnpublishPageAction

from courses.catalogue import queries, registries, telling
from courses.catalogue.models import LectureIndexPage, LecturePage, Lecturer, LectureVersion, Topic
from courses.catalogue.site import ensure_site
from media_pipeline import api as media
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, require

__all__ = [
    "UnableToDraft",
    "UnableToPublish",
    "UnableToReturn",
    "UnableToSubmit",
    "draft_lecture",
    "edit_lecture",
    "ensure_site",
    "follow_recording",
    "publish_and_release",
    "publish_lecture",
    "return_lecture",
    "submit_lecture",
    "withdraw_lecture",
]

Review = LecturePage.Review
EDITABLE = (Review.DRAFT, Review.RETURNED)


class UnableToDraft(Exception):
    """The lecture cannot be drafted or changed like this. The text says what to do."""


class UnableToSubmit(Exception):
    """The lecture cannot go to review now. The text says what to do."""


class UnableToPublish(Exception):
    """The lecture cannot be published by this reviewer now. The text says what to do."""


class UnableToReturn(Exception):
    """The lecture cannot be returned or withdrawn now. The text says what to do."""


@transaction.atomic
def draft_lecture(
    *,
    title: str,
    topic: Topic,
    category: str,
    introduction: str,
    dvd_consent: bool,
    recording_id: int,
    association: Association,
    submit: bool = False,
    by: Account,
    at: datetime,
) -> LecturePage:
    """Make the draft page of a lecture around a recording that is being sent or was sent; `submit` hands it on at once.

    Raises UnableToDraft when the recording is not one's own, was refused or already belongs to a lecture, and
    PermissionDenied when the account does not give lectures for this association.
    """
    day = timezone.localdate(at)
    require(by, Act.UPLOAD_RECORDING, on=day, association=association)
    if association not in queries.associations_given_for(by, on=day):
        raise UnableToDraft(_("You do not give lectures for this association. Choose another one."))
    _refuse_recording(recording_id, lecture=None, by=by)
    index = LectureIndexPage.objects.first()
    if index is None:
        raise UnableToDraft(_("The site has no catalogue yet. Ask the administrator to run ensure_site."))
    lecture = LecturePage(
        title=title,
        slug=uuid.uuid4().hex,
        introduction=introduction,
        topic=topic,
        category=category,
        association=association,
        submitted_by=by,
        owner=by,
        recording_id=recording_id,
        dvd_consent=dvd_consent,
        live=False,
    )
    index.add_child(instance=lecture)
    lecture.lecturers = [_lecturer_of(by, association)]
    _name(lecture, title)
    lecture.save()
    _record("draft lecture", lecture, by=by, at=at, recording=recording_id)
    return submit_lecture(lecture=lecture, by=by, at=at) if submit else lecture


@transaction.atomic
def edit_lecture(
    *,
    lecture: LecturePage,
    title: str,
    topic: Topic,
    category: str,
    introduction: str,
    dvd_consent: bool,
    recording_id: int | None = None,
    submit: bool = False,
    by: Account,
    at: datetime,
) -> LecturePage:
    """Change a draft or a returned lecture; `recording_id` puts another recording in the place of the first and `submit`
    hands it on at once.

    Raises UnableToDraft when it is in review or published, or when the recording cannot be taken; UnableToSubmit.
    """
    lecture = _locked(lecture)
    if lecture.submitted_by_id != by.pk or lecture.review not in EDITABLE:
        raise UnableToDraft(
            _("This lecture is with the association now. It can be changed after it is returned.")
        )
    if recording_id is not None and recording_id != lecture.recording_id:
        _refuse_recording(recording_id, lecture=lecture, by=by)
        lecture.recording_id = recording_id
    lecture.topic, lecture.category = topic, category
    lecture.introduction, lecture.dvd_consent = introduction, dvd_consent
    _name(lecture, title)
    lecture.save()
    _record("edit lecture", lecture, by=by, at=at, recording=lecture.recording_id)
    return submit_lecture(lecture=lecture, by=by, at=at) if submit else lecture


@transaction.atomic
def submit_lecture(*, lecture: LecturePage, by: Account, at: datetime) -> LecturePage:
    """Hand a draft to the association. The recording may still be on its way: review starts when it can be watched.

    Raises UnableToSubmit for somebody else's lecture, one that is not a draft, or a recording that was refused.
    """
    lecture = _locked(lecture)
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
    _record("submit lecture", lecture, by=by, at=at)
    return lecture


@transaction.atomic
def publish_lecture(*, lecture: LecturePage, by: Account, at: datetime) -> LectureVersion:
    """Put a lecture into the catalogue and freeze what is watched as its next version, whole length creditable.

    Four eyes: nobody publishes a lecture they submitted (product-design.md, section 3). Raises UnableToPublish for
    that, for a lecture that is not in review and for one of which nothing can be watched yet; PermissionDenied for
    a reviewer of another association.
    """
    lecture = _locked(lecture)
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if lecture.submitted_by_id == by.pk:
        raise UnableToPublish(
            _("You submitted this lecture. Somebody else of the association must review it.")
        )
    if lecture.review != Review.IN_REVIEW:
        raise UnableToPublish(_("This lecture is not waiting for review any more. Open the list again."))
    recording = media.recording_summary(lecture.recording_id) if lecture.recording_id else None
    if recording is None or not recording.modes or not recording.duration_ms:
        raise UnableToPublish(
            _("Nothing of this lecture can be watched yet. Wait until the first mode is done.")
        )
    last = lecture.versions.order_by("number").last()
    version = LectureVersion.objects.create(
        lecture=lecture,
        number=last.number + 1 if last else 1,
        recording_id=recording.id,
        length_ms=recording.duration_ms,
        created_at=at,
    )
    lecture.review = Review.PUBLISHED
    lecture.first_published_at = lecture.first_published_at or at
    lecture.save()
    lecture.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    _record("publish lecture", lecture, by=by, at=at, version=version.number, length_ms=version.length_ms)
    telling.tell_published(lecture, version=version.number, at=at)
    return version


@transaction.atomic
def publish_and_release(
    *, lecture: LecturePage, associations: Sequence[Association] | None, by: Account, at: datetime
) -> LectureVersion:
    """Publish a lecture and open it to these associations and those below them (None: to everybody), or do neither.

    Raises what `publish_lecture` raises, and UnableToPublish when no association was chosen.
    """
    if associations is not None and not associations:
        raise UnableToPublish(_("Choose who may watch: at least one association, or everybody."))
    version = publish_lecture(lecture=lecture, by=by, at=at)
    desk = registries.enrolment_desk()
    if desk is not None:
        desk.release(lecture=lecture, associations=associations, by=by, at=at)
    return version


@transaction.atomic
def return_lecture(*, lecture: LecturePage, reason: str, by: Account, at: datetime) -> LecturePage:
    """Give a lecture back to its expert with the reason. Raises UnableToReturn without one or when it is not in review,
    PermissionDenied for a reviewer of another association.
    """
    lecture = _locked(lecture)
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if lecture.submitted_by_id == by.pk:
        raise UnableToReturn(
            _("You submitted this lecture. Somebody else of the association must review it.")
        )
    if lecture.review != Review.IN_REVIEW:
        raise UnableToReturn(_("This lecture is not waiting for review any more. Open the list again."))
    if not reason.strip():
        raise UnableToReturn(_("Write what has to be changed, so that the expert knows what to do."))
    lecture.review, lecture.return_reason = Review.RETURNED, reason.strip()
    lecture.save()
    _record("return lecture", lecture, by=by, at=at, reason=lecture.return_reason)
    telling.tell_returned(lecture, at=at)
    return lecture


@transaction.atomic
def withdraw_lecture(*, lecture: LecturePage, reason: str, by: Account, at: datetime) -> LecturePage:
    """Take a published lecture out of the catalogue, with the reason. What was earned on it stands.

    Raises UnableToReturn without a reason or when it is not published, PermissionDenied for a reviewer of another
    association.
    """
    lecture = _locked(lecture)
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if lecture.review != Review.PUBLISHED:
        raise UnableToReturn(_("This lecture is not published, so it cannot be withdrawn."))
    if not reason.strip():
        raise UnableToReturn(_("Write why the lecture is withdrawn."))
    lecture.review, lecture.return_reason = Review.WITHDRAWN, reason.strip()
    lecture.save(clean=False)
    # The rule was asked above; Wagtail's own permission would refuse even the officer (LecturePermissionTester).
    UnpublishPageAction(lecture, user=by).execute(skip_permission_checks=True)
    _record("withdraw lecture", lecture, by=by, at=at, reason=lecture.return_reason)
    return lecture


@transaction.atomic
def follow_recording(*, recording_id: int, existing_id: int, at: datetime) -> LecturePage | None:
    """Point the lecture of a recording to the one that held the same file before, and return it.

    None when there is no such lecture, or when the file that was there already belongs to another lecture: then the
    draft keeps what it has, and the recording's own refusal tells the expert so.
    """
    lecture: LecturePage | None = LecturePage.objects.filter(recording_id=recording_id).first()
    if lecture is None or LecturePage.objects.filter(recording_id=existing_id).exists():
        return None
    lecture.recording_id = existing_id
    lecture.save()
    _record("follow recording", lecture, by=None, at=at, recording=existing_id)
    return lecture


def _locked(lecture: LecturePage) -> LecturePage:
    locked: LecturePage = LecturePage.objects.select_for_update().get(pk=lecture.pk)
    return locked


def _refuse_recording(recording_id: int, *, lecture: LecturePage | None, by: Account) -> None:
    recording = media.recording_summary(recording_id)
    if recording.owner_id != by.pk:
        raise UnableToDraft(_("This recording is not yours. Choose the file again."))
    other = (
        LecturePage.objects.filter(recording_id=recording_id)
        .exclude(pk=lecture.pk if lecture else None)
        .first()
    )
    if other is not None:
        raise UnableToDraft(
            _("This recording already belongs to the lecture “%(title)s”. Choose another file.")
            % {"title": other.title}
        )
    if recording.failure_sentence:
        raise UnableToDraft(recording.failure_sentence)


def _lecturer_of(account: Account, association: Association) -> Lecturer:
    name = str(account)
    lecturer, _made = Lecturer.objects.get_or_create(
        account=account,
        defaults={
            "name": name,
            "association": association,
            "slug": f"{slugify(name, allow_unicode=True)[:40]}-{account.pk}".strip("-"),
        },
    )
    return lecturer


def _name(lecture: LecturePage, title: str) -> None:
    """Title and address; the number keeps the address unique and short to say on the telephone."""
    lecture.title = lecture.draft_title = title
    if not lecture.versions.exists():
        lecture.slug = f"{lecture.pk}-{slugify(title, allow_unicode=True)[:80]}".rstrip("-")


def _record(
    verb: str, lecture: LecturePage, *, by: Account | None, at: datetime, **details: str | int | None
) -> None:
    audit.record(verb, object_type="lecture", object_key=str(lecture.pk), by=by, at=at, **details)
