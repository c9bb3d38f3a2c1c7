"""The speaker's consent: part of submitting, asked before publishing, withdrawn at any time."""

import importlib
import io

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from courses.catalogue import consents, operations, reviewing
from courses.catalogue.models import LecturePage, Lecturer, SpeakerConsent
from tests.courses.factories import make_draft, make_lecture_in_review, make_published_lecture

Review = LecturePage.Review


def sheet() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    Image.effect_noise((600, 800), 40).convert("RGB").save(out, "JPEG", exif=exif)
    return out.getvalue()


def second_speaker(world, lecture) -> Lecturer:
    speaker = Lecturer.objects.create(slug="li", name="李教授", association=world.guangdong)
    lecture.lecturers.add(speaker)
    lecture.save()
    return speaker


def publish(world, lecture):
    return reviewing.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)


def test_submitting_gives_the_consent_with_the_text_of_the_day(world):
    lecture = make_draft(world)
    assert not SpeakerConsent.objects.exists()
    operations.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    consent = SpeakerConsent.objects.get()
    assert (consent.lecturer.account, consent.public, consent.streaming, consent.dvd) == (
        world.expert,
        True,
        True,
        True,
    )
    assert (consent.text_version, consent.method, consent.given_at) == (
        consents.current_text().version,
        "online",
        world.now,
    )


def test_submitting_again_in_the_same_words_is_the_same_consent(world):
    lecture = make_lecture_in_review(world)
    reviewing.return_lecture(lecture=lecture, reason="改", by=world.supporting_officer, at=world.now)
    operations.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    assert SpeakerConsent.objects.count() == 1
    reviewing.return_lecture(lecture=lecture, reason="改", by=world.supporting_officer, at=world.now)
    LecturePage.objects.filter(pk=lecture.pk).update(dvd_consent=False)
    operations.submit_lecture(lecture=lecture, by=world.expert, at=world.later(days=1))
    old, new = SpeakerConsent.objects.order_by("pk")
    assert (old.dvd, old.withdrawn_at) == (True, world.later(days=1))
    assert (new.dvd, new.withdrawn_at) == (False, None)


def test_nothing_is_published_without_every_speakers_consent(world):
    lecture = make_lecture_in_review(world)
    speaker = second_speaker(world, lecture)
    with pytest.raises(reviewing.UnableToPublish, match="No consent of 李教授"):
        publish(world, lecture)
    lecture.refresh_from_db()
    assert (lecture.review, lecture.live) == (Review.IN_REVIEW, False)
    consents.consent_on_paper(
        lecture=lecture,
        lecturer=speaker,
        dvd=False,
        scan=b"jpeg",
        by=world.supporting_officer,
        at=world.now,
    )
    assert publish(world, lecture).number == 1


def test_a_sheet_is_added_by_a_reviewer_for_a_speaker_of_the_lecture_once(world):
    lecture = make_lecture_in_review(world)
    speaker = second_speaker(world, lecture)
    stranger = Lecturer.objects.create(slug="zhao", name="赵某", association=world.guangdong)
    given = {"lecture": lecture, "dvd": True, "at": world.now}
    with pytest.raises(PermissionDenied):
        consents.consent_on_paper(lecturer=speaker, scan=b"x", by=world.expert, **given)
    officer = world.supporting_officer
    with pytest.raises(consents.UnableToConsent, match="no speaker"):
        consents.consent_on_paper(lecturer=stranger, scan=b"x", by=officer, **given)
    with pytest.raises(consents.UnableToConsent, match="Add a photo"):
        consents.consent_on_paper(lecturer=speaker, scan=b"", by=officer, **given)
    consents.consent_on_paper(lecturer=speaker, scan=b"x", by=officer, **given)
    with pytest.raises(consents.UnableToConsent, match="agreed already"):
        consents.consent_on_paper(lecturer=speaker, scan=b"x", by=officer, **given)


def test_the_database_holds_one_open_consent_a_speaker_and_no_scan_of_an_online_one(world):
    lecture = make_lecture_in_review(world)
    consent = SpeakerConsent.objects.get()
    consent.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        consent.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpeakerConsent.objects.filter(lecture=lecture).update(scan=b"x")


def test_withdrawing_takes_a_published_lecture_out_at_once(world):
    lecture = make_published_lecture(world)
    with pytest.raises(consents.UnableToConsent):
        reviewing.withdraw_consent(lecture=lecture, by=world.supporting_officer, at=world.now)
    reviewing.withdraw_consent(lecture=lecture, by=world.expert, at=world.later(days=1))
    lecture.refresh_from_db()
    assert (lecture.live, lecture.review, lecture.versions.count()) == (False, Review.WITHDRAWN, 1)
    assert SpeakerConsent.objects.get().withdrawn_at == world.later(days=1)
    assert lecture.return_reason


def test_withdrawing_makes_a_draft_of_a_submitted_lecture(world):
    lecture = make_lecture_in_review(world)
    reviewing.withdraw_consent(lecture=lecture, by=world.expert, at=world.now)
    lecture.refresh_from_db()
    assert lecture.review == Review.DRAFT


def test_the_sheet_is_painted_anew_and_seen_by_reviewers_alone(world, client_for):
    lecture = make_lecture_in_review(world)
    speaker = second_speaker(world, lecture)
    reviewer = client_for(world.supporting_officer)
    page = f"/office/review/{lecture.pk}/"
    assert "李教授" in reviewer.get(page).content.decode()
    sent = SimpleUploadedFile("sheet.jpg", sheet(), "image/jpeg")
    answer = reviewer.post(page, {"action": "consent", "lecturer": speaker.pk, "scan": sent})
    assert answer.status_code == 302
    kept = SpeakerConsent.objects.get(lecturer=speaker)
    address = f"{page}consent/{kept.pk}/"
    shown = reviewer.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert not Image.open(io.BytesIO(shown.content)).getexif()
    assert client_for(world.expert).get(address).status_code == 403
    assert client_for(world.county_account).get(address).status_code == 403
    online = SpeakerConsent.objects.get(method="online")
    assert reviewer.get(f"{page}consent/{online.pk}/").status_code == 404


def test_what_is_no_picture_is_refused_in_words(world, client_for):
    lecture = make_lecture_in_review(world)
    speaker = second_speaker(world, lecture)
    sent = SimpleUploadedFile("sheet.jpg", b"%PDF-1.7", "image/jpeg")
    answer = client_for(world.supporting_officer).post(
        f"/office/review/{lecture.pk}/", {"action": "consent", "lecturer": speaker.pk, "scan": sent}
    )
    assert answer.status_code == 400
    assert answer.context["paper"].errors["scan"]
    assert not SpeakerConsent.objects.filter(lecturer=speaker).exists()


def test_every_text_is_kept_in_both_languages_and_numbered():
    texts = consents.texts()
    assert [text.version for text in texts] == list(range(1, len(texts) + 1))
    assert all(text.zh and text.en for text in texts)


def test_the_tick_box_of_before_becomes_a_consent_once(world):
    lecture = make_published_lecture(world)
    draft = make_draft(world)
    SpeakerConsent.objects.all().delete()
    move = importlib.import_module("courses.catalogue.migrations._consents").record_standing_consents
    move(apps, None)
    move(apps, None)
    kept = SpeakerConsent.objects.get()
    assert (kept.lecture, kept.text_version, kept.dvd, kept.given_at) == (
        lecture,
        0,
        True,
        lecture.submitted_at,
    )
    assert not draft.consents.exists()
