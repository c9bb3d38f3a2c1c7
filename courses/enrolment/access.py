"""Who may play a recording: the answer that `media_pipeline.delivery` asks for before it signs a link."""

from django.db.models import Q
from django.utils import timezone

from courses.catalogue.models import LecturePage
from courses.enrolment import queries
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may
from qianchang.people.queries import lawyer_of
from qianchang.people.walls import as_platform


@as_platform("asked for the account that a link was given to, not for whoever is signed in")
def may_play_recording(viewer_id: int, recording_id: int) -> bool:
    """The expert who sent it, a reviewer of its lecture's association, and a lawyer who takes a lecture that is open
    to them. Nobody else; a recording without a lecture is its owner's alone.
    """
    viewer = Account.objects.filter(pk=viewer_id, is_active=True).first()
    if viewer is None:
        return False
    if viewer.recordings.filter(pk=recording_id).exists():
        return True
    now = timezone.now()
    lectures = LecturePage.objects.filter(
        Q(recording=recording_id)
        | Q(versions__recording=recording_id)
        | Q(replacements__recording=recording_id)
    ).select_related("association__parent__parent")
    lawyer = lawyer_of(viewer)
    for lecture in lectures.distinct():
        if lecture.review != LecturePage.Review.DRAFT and may(
            viewer, Act.REVIEW_LECTURE, on=timezone.localdate(now), association=lecture.association
        ):
            return True
        # A recording that only waits to become a version is its reviewers'.
        is_shown = (
            lecture.recording_id == recording_id or lecture.versions.filter(recording=recording_id).exists()
        )
        if lawyer is not None and is_shown and queries.may_play(lawyer, lecture, now):
            return True
    return False
