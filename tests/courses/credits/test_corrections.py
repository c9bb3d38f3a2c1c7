"""Corrections by two officers: what they post, who may, and what can be earned after them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from courses.attendance.models import Coverage, WatchedSpan
from courses.credits import corrections, operations, queries
from courses.credits.corrections import UnableToCorrect
from courses.credits.models import Correction, CreditEntry
from qianchang.groundwork import ledgers
from qianchang.groundwork.models import AuditEntry
from tests.courses.attendance.simulation import percent_credited

pytestmark = pytest.mark.django_db

REASON = "口令由他人代答，本人承认。"
DAY = 24 * 60


@pytest.fixture
def at(evening):
    return evening + timedelta(days=1)


@pytest.fixture
def award(watched):
    watched()
    return CreditEntry.objects.select_related("lawyer__association").get()


@pytest.fixture
def propose(world, at):
    def act(subject, by=None, reason=REASON):
        return corrections.propose_correction(
            subject=subject, reason=reason, by=by or world.beneficiary_officer, at=at
        )

    return act


@pytest.fixture
def reverse(award, propose, world, at):
    """Return a function that takes the award back by two people and returns the reversing entry."""

    def act(when=None):
        correction = propose(corrections.subject_of_entry(award))
        done = corrections.carry_out(
            correction=correction, by=world.second_beneficiary_officer, at=when or at
        )
        return done.posted

    return act


class TestReversal:
    def test_two_officers_take_an_award_back(self, reverse, award, world):
        entry = reverse()
        assert (entry.hours, entry.reverses, entry.reason) == (Decimal("-2.5"), award, REASON)
        assert (entry.maker, entry.checker) == (world.beneficiary_officer, world.second_beneficiary_officer)
        assert queries.awards_of(world.county_lawyer).count() == 0

    def test_the_year_adds_up_to_nothing(self, reverse, world, at):
        reverse()
        year = queries.year_of(world.county_lawyer, year=2026, at=at)
        assert year.totals.total.credited == 0
        assert len(year.entries) == 2

    def test_the_chain_holds_and_shows_neither_reason_nor_people(self, reverse):
        entry = reverse()
        assert ledgers.verify(CreditEntry, "CN-GX") == []
        assert dict(entry.private_fields())["reason"] == REASON
        assert REASON not in str(entry.covered_fields())

    def test_everything_is_in_the_audit_log(self, reverse):
        reverse()
        verbs = set(AuditEntry.objects.values_list("verb", flat=True))
        assert verbs >= {"proposed correction", "carried out correction", "reversed"}

    def test_carrying_it_out_again_changes_nothing(self, reverse, world, at):
        first = reverse()
        correction = Correction.objects.get()
        again = corrections.carry_out(correction=correction, by=world.second_beneficiary_officer, at=at)
        assert again.posted == first
        assert CreditEntry.objects.count() == 2

    def test_it_cannot_be_taken_back_twice(self, reverse, award):
        reverse()
        with pytest.raises(UnableToCorrect):
            corrections.subject_of_entry(CreditEntry.objects.get(pk=award.pk))


class TestTwoPeople:
    def test_the_proposer_cannot_carry_it_out(self, award, propose, world, at):
        correction = propose(corrections.subject_of_entry(award))
        with pytest.raises(UnableToCorrect):
            corrections.carry_out(correction=correction, by=world.beneficiary_officer, at=at)
        assert CreditEntry.objects.count() == 1

    def test_nor_refuse_it(self, award, propose, world, at):
        correction = propose(corrections.subject_of_entry(award))
        with pytest.raises(UnableToCorrect):
            corrections.refuse_correction(
                correction=correction, answer="不对", by=world.beneficiary_officer, at=at
            )

    @pytest.mark.parametrize(
        "who", ["yunnan_officer", "supporting_officer", "national_officer", "administrator"]
    )
    def test_nobody_else_proposes_or_carries_out(self, who, award, propose, world, at):
        stranger = getattr(world, who)
        with pytest.raises(PermissionDenied):
            propose(corrections.subject_of_entry(award), by=stranger)
        correction = propose(corrections.subject_of_entry(award))
        with pytest.raises(PermissionDenied):
            corrections.carry_out(correction=correction, by=stranger, at=at)

    def test_an_officer_cannot_correct_the_own_hours(self, award, propose, world, at):
        both = world.grant(world.county_account, "beneficiary_officer", world.guangxi)
        with pytest.raises(UnableToCorrect):
            propose(corrections.subject_of_entry(award), by=both)
        correction = propose(corrections.subject_of_entry(award))
        with pytest.raises(UnableToCorrect):
            corrections.carry_out(correction=correction, by=both, at=at)

    def test_the_database_refuses_a_reversal_by_one(self, award, world, at):
        entry = CreditEntry(
            **{name: getattr(award, name) for name in corrections.REPEATED},
            hours=-award.hours,
            reverses=award,
            reason=REASON,
            maker=world.beneficiary_officer,
            checker=world.beneficiary_officer,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            ledgers.append(entry, ledger="CN-GX", at=at)

    def test_the_database_refuses_a_reversal_by_nobody(self, award, at):
        entry = CreditEntry(
            **{name: getattr(award, name) for name in corrections.REPEATED},
            hours=-award.hours,
            reverses=award,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            ledgers.append(entry, ledger="CN-GX", at=at)

    def test_the_database_refuses_a_decision_by_the_proposer(self, award, propose, world, at):
        correction = propose(corrections.subject_of_entry(award))
        with pytest.raises(IntegrityError), transaction.atomic():
            Correction.objects.filter(pk=correction.pk).update(
                state="refused", answer="不对", decided_by=world.beneficiary_officer, decided_at=at
            )

    def test_a_refusal_needs_words_and_posts_nothing(self, award, propose, world, at):
        correction, colleague = propose(corrections.subject_of_entry(award)), world.second_beneficiary_officer
        with pytest.raises(UnableToCorrect):
            corrections.refuse_correction(correction=correction, answer="  ", by=colleague, at=at)
        done = corrections.refuse_correction(correction=correction, answer="证据不足。", by=colleague, at=at)
        assert (done.state, done.posted) == ("refused", None)
        with pytest.raises(UnableToCorrect):
            corrections.carry_out(correction=correction, by=colleague, at=at)

    def test_a_proposal_needs_a_reason(self, award, propose):
        with pytest.raises(UnableToCorrect):
            propose(corrections.subject_of_entry(award), reason=" ")

    def test_proposing_again_changes_nothing_and_another_proposal_waits(self, award, propose, world):
        subject = corrections.subject_of_entry(award)
        first = propose(subject)
        assert propose(subject) == first
        with pytest.raises(UnableToCorrect):
            propose(subject, by=world.second_beneficiary_officer)


class TestAfterAReversal:
    def test_the_old_evidence_earns_nothing_again(self, reverse, world, version, at):
        reverse()
        assert operations.award_if_due(lawyer=world.county_lawyer, version=version, at=at) is None
        assert CreditEntry.objects.count() == 2

    def test_watching_anew_earns_it_anew_in_the_same_year(self, reverse, device, at, world):
        reversal = reverse()
        player = device().open(at=2 * DAY)
        player.watch(0, 120, at=2 * DAY)
        renewed = queries.awards_of(world.county_lawyer).get()
        assert (renewed.renews, renewed.hours, renewed.accounting_year) == (reversal, Decimal("2.5"), 2026)
        assert ledgers.verify(CreditEntry, "CN-GX") == []

    def test_only_once(self, reverse, device):
        reverse()
        player = device().open(at=2 * DAY)
        player.watch(0, 120, at=2 * DAY)
        player.watch(0, 120, at=3 * DAY)
        assert CreditEntry.objects.count() == 3

    def test_the_database_refuses_a_second_award_after_one_reversal(self, reverse, device, at):
        reversal = reverse()
        device().open(at=2 * DAY).watch(0, 120, at=2 * DAY)
        entry = CreditEntry(
            **{name: getattr(reversal, name) for name in corrections.REPEATED},
            hours=Decimal("2.5"),
            renews=reversal,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            ledgers.append(entry, ledger="CN-GX", at=at)

    def test_two_officers_give_the_hours_back(self, reverse, propose, world, at):
        reversal = reverse()
        correction = propose(corrections.subject_of_entry(reversal), reason="查明系误报。")
        assert correction.kind == Correction.Kind.RESTORE
        entry = corrections.carry_out(
            correction=correction, by=world.second_beneficiary_officer, at=at
        ).posted
        assert (entry.hours, entry.renews, entry.reverses) == (Decimal("2.5"), reversal, None)
        assert queries.awards_of(world.county_lawyer).get() == entry
        with pytest.raises(UnableToCorrect):
            corrections.subject_of_entry(reversal)


class TestARefusedStretch:
    @pytest.fixture
    def span(self, device):
        """Minutes 0 to 20 were played at double speed; the rest was watched as it should be."""
        player = device().open()
        player.claim((0, 1_200_000), (player.clock_ms(0), player.clock_ms(10)))
        player.send(at=10)
        player.answer_codes(player.watch(20, 120, at=11))
        return WatchedSpan.objects.exclude(refusal="").select_related("lawyer__association").get()

    def test_it_counts_by_decision_of_two_and_earns_what_was_missing(self, span, propose, world, version, at):
        assert CreditEntry.objects.count() == 0
        correction = propose(corrections.subject_of_span(span), reason="播放器时钟有误，已核对。")
        corrections.carry_out(correction=correction, by=world.second_beneficiary_officer, at=at)
        assert percent_credited(world.county_lawyer, version) == 100
        assert CreditEntry.objects.get().hours == Decimal("2.5")

    def test_the_coverage_stays_the_fold_of_its_rows(self, span, propose, world, at):
        correction = propose(corrections.subject_of_span(span))
        corrections.carry_out(correction=correction, by=world.second_beneficiary_officer, at=at)
        rows = WatchedSpan.objects.filter(lawyer=world.county_lawyer).values_list("accepted_ms", flat=True)
        pieces = sorted(tuple(piece) for row in rows for piece in row)
        assert pieces[0][0] == 0
        assert [list(each) for each in Coverage.objects.get().intervals_ms] == [[0, 7_200_000]]

    def test_it_counts_once(self, span, propose, world, at):
        correction = propose(corrections.subject_of_span(span))
        corrections.carry_out(correction=correction, by=world.second_beneficiary_officer, at=at)
        with pytest.raises(UnableToCorrect):
            corrections.subject_of_span(span)

    def test_a_stretch_that_was_accepted_cannot_be_proposed(self, span):
        accepted = WatchedSpan.objects.filter(refusal="").first()
        with pytest.raises(UnableToCorrect):
            corrections.subject_of_span(accepted)
