"""Discs: numbers, codes, images, and the sessions that they serve."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from courses import api
from courses.catalogue.models import LecturePage, SpeakerConsent
from courses.discs import asking, codes, images, making, moving, queries
from courses.discs.codes import NotOnThisDisc
from courses.discs.images import UnableToMake
from courses.discs.making import Recipient
from courses.discs.models import Disc, DiscEvent
from media_pipeline import api as media
from media_pipeline.conductor import leases
from media_pipeline.conductor.discs import claims
from media_pipeline.conductor.discs.overview import disc_lines
from media_pipeline.conductor.models import DiscImage
from qianchang.groundwork.models import AuditEntry

pytestmark = pytest.mark.django_db


def a_session(discs, lecture, **said):
    world = discs.world
    given = {
        "lecture": lecture,
        "mode_code": "dvd",
        "supporter": world.guangdong,
        "beneficiary": world.guangxi,
        "date": world.day,
        "by": world.supporting_officer,
        "at": world.now,
        **said,
    }
    return api.schedule_session(**given)


class TestWhatMayNotGoOnDiscsAnyMore:
    def test_a_speaker_who_took_the_consent_back_is_pressed_no_more(self, discs):
        master = discs.master()
        gone = discs.numbered(master)[0]
        DiscImage.objects.update(state="failed", finished_at=discs.world.now)
        SpeakerConsent.objects.update(withdrawn_at=discs.world.now)
        with pytest.raises(UnableToMake):
            discs.numbered(master)
        with pytest.raises(UnableToMake):
            images.again(disc=gone, by=discs.world.supporting_officer, at=discs.world.now)
        assert Disc.objects.count() == 1

    def test_a_withdrawn_lecture_is_named(self, discs):
        master = discs.master(discs.lecture("撤下的一讲"))
        LecturePage.objects.update(live=False)
        with pytest.raises(UnableToMake, match="撤下的一讲"):
            discs.numbered(master)

    def test_a_request_that_was_withdrawn_meanwhile_gets_no_disc(self, discs):
        world, master = discs.world, discs.master()
        request = asking.ask_for_disc(
            lectures=[master.lectures.get().version.lecture],
            to=discs.to_napo(),
            reason="无网络",
            by=world.county_contact,
            at=world.now,
        )
        asking.withdraw(request=request, by=world.county_contact, at=world.now)
        with pytest.raises(UnableToMake):
            discs.numbered(master, request=request)
        assert not Disc.objects.exists()


class TestNumbers:
    def test_discs_are_numbered_one_after_the_other(self, discs):
        master = discs.master()
        first = discs.numbered(master, count=2)
        assert [disc.serial for disc in first] == ["D-0001", "D-0002"]
        assert discs.numbered(master)[0].serial == "D-0003"

    def test_a_number_that_somebody_took_in_the_same_moment_is_passed_over(self, discs, monkeypatch):
        master = discs.master()
        discs.numbered(master)
        numbers = iter([0, 1])
        monkeypatch.setattr(
            Disc.objects, "aggregate", lambda **_asked: {"last": next(numbers)}, raising=False
        )
        assert discs.numbered(master)[0].serial == "D-0002"

    def test_pressing_the_button_twice_makes_the_discs_once(self, discs):
        world, master, batch = discs.world, discs.master(), uuid4()
        made = [
            making.make_discs(
                master=master,
                count=2,
                to=discs.to_napo(),
                batch=batch,
                by=world.supporting_officer,
                at=world.now,
            )
            for _press in range(2)
        ]
        assert made[0] == made[1]
        assert Disc.objects.count() == 2

    @pytest.mark.parametrize("count", [0, -1, 51])
    def test_none_and_too_many_at_once_are_refused(self, discs, count):
        with pytest.raises(UnableToMake):
            discs.numbered(count=count)
        assert not Disc.objects.exists()

    def test_a_county_of_another_region_is_refused(self, discs):
        with pytest.raises(UnableToMake, match="云南"):
            discs.numbered(to=discs.to_napo(discs.world.yunnan_region))

    def test_who_is_neither_its_maker_nor_its_region_makes_none(self, discs):
        master = discs.master()
        with pytest.raises(UnableToMake):
            discs.numbered(master, by=discs.world.yunnan_officer)
        with pytest.raises(UnableToMake):
            discs.numbered(master, to=Recipient(discs.world.yunnan), by=discs.world.beneficiary_officer)


class TestCodes:
    def test_each_code_has_its_window_and_four_digits(self, discs):
        disc = discs.made()
        row = disc.master.lectures.get()
        found = codes.codes_of(disc, row.version)
        assert [[code.from_ms, code.until_ms] for code in found] == row.windows
        assert all(len(code.digits) == 4 and code.digits.isdecimal() for code in found)

    def test_codes_copied_from_the_disc_are_right(self, discs):
        disc = discs.made()
        version = disc.master.lectures.get().version
        typed = [code.digits for code in codes.codes_of(disc, version)]
        assert codes.check(disc, version, typed) == [True, True, True]
        assert codes.check(disc, version, [f" {typed[0]} ", "9999x"]) == [True, False, False]
        assert codes.check(disc, version, []) == [False, False, False]

    def test_the_codes_of_one_disc_are_worthless_on_another(self, discs):
        master = discs.master()
        one, other = discs.numbered(master, count=2)
        version = master.lectures.get().version
        typed = [code.digits for code in codes.codes_of(one, version)]
        assert not all(codes.check(other, version, typed))

    def test_a_lecture_that_is_not_on_the_disc_has_no_codes(self, discs):
        disc, other = discs.made(), discs.lecture("别的讲座").versions.get()
        assert codes.check(disc, other, ["1234"]) == []
        assert codes.how_many(disc, other) == 0
        with pytest.raises(NotOnThisDisc):
            codes.codes_of(disc, other)

    def test_codes_stay_where_they_were_burnt_when_the_version_is_edited(self, discs):
        disc = discs.made()
        version = disc.master.lectures.get().version
        before = codes.codes_of(disc, version)
        version.excluded_ms = [[0, 60 * 60_000]]
        version.save()
        assert codes.codes_of(disc, version) == before


class TestImages:
    def test_the_worker_is_asked_for_the_lectures_with_the_codes_of_this_serial(self, discs):
        disc = discs.numbered(discs.master(discs.lecture(), discs.lecture("第二讲", minutes=30)))[0]
        spec = images.spec_of(disc)
        assert (spec.serial, spec.volume) == ("D-0001", "D_0001")
        assert [lecture.title for lecture in spec.lectures] == ["农村土地承包经营权流转纠纷", "第二讲"]
        assert spec.lectures[0].lecturer == "陈嘉敏"
        version = disc.master.lectures.first().version
        assert [code[2] for code in spec.lectures[0].codes] == [
            code.digits for code in codes.codes_of(disc, version)
        ]
        assert DiscImage.objects.get().public_id == disc.image

    def test_a_finished_image_makes_the_disc_with_its_checksum_once(self, discs):
        disc = discs.made()
        image = DiscImage.objects.get()
        assert (disc.state, disc.iso_sha256, disc.iso_bytes) == ("made", image.sha256, image.size_bytes)
        images.note_ready(disc.image, at=discs.world.later(hours=1))
        assert [event.kind for event in DiscEvent.objects.all()] == ["made"]

    def test_the_worker_announces_it_itself(self, discs, django_capture_on_commit_callbacks):
        disc = discs.numbered()[0]
        DiscImage.objects.update(state="done", size_bytes=1, sha256="f" * 64, finished_at=discs.world.now)
        media.disc_image_ready.send_robust(sender=None, public_id=disc.image, at=discs.world.now)
        disc.refresh_from_db()
        assert disc.state == "made"

    def test_what_was_finished_unheard_is_noted_later(self, discs):
        disc = discs.numbered()[0]
        DiscImage.objects.update(state="done", size_bytes=1, sha256="f" * 64, finished_at=discs.world.now)
        assert images.catch_up(at=discs.world.now) == 1
        disc.refresh_from_db()
        assert disc.state == "made"
        assert images.catch_up(at=discs.world.now) == 0

    def test_a_failed_image_is_asked_for_again_and_a_good_one_is_not(self, discs):
        world, disc = discs.world, discs.numbered()[0]
        with pytest.raises(UnableToMake):
            images.again(disc=disc, by=world.supporting_officer, at=world.now)
        DiscImage.objects.update(state="failed")
        before = disc.image
        again = images.again(disc=disc, by=world.supporting_officer, at=world.now)
        assert again.image != before
        assert DiscImage.objects.filter(state="queued").count() == 1

    def test_two_answers_to_one_request_with_the_same_master_are_one(self, discs):
        world, master = discs.world, discs.master()
        request = asking.ask_for_disc(
            lectures=[master.lectures.get().version.lecture],
            to=discs.to_napo(),
            reason="无网络",
            by=world.county_contact,
            at=world.now,
        )
        disc = discs.numbered(master, request=request)[0]
        with pytest.raises(UnableToMake, match="D-0001"):
            discs.numbered(master, request=request)
        images.call_off(disc=disc, by=world.supporting_officer, at=world.now)
        assert discs.numbered(master, request=request)[0].serial == "D-0002"

    def test_what_the_worker_refuses_leaves_no_disc(self, discs):
        master = discs.master()
        recording = master.lectures.get().version.recording
        type(recording).objects.filter(pk=recording.pk).update(ready_at=None)
        with pytest.raises(UnableToMake, match="农村土地"):
            discs.numbered(master)
        assert not Disc.objects.exists()


class TestCallingOff:
    @pytest.fixture
    def disc(self, discs):
        return discs.numbered()[0]

    @staticmethod
    def call_off(discs, disc, by=None):
        return images.call_off(disc=disc, by=by or discs.world.supporting_officer, at=discs.world.now)

    def test_what_waits_is_made_no_longer_and_once_is_enough(self, discs, disc):
        for _press in range(2):
            assert self.call_off(discs, disc).state == "called_off"
        assert DiscImage.objects.get().state == "cancelled"
        entries = AuditEntry.objects.filter(verb__in=["called off disc", "disc image cancelled"])
        assert {entry.verb: entry.actor_id for entry in entries} == {
            "called off disc": discs.world.supporting_officer.pk,
            "disc image cancelled": discs.world.supporting_officer.pk,
        }
        assert entries.count() == 2

    def test_its_worker_leaves_and_publishes_nothing(self, discs, disc):
        held = claims.claim(image_id=DiscImage.objects.get().pk, worker="sichuan:1:a", at=discs.world.now)
        self.call_off(discs, disc)
        for late in (leases.renew, lambda held: leases.finish(held, at=discs.world.now, sha256="f" * 64)):
            with pytest.raises(leases.LeaseLost):
                late(held)
        assert claims.claim_next(worker="yunnan:2:b", at=discs.world.now) is None

    def test_it_may_be_made_after_all(self, discs, disc):
        self.call_off(discs, disc)
        images.again(disc=disc, by=discs.world.supporting_officer, at=discs.world.now)
        discs.finish(Disc.objects.get())
        assert Disc.objects.get().state == "made"

    def test_it_is_not_made_for_a_request_that_is_answered_or_closed_since(self, discs):
        world, master = discs.world, discs.master()
        request = asking.ask_for_disc(
            lectures=[master.lectures.get().version.lecture],
            to=discs.to_napo(),
            reason="无网络",
            by=world.county_contact,
            at=world.now,
        )
        first, second = discs.numbered(master, request=request, count=2)
        self.call_off(discs, first)
        images.again(disc=first, by=world.supporting_officer, at=world.now)  # its batch is the answer
        for disc in (first, second):
            self.call_off(discs, disc)
        third = discs.numbered(master, request=request)[0]
        with pytest.raises(UnableToMake, match="D-0003"):
            images.again(disc=first, by=world.supporting_officer, at=world.now)
        self.call_off(discs, third)
        asking.decline(request=request, answer="请看直播", by=world.supporting_officer, at=world.now)
        with pytest.raises(UnableToMake, match="已办结"):
            images.again(disc=first, by=world.supporting_officer, at=world.now)
        first.refresh_from_db()
        assert first.state == "called_off"
        assert not DiscImage.objects.exclude(state="cancelled").exists()

    def test_an_image_that_is_there_is_not_called_off(self, discs, disc):
        discs.finish(disc)
        with pytest.raises(UnableToMake):
            self.call_off(discs, disc)
        assert (Disc.objects.get().state, DiscImage.objects.get().state) == ("made", "done")

    def test_an_image_that_is_made_anew_is_called_off_and_the_disc_stays_made(self, discs, disc):
        discs.finish(disc)
        DiscImage.objects.update(dropped_at=discs.world.now)
        images.again(disc=disc, by=discs.world.supporting_officer, at=discs.world.now)
        for _press in range(2):
            assert self.call_off(discs, disc).state == "made"
        assert DiscImage.objects.latest("pk").state == "cancelled"

    def test_one_that_failed_is_given_up_too_and_leaves_the_queue(self, discs, disc):
        DiscImage.objects.update(state="failed", finished_at=discs.world.now)
        assert [line.serial for line in disc_lines()] == ["D-0001"]
        self.call_off(discs, disc)
        assert list(disc_lines()) == []
        assert Disc.objects.get().state == "called_off"

    @pytest.mark.parametrize("who", ["yunnan_officer", "county_contact", "administrator"])
    def test_nobody_else_calls_it_off(self, discs, disc, who):
        with pytest.raises(PermissionDenied):
            self.call_off(discs, disc, by=getattr(discs.world, who))
        assert DiscImage.objects.get().state == "queued"

    def test_it_proves_nothing_of_a_session_and_its_request_waits_again(self, discs):
        world, lecture = discs.world, discs.lecture()
        session = a_session(discs, lecture)
        request = asking.ask_for_disc(
            lectures=[lecture], to=discs.to_napo(), reason="无网络", by=world.county_contact, at=world.now
        )
        disc = discs.numbered(discs.master(lecture), request=request)[0]
        assert set(queries.discs_of([session.pk])) == {session.pk}
        self.call_off(discs, disc)
        assert queries.discs_of([session.pk]) == {}
        assert list(asking.unanswered()) == [request]
        asking.decline(request=request, answer="请看直播", by=world.supporting_officer, at=world.now)

    def test_it_is_neither_sent_nor_registered_elsewhere(self, discs, disc):
        self.call_off(discs, disc)
        for act in (
            lambda: discs.sent(disc),
            lambda: moving.register(
                disc=disc, to=discs.to_napo(), by=discs.world.supporting_officer, at=discs.world.now
            ),
        ):
            with pytest.raises(moving.UnableToMove, match="D-0001"):
                act()


class TestSessions:
    def test_a_disc_serves_the_dvd_sessions_of_its_lectures_for_its_region(self, discs):
        first, second = discs.lecture(), discs.lecture("第二讲")
        wanted = [a_session(discs, first), a_session(discs, second)]
        a_session(discs, discs.lecture("不在盘上"))
        disc = discs.made(discs.master(first, second))
        assert {use.session_id for use in disc.uses.all()} == {session.pk for session in wanted}
        found = queries.discs_of([session.pk for session in wanted])
        assert [[fact.serial for fact in some] for some in found.values()] == [["D-0001"], ["D-0001"]]

    def test_a_session_that_is_scheduled_later_finds_a_disc_that_takes_no_further_step(self, discs):
        lecture = discs.lecture()
        discs.received(discs.sent(discs.made(discs.master(lecture))))
        session = a_session(discs, lecture)
        (fact,) = queries.discs_of([session.pk])[session.pk]
        assert (fact.serial, fact.was_dispatched, fact.was_received) == ("D-0001", True, True)

    def test_a_session_finds_no_disc_of_another_lecture_region_or_mode(self, discs):
        lecture, other = (
            discs.lecture(released_to=[discs.world.guangxi, discs.world.yunnan]),
            discs.lecture("另一讲"),
        )
        discs.made(discs.master(lecture))
        sessions = [
            a_session(discs, other),
            a_session(discs, lecture, beneficiary=discs.world.yunnan),
            a_session(discs, lecture, mode_code="teleconference"),
        ]
        assert queries.discs_of([session.pk for session in sessions]) == {}

    def test_a_cancelled_session_is_served_by_none(self, discs):
        lecture = discs.lecture()
        session = a_session(discs, lecture)
        api.cancel_session(
            session=api.session_fact(session.code), by=discs.world.supporting_officer, at=discs.world.now
        )
        assert making.sessions_for(discs.made(discs.master(lecture))) == []

    def test_the_discs_of_many_sessions_cost_two_queries(self, discs, django_assert_num_queries):
        lectures = [discs.lecture(f"第{number}讲") for number in range(3)]
        sessions = [a_session(discs, lecture) for lecture in lectures]
        master = discs.master(*lectures)
        for disc in discs.numbered(master, count=3):
            discs.sent(discs.finish(disc))
        with django_assert_num_queries(2):
            found = queries.discs_of([session.pk for session in sessions])
        assert [len(some) for some in found.values()] == [3, 3, 3]
        assert all(fact.was_dispatched and not fact.was_received for some in found.values() for fact in some)
