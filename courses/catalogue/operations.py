"""What changes a lecture as its expert writes it: drafted, edited, led to another recording. Its review: reviewing.py."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.catalogue import queries
from courses.catalogue.models import (
    LectureIndexPage,
    LecturePage,
    Lecturer,
    LectureVersion,
    Replacement,
    Topic,
)
from courses.catalogue.reviewing import (
    EDITABLE,
    UnableToPublish,
    UnableToReturn,
    UnableToSubmit,
    locked,
    publish_and_release,
    publish_lecture,
    return_lecture,
    submit_lecture,
    take_back_lecture,
    withdraw_lecture,
)
from courses.catalogue.site import ensure_site
from media_pipeline import api as media
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, require

__all__ = [
    "EDITABLE",
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
    "take_back_lecture",
    "withdraw_lecture",
]


class UnableToDraft(Exception):
    """The lecture cannot be drafted or changed like this. The text says what to do."""


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
    refuse_recording(recording_id, lecture=None, by=by)
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
    audit.record(
        "draft lecture",
        object_type="lecture",
        object_key=str(lecture.pk),
        by=by,
        at=at,
        recording=recording_id,
    )
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
    lecture = locked(lecture)
    if lecture.submitted_by_id != by.pk or lecture.review not in EDITABLE:
        raise UnableToDraft(
            _("This lecture is with the association now. It can be changed after it is returned.")
        )
    if recording_id is not None and recording_id != lecture.recording_id:
        refuse_recording(recording_id, lecture=lecture, by=by)
        lecture.recording_id = recording_id
    lecture.topic, lecture.category = topic, category
    lecture.introduction, lecture.dvd_consent = introduction, dvd_consent
    _name(lecture, title)
    lecture.save()
    audit.record(
        "edit lecture",
        object_type="lecture",
        object_key=str(lecture.pk),
        by=by,
        at=at,
        recording=lecture.recording_id,
    )
    return submit_lecture(lecture=lecture, by=by, at=at) if submit else lecture


@transaction.atomic
def follow_recording(*, recording_id: int, existing_id: int, at: datetime) -> LecturePage | None:
    """Point the lecture of a recording, or what waits as its new version, to the one that held the same file before, and
    return the lecture.

    None when there is no such lecture, or when the file that was there already belongs to another lecture: then the
    draft keeps what it has, and the recording's own refusal tells the expert so.
    """
    taken = (
        LecturePage.objects.filter(recording_id=existing_id).exists()
        or LectureVersion.objects.filter(recording=existing_id).exists()
        or Replacement.objects.filter(recording=existing_id, state=Replacement.State.WAITING).exists()
    )
    if taken:
        return None
    Replacement.objects.filter(recording=recording_id, state=Replacement.State.WAITING).update(
        recording=existing_id
    )
    lecture: LecturePage | None = LecturePage.objects.filter(recording_id=recording_id).first()
    if lecture is None:
        return None
    lecture.recording_id = existing_id
    lecture.save()
    audit.record(
        "follow recording",
        object_type="lecture",
        object_key=str(lecture.pk),
        by=None,
        at=at,
        recording=existing_id,
    )
    return lecture


def refuse_recording(recording_id: int, *, lecture: LecturePage | None, by: Account) -> None:
    """Raise UnableToDraft unless a lecture (None: a new one) may have this recording: one's own, in no other lecture."""
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
    if (
        LectureVersion.objects.filter(recording=recording_id).exclude(lecture=lecture).exists()
        or Replacement.objects.filter(recording=recording_id, state=Replacement.State.WAITING).exists()
    ):
        raise UnableToDraft(_("This recording is a version of a lecture. Choose another file."))
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
