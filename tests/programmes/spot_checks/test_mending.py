"""Findings and their mending: found by one, mended by another, accepted by a third or the first, never by oneself."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from programmes.spot_checks import queries, rectification, reminders, rules
from programmes.spot_checks.models import Answer, CheckPhoto, Finding, Reply
from programmes.spot_checks.rectification import UnableToAnswer, UnableToRecordFinding, UnableToReply
from programmes.spot_checks.rules import CheckState, FindingState, Found
from qianchang.people.models import Notice

pytestmark = pytest.mark.django_db


class TestFindings:
    def test_a_fault_says_what_is_wrong_who_mends_it_and_by_when(self, checks, world):
        finding = checks.fault()
        assert (finding.kind, finding.addressee) == ("no_evidence", world.guangdong)
        told = Notice.objects.filter(event="finding_made")
        assert world.supporting_officer.pk in set(told.values_list("account", flat=True))
        assert world.beneficiary_officer.pk not in set(told.values_list("account", flat=True))

    @pytest.mark.parametrize(
        "half",
        [
            {"kind": ""},
            {"kind": "ghosts"},
            {"words": " \x00"},
            {"addressee": None},
            {"deadline_date": None},
            {"outcome": "perhaps"},
        ],
    )
    def test_half_a_fault_is_refused(self, checks, half):
        with pytest.raises(UnableToRecordFinding):
            checks.fault(**half)
        assert not Finding.objects.exists()

    def test_neither_a_stranger_nor_yesterday_is_named(self, checks, world):
        sampled = checks.sampled()
        with pytest.raises(UnableToRecordFinding):
            checks.fault(sampled, addressee=world.yunnan)
        for days in (0, rules.LATEST_DEADLINE_DAYS + 1):
            with pytest.raises(UnableToRecordFinding):
                checks.fault(sampled, deadline_date=checks.drawn_at_plus(days).date())

    def test_once_for_each_session_and_the_same_again_changes_nothing(self, checks, world):
        sampled = checks.sampled()
        finding = checks.fault(sampled)
        assert checks.fault(checks.again(sampled)) == finding
        with pytest.raises(UnableToRecordFinding, match=str(world.national_officer)):
            checks.fault(checks.again(sampled), words="别的。")
        assert Finding.objects.count() == 1

    def test_nobody_checks_what_they_entered_held_or_confirmed(self, checks, world):
        drawing = checks.drawn(
            checks.announce(beneficiary=world.guangxi, by=world.second_beneficiary_officer),
            by=world.second_beneficiary_officer,
        )
        with pytest.raises(UnableToRecordFinding):
            checks.fault(checks.sampled(drawing), by=world.beneficiary_officer)
        assert checks.fault(checks.sampled(drawing), by=world.second_beneficiary_officer)

    def test_only_the_checking_side_finds(self, checks, world):
        sampled = checks.sampled()
        for officer in (world.supporting_officer, world.beneficiary_officer, world.administrator):
            with pytest.raises(PermissionDenied):
                checks.fault(sampled, by=officer)

    def test_a_session_in_order_has_nothing_to_mend(self, checks, world):
        finding = checks.fault(outcome="in_order")
        assert (finding.kind, finding.addressee, finding.deadline_date) == ("", None, None)
        with pytest.raises(UnableToReply):
            checks.replied(finding)
        assert not Notice.objects.filter(event="finding_made").exists()

    def test_a_photo_is_kept_with_its_digest(self, checks):
        finding = checks.fault(photo=b"jpeg")
        photo = CheckPhoto.objects.get(finding=finding)
        assert (bytes(photo.jpeg), len(photo.sha256)) == (b"jpeg", 64)


class TestReplies:
    def test_the_side_that_is_named_replies_and_the_finder_is_told(self, checks, world):
        reply = checks.replied()
        assert reply.number == 1
        assert Notice.objects.get(event="rectification_answered").account == world.national_officer

    def test_others_do_not_reply(self, checks, world):
        finding = checks.fault()
        for officer in (world.beneficiary_officer, world.yunnan_officer, world.administrator):
            with pytest.raises(PermissionDenied):
                rectification.reply_to_finding(finding=finding, words="好。", by=officer, at=checks.drawn_at)
        with pytest.raises(UnableToReply):
            rectification.reply_to_finding(
                finding=finding, words="好。", by=world.national_officer, at=checks.drawn_at
            )

    def test_nobody_replies_to_their_own_finding(self, checks, world):
        drawing = checks.drawn(
            checks.announce(supporter=world.guangdong, by=world.supporting_officer),
            by=world.supporting_officer,
        )
        finding = checks.fault(checks.sampled(drawing), by=world.second_supporting_officer)
        with pytest.raises(UnableToReply):
            checks.replied(finding)
        with pytest.raises(IntegrityError), transaction.atomic():
            Reply.objects.create(
                finding=finding,
                number=1,
                words="好。",
                found_by=world.second_supporting_officer,
                replied_by=world.second_supporting_officer,
                replied_at=checks.drawn_at,
            )

    def test_one_reply_waits_at_a_time(self, checks, world):
        finding = checks.fault()
        first = checks.replied(finding)
        assert checks.replied(finding) == first
        with pytest.raises(UnableToReply, match=str(world.second_supporting_officer)):
            checks.replied(finding, words="另外……")
        with pytest.raises(UnableToReply):
            checks.replied(checks.fault(checks.sampled(rank=2)), words=" ")


class TestAnswers:
    def answer(self, checks, reply, outcome="mended", *, by=None, words="", days=20):
        return rectification.answer_reply(
            reply=reply,
            outcome=outcome,
            words=words,
            new_deadline_date=checks.drawn_at_plus(days).date(),
            by=by or checks.world.national_officer,
            at=checks.drawn_at_plus(2),
        )

    def state(self, checks, finding, on=None):
        known = queries.found(checks.again(finding.sampled))
        return rules.finding_state(known, on=on or checks.drawn_at.date())

    def test_accepted_by_another_person_it_is_mended(self, checks):
        finding = checks.fault()
        assert self.state(checks, finding) is FindingState.TO_MEND
        reply = checks.replied(finding)
        assert self.state(checks, finding) is FindingState.TO_ACCEPT
        done = self.answer(checks, reply)
        assert self.answer(checks, reply) == done
        assert self.state(checks, finding) is FindingState.MENDED
        with pytest.raises(UnableToReply):
            checks.replied(finding, words="还有。")

    def test_not_enough_sets_a_new_day_and_asks_again(self, checks, world):
        finding = checks.fault()
        reply = checks.replied(finding)
        with pytest.raises(UnableToAnswer):
            self.answer(checks, reply, "not_enough")
        with pytest.raises(UnableToAnswer):
            self.answer(checks, reply, "not_enough", words="看不清。", days=2)
        answer = self.answer(checks, reply, "not_enough", words="看不清。")
        known = queries.found(checks.again(finding.sampled))
        assert known.deadline == answer.new_deadline_date
        assert self.state(checks, finding) is FindingState.TO_MEND
        assert self.state(checks, finding, on=known.deadline + timedelta(days=1)) is FindingState.OVERDUE
        second = checks.replied(finding, words="重新扫描了。")
        assert second.number == 2
        self.answer(checks, second, "explained")
        assert self.state(checks, finding) is FindingState.EXPLAINED

    def test_not_by_whoever_replied(self, checks, world):
        drawing = checks.drawn(
            checks.announce(supporter=world.guangdong, by=world.supporting_officer),
            by=world.supporting_officer,
        )
        finding = checks.fault(checks.sampled(drawing), by=world.national_officer)
        reply = checks.replied(finding)
        with pytest.raises(UnableToAnswer):
            self.answer(checks, reply, by=world.second_supporting_officer)
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.create(
                reply=reply,
                outcome="mended",
                replied_by=world.second_supporting_officer,
                answered_by=world.second_supporting_officer,
                answered_at=checks.drawn_at,
            )
        assert self.answer(checks, reply, by=world.supporting_officer)

    def test_only_the_checking_side_and_only_once(self, checks, world):
        reply = checks.replied()
        for officer in (world.supporting_officer, world.beneficiary_officer, world.administrator):
            with pytest.raises(PermissionDenied):
                self.answer(checks, reply, by=officer)
        with pytest.raises(UnableToAnswer):
            self.answer(checks, reply, "perhaps")
        self.answer(checks, reply)
        with pytest.raises(UnableToAnswer, match=str(world.national_officer)):
            self.answer(checks, reply, "explained")


class TestReminders:
    def test_three_days_before_and_once_when_it_is_over(self, checks, world):
        finding = checks.fault()
        assert reminders.remind(at=checks.drawn_at_plus(5)) == 0
        assert reminders.remind(at=checks.drawn_at_plus(7)) == 1
        assert reminders.remind(at=checks.drawn_at_plus(8)) == 0
        assert reminders.remind(at=checks.drawn_at_plus(11)) == 1
        assert reminders.remind(at=checks.drawn_at_plus(12)) == 0
        assert reminders.remind(at=checks.drawn_at_plus(30)) == 0
        notice = Notice.objects.filter(event="rectification_due").latest("pk")
        assert (notice.account, notice.words["days"]) == (world.supporting_officer, -1)
        assert finding.sampled.line.code == notice.words["number"]

    def test_nobody_is_reminded_of_what_waits_for_the_other_side(self, checks):
        checks.replied()
        assert reminders.remind(at=checks.drawn_at_plus(9)) == 0


class TestStates:
    """Where a check stands follows from its findings alone."""

    DAY = date(2026, 11, 5)

    def check(self, *findings, drawn=True, called_off=False, days=0):
        return rules.check_state(
            seed_date=self.DAY,
            on=self.DAY + timedelta(days=days),
            called_off=called_off,
            drawn=drawn,
            findings=findings,
        )

    def test_a_check_comes_from_its_announcement_to_its_end(self):
        assert self.check(drawn=False, days=-1) is CheckState.ANNOUNCED
        assert self.check(drawn=False) is CheckState.TO_DRAW
        assert self.check(FindingState.MENDED, FindingState.NOT_LOOKED_AT) is CheckState.LOOKING
        assert self.check(FindingState.MENDED, FindingState.OVERDUE) is CheckState.MENDING
        assert self.check(FindingState.MENDED, FindingState.IN_ORDER) is CheckState.FINISHED
        assert self.check(called_off=True) is CheckState.CALLED_OFF

    @pytest.mark.parametrize(
        ("found", "state"),
        [
            (Found(looked_at=False), FindingState.NOT_LOOKED_AT),
            (Found(looked_at=True), FindingState.IN_ORDER),
            (Found(True, True, DAY), FindingState.TO_MEND),
            (Found(True, True, DAY - timedelta(days=1)), FindingState.OVERDUE),
            (Found(True, True, DAY - timedelta(days=1), True), FindingState.TO_ACCEPT),
            (Found(True, True, DAY, False, "mended"), FindingState.MENDED),
            (Found(True, True, DAY, False, "not_enough"), FindingState.TO_MEND),
            (Found(True, True, DAY, True, "not_enough"), FindingState.TO_ACCEPT),
            (Found(True, True, DAY, False, "explained"), FindingState.EXPLAINED),
        ],
    )
    def test_a_finding(self, found, state):
        assert rules.finding_state(found, on=self.DAY) is state


def test_the_photo_of_a_finding_can_neither_be_changed_nor_taken_out(checks):
    checks.fault(photo=b"jpeg")
    with pytest.raises(DatabaseError), transaction.atomic():
        CheckPhoto.objects.update(jpeg=b"other")
    with pytest.raises(DatabaseError), transaction.atomic():
        CheckPhoto.objects.all()._raw_delete("default")
    assert bytes(CheckPhoto.objects.get().jpeg) == b"jpeg"
