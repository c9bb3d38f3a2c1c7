"""Appeals: what a lawyer may ask about, until when, and who answers what."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from courses.attendance.models import WatchedSpan
from courses.credits import appeals, corrections
from courses.credits.appeals import UnableToAppeal
from courses.credits.models import Appeal, CreditEntry, CreditRule
from qianchang.groundwork.models import AuditEntry

pytestmark = pytest.mark.django_db

WORDS = "两台电脑轮流看的，请核对。"


@pytest.fixture
def at(evening):
    return evening + timedelta(days=1)


@pytest.fixture
def award(watched):
    watched()
    return CreditEntry.objects.select_related("lawyer__association").get()


@pytest.fixture
def file(award, world, at):
    def act(words=WORDS, when=None, **subject):
        return appeals.file_appeal(
            lawyer=world.county_lawyer,
            **(subject or {"entry": award}),
            words=words,
            by=world.county_account,
            at=when or at,
        )

    return act


@pytest.fixture
def answer(world, at):
    def act(appeal, *, corrected=False, words="记录无误，见说明。", by=None):
        return appeals.answer_appeal(
            appeal=appeal, corrected=corrected, words=words, by=by or world.beneficiary_officer, at=at
        )

    return act


class TestFiling:
    def test_a_lawyer_asks_about_an_entry(self, file, award):
        appeal = file()
        assert (appeal.state, appeal.entry, appeal.words) == ("submitted", award, WORDS)
        assert AuditEntry.objects.filter(verb="filed appeal").count() == 1

    def test_a_lawyer_asks_about_a_refused_stretch(self, device, world, at):
        player = device().open()
        player.claim((0, 600_000), (player.clock_ms(0), player.clock_ms(5)))
        player.send(at=5)
        window = appeals.open_window(world.county_lawyer, at=at)
        (span,) = window.spans
        appeal = appeals.file_appeal(
            lawyer=world.county_lawyer, span=span, words=WORDS, by=world.county_account, at=at
        )
        assert appeal.span == WatchedSpan.objects.get()
        assert appeals.open_window(world.county_lawyer, at=at).spans == ()

    def test_the_same_appeal_again_changes_nothing_and_another_one_is_refused(self, file):
        assert file() == file()
        with pytest.raises(UnableToAppeal):
            file(words="另外一件事。")
        assert Appeal.objects.count() == 1

    def test_nobody_asks_about_somebody_elses_hours(self, award, world, at):
        other = world.second_county_lawyer
        with pytest.raises(UnableToAppeal):
            appeals.file_appeal(lawyer=other, entry=award, words=WORDS, by=other.account, at=at)
        with pytest.raises(UnableToAppeal):
            appeals.file_appeal(
                lawyer=world.county_lawyer, entry=award, words=WORDS, by=world.beneficiary_officer, at=at
            )

    def test_the_window_closes_after_the_days_of_the_rule(self, file, award):
        assert file(when=award.recorded_at + timedelta(days=30)).state == "submitted"

    def test_and_not_a_day_later(self, file, award):
        with pytest.raises(UnableToAppeal, match="2026-11-"):
            file(when=award.recorded_at + timedelta(days=31))

    def test_a_jurisdiction_may_leave_less_time(self, file, award):
        CreditRule.objects.update(appeal_days=3)
        with pytest.raises(UnableToAppeal):
            file(when=award.recorded_at + timedelta(days=4))

    def test_an_appeal_needs_words(self, file):
        with pytest.raises(UnableToAppeal):
            file(words="   ")

    def test_the_database_refuses_an_appeal_about_nothing(self, world, at):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.create(
                lawyer=world.county_lawyer, words=WORDS, filed_by=world.county_account, filed_at=at
            )


class TestAnswering:
    def test_an_officer_takes_it_up_and_says_no_in_words(self, file, answer, world, at):
        appeal = appeals.take_up(appeal=file(), by=world.beneficiary_officer, at=at)
        assert (appeal.state, appeal.taken_by) == ("taken_up", world.beneficiary_officer)
        done = answer(appeal)
        assert (done.state, done.answer) == ("refused", "记录无误，见说明。")

    def test_an_answer_needs_words_and_stands(self, file, answer):
        appeal = file()
        with pytest.raises(UnableToAppeal):
            answer(appeal, words=" ")
        answer(appeal)
        assert answer(appeal).state == "refused"
        with pytest.raises(UnableToAppeal):
            answer(appeal, words="改主意了。")

    def test_corrected_is_said_only_after_two_people_corrected_it(self, file, answer, award, world, at):
        appeal = file()
        with pytest.raises(UnableToAppeal):
            answer(appeal, corrected=True)
        correction = corrections.propose_correction(
            subject=corrections.subject_of_entry(award), reason="重复。", by=world.beneficiary_officer, at=at
        )
        with pytest.raises(UnableToAppeal):
            answer(appeal, corrected=True)
        corrections.carry_out(correction=correction, by=world.second_beneficiary_officer, at=at)
        assert answer(appeal, corrected=True).state == "corrected"

    @pytest.mark.parametrize(
        "who", ["yunnan_officer", "supporting_officer", "national_officer", "administrator"]
    )
    def test_only_officers_of_the_association_answer(self, who, file, answer, world):
        with pytest.raises(PermissionDenied):
            answer(file(), by=getattr(world, who))

    def test_nobody_answers_the_own_appeal(self, file, answer, world):
        appeal = file()
        both = world.grant(world.county_account, "beneficiary_officer", world.guangxi)
        with pytest.raises(UnableToAppeal):
            answer(appeal, by=both)

    def test_whoever_signed_the_entry_does_not_answer_about_it(self, award, file, answer, world, at):
        correction = corrections.propose_correction(
            subject=corrections.subject_of_entry(award), reason="重复。", by=world.beneficiary_officer, at=at
        )
        done = corrections.carry_out(correction=correction, by=world.second_beneficiary_officer, at=at)
        appeal = file(entry=done.posted)
        for signer in (world.beneficiary_officer, world.second_beneficiary_officer):
            with pytest.raises(UnableToAppeal):
                answer(appeal, by=signer)
        third = world.grant(world.account("meng", "蒙专员"), "beneficiary_officer", world.guangxi)
        assert answer(appeal, by=third).state == "refused"

    def test_the_database_refuses_an_answer_by_the_one_who_asked(self, file, world, at):
        appeal = file()
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.filter(pk=appeal.pk).update(
                state="refused", answer="好", decided_by=world.county_account, decided_at=at
            )
