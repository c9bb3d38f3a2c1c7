"""What the upload form's tick box said becomes the speakers' consents, with text version 0: for the migration that makes
their table.
"""

from typing import Any

from django.utils import timezone


def record_standing_consents(apps: Any, schema_editor: Any) -> None:
    """Give every lecture that was submitted the consent of the speaker who submitted it. Again: nothing more."""
    lectures, lecturers = apps.get_model("catalogue", "LecturePage"), apps.get_model("catalogue", "Lecturer")
    consents = apps.get_model("catalogue", "SpeakerConsent")
    speaks = lectures._meta.get_field("lecturers").remote_field.through
    submitted = lectures.objects.exclude(review="draft").exclude(submitted_by=None)
    now = timezone.now()
    for pk, account, dvd, at in submitted.values_list("pk", "submitted_by", "dvd_consent", "submitted_at"):
        lecturer = lecturers.objects.filter(account=account).first()
        speaking = lecturer and speaks.objects.filter(lecturepage=pk, lecturer=lecturer.pk).exists()
        if not speaking or consents.objects.filter(lecture=pk, lecturer=lecturer.pk).exists():
            continue
        consents.objects.create(
            lecture_id=pk,
            lecturer_id=lecturer.pk,
            public=True,
            streaming=True,
            dvd=dvd,
            text_version=0,
            method="online",
            given_at=at or now,
            recorded_by_id=account,
        )
