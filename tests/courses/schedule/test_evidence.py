"""Evidence (凭证材料): what may be handed in by whom, that nothing is overwritten, and what is missing."""

import io
from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from PIL import ExifTags, Image

from courses import api
from courses.catalogue.models import Lecturer
from courses.schedule import evidence
from courses.schedule.evidence import UnableToAddEvidence
from courses.schedule.models import Evidence, SessionDetails
from qianchang.groundwork import photos, vault
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from tests.courses.schedule.conftest import PAPER, paper, photo, picture

pytestmark = pytest.mark.django_db
Kind = Evidence.Kind


def look(kind, data):
    return evidence.accepted(kind, io.BytesIO(data), size_bytes=len(data))


class TestWhatComes:
    def test_a_photo_keeps_nothing_of_the_camera(self):
        said = Image.Exif()
        said[ExifTags.Base.Make] = "Somebody's telephone"
        said.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
        kept = look(Kind.PHOTO, picture(exif=said.tobytes()))
        assert kept.content_type == "image/jpeg"
        assert not Image.open(io.BytesIO(kept.data)).getexif()
        assert b"telephone" not in kept.data

    def test_a_photo_becomes_as_small_as_the_budget(self):
        noise = Image.effect_noise((3000, 2000), 120).convert("RGB")
        out = io.BytesIO()
        noise.save(out, "JPEG", quality=60)
        kept = look(Kind.PHOTO, out.getvalue())
        assert len(kept.data) <= photos.KEPT_BYTES
        assert max(Image.open(io.BytesIO(kept.data)).size) <= photos.LONG_SIDE

    def test_a_picture_that_unfolds_too_far_is_refused(self):
        out = io.BytesIO()
        Image.new("1", (9000, 9000)).save(out, "PNG")
        with pytest.raises(UnableToAddEvidence):
            look(Kind.PHOTO, out.getvalue())

    @pytest.mark.parametrize("data", [b"", b"MZ\x90\x00", b"<svg onload=alert(1)>", b"GIF89a" + b"\x00" * 40])
    @pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.SIGN_IN_SHEET])
    def test_what_is_no_picture_and_no_paper_is_refused_whatever_it_is_called(self, kind, data):
        with pytest.raises(UnableToAddEvidence):
            look(kind, data)

    def test_a_paper_stays_as_it_is(self):
        kept = look(Kind.SIGN_IN_SHEET, PAPER)
        assert (kept.data, kept.content_type) == (PAPER, "application/pdf")

    def test_a_paper_is_no_photo(self):
        with pytest.raises(UnableToAddEvidence):
            look(Kind.PHOTO, PAPER)

    @pytest.mark.parametrize(
        "word", [b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/J#61vaScript", b"/#45mbeddedFiles"]
    )
    def test_a_paper_that_does_something_is_refused(self, word):
        with pytest.raises(UnableToAddEvidence):
            look(Kind.AGENDA, PAPER.replace(b"/Type", word + b" /Type"))

    def test_a_paper_that_is_cut_off_is_refused(self):
        with pytest.raises(UnableToAddEvidence):
            look(Kind.AGENDA, PAPER[:-8])

    def test_a_paper_that_is_too_large_is_refused(self):
        with pytest.raises(UnableToAddEvidence, match="10 MB"):
            look(Kind.AGENDA, PAPER + b"\n" * evidence.MOST_PAPER_BYTES)

    def test_a_sheet_photographed_is_a_picture(self):
        assert look(Kind.SIGN_IN_SHEET, picture()).content_type == "image/jpeg"


@pytest.fixture
def hand_in(world):
    def give(session, kind=Kind.PHOTO, file=None, **said):
        given = {"by": world.supporting_officer, "at": world.now, **said}
        return evidence.add_file(session=session, kind=kind, file=file or photo(), **given)

    return give


class TestHandingIn:
    def test_the_file_stands_in_the_vault_under_its_digest(self, arranged, hand_in, world):
        session, file = arranged(), photo()
        piece = hand_in(session, file=file)
        assert vault.read(piece.sha256) == file.data
        assert (piece.size_bytes, piece.uploaded_by) == (len(file.data), world.supporting_officer)
        entry = AuditEntry.objects.get(verb="evidence added")
        assert entry.details == {"evidence": "photo", "sha256": piece.sha256}

    def test_the_same_file_again_is_the_same_piece(self, arranged, hand_in):
        session = arranged()
        assert hand_in(session) == hand_in(session)
        assert session.evidence.count() == 1
        assert AuditEntry.objects.filter(verb="evidence added").count() == 1

    def test_both_sides_hand_in_and_nobody_else(self, arranged, hand_in, world):
        session = arranged()
        hand_in(session, by=world.beneficiary_officer)
        for stranger in (world.yunnan_officer, world.national_officer, world.county_account):
            with pytest.raises(PermissionDenied):
                hand_in(session, file=photo("green"), by=stranger)
        assert session.evidence.count() == 1

    def test_before_the_day_there_is_an_agenda_but_no_photo(self, arranged, hand_in, world):
        session = arranged(on=world.day + timedelta(days=3))
        hand_in(session, Kind.AGENDA, paper())
        with pytest.raises(UnableToAddEvidence):
            hand_in(session)

    def test_a_cancelled_session_takes_nothing(self, arranged, hand_in, world):
        session = arranged()
        api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
        with pytest.raises(UnableToAddEvidence):
            hand_in(session)

    def test_there_is_an_end_to_photos(self, arranged, hand_in, monkeypatch):
        monkeypatch.setattr(evidence, "MOST_PIECES", 2)
        session = arranged()
        hand_in(session)
        hand_in(session, file=photo("green"))
        with pytest.raises(UnableToAddEvidence):
            hand_in(session, file=photo("red"))

    def test_after_it_was_held_evidence_still_comes(self, arranged, hand_in, world):
        session = arranged()
        api.record_held(session=session, by=world.supporting_officer, at=world.now)
        hand_in(session)
        assert session.evidence.count() == 1


class TestNothingIsOverwritten:
    def test_another_one_takes_the_place_and_the_first_stays(self, arranged, hand_in, world):
        session = arranged()
        old = hand_in(session)
        new = hand_in(session, file=photo("green"), replaces=old.pk, at=world.later(hours=1))
        old.refresh_from_db()
        assert new.replaces == old
        assert (old.withdrawn_at, old.withdrawn_by) == (world.later(hours=1), world.supporting_officer)
        assert vault.read(old.sha256) != vault.read(new.sha256)

    def test_of_two_officers_one_replaces_and_the_other_is_told(self, arranged, hand_in, world):
        session = arranged()
        old = hand_in(session)
        hand_in(session, file=photo("green"), replaces=old.pk)
        with pytest.raises(UnableToAddEvidence):
            hand_in(session, file=photo("red"), replaces=old.pk, by=world.second_supporting_officer)
        assert session.evidence.filter(withdrawn_at=None).count() == 1

    def test_a_row_is_neither_changed_nor_deleted(self, arranged, hand_in):
        piece = hand_in(arranged())
        with pytest.raises(AppendOnlyError):
            piece.save()
        with pytest.raises(AppendOnlyError):
            piece.delete()

    def test_a_piece_of_another_session_is_not_replaced(self, arranged, hand_in, world):
        other = hand_in(arranged(on=world.day - timedelta(days=1)))
        with pytest.raises(UnableToAddEvidence):
            hand_in(arranged(), file=photo("green"), replaces=other.pk)

    def test_before_the_session_is_held_a_piece_can_be_taken_out(self, arranged, hand_in, world):
        session = arranged()
        piece = hand_in(session)
        for _time in range(2):
            evidence.withdraw_file(
                session=session, piece=piece.pk, by=world.beneficiary_officer, at=world.now
            )
        assert session.evidence.filter(withdrawn_at=None).count() == 0
        assert AuditEntry.objects.filter(verb="evidence withdrawn").count() == 1

    def test_afterwards_it_cannot(self, arranged, hand_in, world):
        session = arranged()
        piece = hand_in(session)
        api.record_held(session=session, by=world.supporting_officer, at=world.now)
        with pytest.raises(UnableToAddEvidence):
            evidence.withdraw_file(session=session, piece=piece.pk, by=world.supporting_officer, at=world.now)

    def test_nobody_takes_out_the_signature_of_the_lecturer(self, arranged, world):
        session = arranged()
        signature = evidence.sign(session=session, by=world.expert, at=world.now)
        for other in (world.supporting_officer, world.beneficiary_officer):
            with pytest.raises(UnableToAddEvidence):
                evidence.withdraw_file(session=session, piece=signature.pk, by=other, at=world.now)
        evidence.withdraw_file(session=session, piece=signature.pk, by=world.expert, at=world.now)
        assert not session.evidence.filter(withdrawn_at=None).exists()

    def test_a_lecturer_touches_only_what_the_lecturer_handed_in(self, arranged, hand_in, world):
        session = arranged()
        theirs, own = hand_in(session), hand_in(session, file=photo("green"), by=world.expert)
        with pytest.raises(UnableToAddEvidence):
            evidence.withdraw_file(session=session, piece=theirs.pk, by=world.expert, at=world.now)
        with pytest.raises(UnableToAddEvidence):
            hand_in(session, file=photo("red"), replaces=theirs.pk, by=world.expert)
        hand_in(session, file=photo("red"), replaces=own.pk, by=world.expert)
        assert session.evidence.filter(withdrawn_at=None).count() == 2

    def test_a_file_that_stands_there_already_takes_no_place(self, arranged, hand_in, world):
        session = arranged()
        first, second = hand_in(session), hand_in(session, file=photo("green"))
        with pytest.raises(UnableToAddEvidence):
            hand_in(session, replaces=second.pk)
        assert hand_in(session, replaces=first.pk) == first
        assert session.evidence.filter(withdrawn_at=None).count() == 2

    def test_the_database_refuses_a_change(self, arranged, hand_in, world):
        piece = hand_in(arranged())
        for change in ({"sha256": "0" * 64}, {"uploaded_by": world.expert}, {"kind": Kind.AGENDA}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Evidence.objects.filter(pk=piece.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Evidence.objects.filter(pk=piece.pk).delete()

    def test_the_database_refuses_a_file_without_digest(self, arranged, world):
        with pytest.raises(DatabaseError), transaction.atomic():
            Evidence.objects.create(
                session=arranged(), kind=Kind.PHOTO, uploaded_by=world.expert, uploaded_at=world.now
            )


class TestSigning:
    @pytest.fixture
    def lecturer(self, a_lecture, world):
        return Lecturer.objects.get(lectures=a_lecture, account=world.expert)

    def test_the_lecturer_signs_on_site_once(self, arranged, world, lecturer):
        session = arranged()
        pieces = [evidence.sign(session=session, by=world.expert, at=world.now) for _time in range(2)]
        assert pieces[0] == pieces[1]
        assert pieces[0].lecturer == lecturer
        assert item(session, "讲师签字").present

    def test_nobody_signs_for_the_lecturer(self, arranged, world):
        session = arranged()
        for other in (world.supporting_officer, world.county_account, world.administrator):
            with pytest.raises(PermissionDenied):
                evidence.sign(session=session, by=other, at=world.now)

    def test_not_before_the_day(self, arranged, world, lecturer):
        with pytest.raises(UnableToAddEvidence):
            evidence.sign(session=arranged(on=world.day + timedelta(days=1)), by=world.expert, at=world.now)

    def test_where_nobody_stands_there_is_nothing_to_sign(self, arranged, world, lecturer):
        with pytest.raises(PermissionDenied):
            evidence.sign(session=arranged("dvd"), by=world.expert, at=world.now)


def item(session, label):
    return next(each for each in api.session_fact(session.code).evidence if each.label == label)


class TestKeyingIn:
    def test_what_is_keyed_in_counts_as_evidence(self, arranged, world):
        session = arranged()
        written = evidence.write_details(
            session=session,
            said={"agenda": "开场\n讲授", "head_count": 86},
            seen_at=None,
            by=world.supporting_officer,
            at=world.now,
        )
        assert written.head_count == 86
        assert item(session, "到场人数").detail == "86 人"
        assert item(session, "议程").present
        assert AuditEntry.objects.get(verb="details written").details == {
            "keyed_in": "agenda, head_count",
            "head_count": 86,
            "head_count_before": None,
        }

    def test_of_two_officers_one_writes_and_the_other_is_told(self, arranged, world):
        session = arranged()

        def write(heads, by, seen_at):
            return evidence.write_details(
                session=session, said={"head_count": heads}, seen_at=seen_at, by=by, at=world.now
            )

        write(86, world.supporting_officer, None)
        with pytest.raises(UnableToAddEvidence):
            write(90, world.beneficiary_officer, None)
        assert SessionDetails.objects.get().head_count == 86
        write(90, world.beneficiary_officer, world.now)
        assert SessionDetails.objects.get().head_count == 90

    def test_after_it_was_held_nothing_is_blanked_and_what_was_said_is_kept(self, arranged, world):
        session = arranged()

        def write(seen_at, **said):
            return evidence.write_details(
                session=session, said=said, seen_at=seen_at, by=world.supporting_officer, at=world.now
            )

        write(None, head_count=86, agenda="讲授")
        api.record_held(session=session, by=world.supporting_officer, at=world.now)
        for blank in ({"head_count": None}, {"agenda": " "}):
            with pytest.raises(UnableToAddEvidence):
                write(world.now, **blank)
        write(world.now, head_count=300, agenda="讲授、答疑")
        entry = AuditEntry.objects.filter(verb="details written").latest("pk")
        assert entry.details == {
            "keyed_in": "agenda, head_count",
            "head_count": 300,
            "head_count_before": 86,
        }

    def test_the_same_again_changes_nothing(self, arranged, world):
        session = arranged()
        for at in (world.now, world.later(hours=1)):
            evidence.write_details(
                session=session, said={"agenda": "讲授"}, seen_at=None, by=world.supporting_officer, at=at
            )
        assert SessionDetails.objects.get().changed_at == world.now


class TestComplete:
    def test_an_event_on_site_has_everything(self, arranged, hand_in, world):
        session = arranged()
        assert not api.session_fact(session.code).evidence_complete
        hand_in(session, Kind.AGENDA, paper())
        hand_in(session, Kind.SIGN_OFF, paper(Kind.SIGN_OFF, more=b"%signed"))
        hand_in(session, Kind.SIGN_IN_SHEET, paper(Kind.SIGN_IN_SHEET, more=b"%names"))
        hand_in(session)
        evidence.write_details(
            session=session, said={"head_count": 3}, seen_at=None, by=world.supporting_officer, at=world.now
        )
        assert api.session_fact(session.code).evidence_complete

    def test_a_telephone_conference_has_bridge_host_and_sites(self, arranged, world):
        session = arranged("teleconference")
        said = {"bridge": "腾讯会议 123 456 789", "host": "梁秘书", "sites": "那坡县司法局\n靖西市司法局"}
        evidence.write_details(
            session=session, said=said, seen_at=None, by=world.supporting_officer, at=world.now
        )
        assert api.session_fact(session.code).evidence_complete

    def test_what_was_taken_out_is_missing_again(self, arranged, hand_in, world):
        session = arranged()
        piece = hand_in(session)
        assert item(session, "照片").present
        evidence.withdraw_file(session=session, piece=piece.pk, by=world.supporting_officer, at=world.now)
        assert not item(session, "照片").present

    def test_a_fact_tells_lecturer_hour_and_half_day(self, arranged, a_lecture, world):
        fact = api.session_fact(arranged(begins_at=time(14, 30)).code)
        assert (fact.begins_at, fact.half_day) == (time(14, 30), "pm")
        assert fact.lecturer_ids == tuple(a_lecture.lecturers.values_list("pk", flat=True))
        assert api.session_fact(arranged("dvd").code).half_day == ""
