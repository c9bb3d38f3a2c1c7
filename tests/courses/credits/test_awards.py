"""From evidence to hours: who is credited what, when, once, under which rule."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import localtime

from courses.catalogue.models import LectureVersion
from courses.credits import operations, queries
from courses.credits.models import CreditEntry, CreditRule
from courses.credits.operations import VersionFrozen
from courses.enrolment.operations import enrol
from courses.schedule.registries import ReachQuestion
from qianchang.groundwork import ledgers
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(world):
    return lambda: list(CreditEntry.objects.filter(lawyer=world.county_lawyer))


class TestAward:
    def test_a_lecture_of_120_minutes_watched_whole_earns_two_and_a_half_hours(
        self, watched, entries, version, world
    ):
        watched()
        (entry,) = entries()
        assert entry.hours == Decimal("2.5")
        assert entry.ledger == "CN-GX"
        assert (entry.accounting_year, entry.category, entry.mode_code) == (2026, "business", "network_video")
        assert (entry.covered_ms, entry.creditable_ms, entry.wall_ms) == (7_200_000, 7_200_000, 7_200_000)
        assert (entry.codes_answered, entry.devices, entry.grade) == (3, 1, "A")
        assert entry.rule.version == 1
        assert AuditEntry.objects.filter(verb="credited", object_key=str(entry)).count() == 1

    def test_the_ledger_names_a_digest_and_not_the_licence_number(self, watched, entries, world):
        watched()
        (entry,) = entries()
        assert len(entry.lawyer_digest) == 64
        assert world.county_lawyer.licence_number not in str(entry.chain_fields())

    def test_nothing_is_credited_while_a_code_is_missing(self, device, entries):
        device().open().watch(0, 120, at=0)
        assert entries() == []

    def test_nothing_is_credited_for_codes_alone(self, device, entries):
        device().open().answer_codes(at=1)
        assert entries() == []

    def test_just_below_the_threshold_nothing_is_credited(self, device, entries):
        player = device().open()
        player.answer_codes(player.watch(0, 113.9, at=0))
        assert entries() == []
        player.watch(113.9, 114, at=200)
        assert len(entries()) == 1

    def test_watching_and_sending_again_credits_nothing_more(self, watched, entries, evening, version, world):
        player = watched()
        player.send_again(at=130)
        player.watch(0, 120, at=140)
        again = operations.award_if_due(
            lawyer=world.county_lawyer, version=version, at=evening + timedelta(hours=6)
        )
        assert entries() == [again]

    def test_a_late_bundle_earns_the_same_hours_with_grade_b(self, device, entries):
        player = device().open()
        player.play(0, 120, at=0)
        player.send(at=3 * 24 * 60)
        player.answer_codes(at=3 * 24 * 60)
        (entry,) = entries()
        assert (entry.hours, entry.grade) == (Decimal("2.5"), "B")

    def test_the_report_that_completes_it_brings_the_award(self, device):
        player = device().open()
        player.answer_codes(at=0)
        at = player.watch(0, 110, at=0)
        at = player.play(110, 120, at=at)
        answer = player.send(at)
        assert answer.award.hours == Decimal("2.5")
        assert answer.award.entry_url == f"/my/hours/{CreditEntry.objects.get().pk}/"

    def test_every_lawyer_of_an_association_stands_in_one_chain(self, watched, world, version):
        watched()
        second = world.second_county_lawyer
        enrol(lawyer=second, lecture=version.lecture, by=second.account, at=world.now)
        watched(lawyer=second)
        assert list(CreditEntry.objects.order_by("sequence").values_list("ledger", "sequence")) == [
            ("CN-GX", 1),
            ("CN-GX", 2),
        ]
        assert ledgers.verify(CreditEntry, "CN-GX") == []

    def test_an_entry_stands_for_ever(self, watched, entries):
        watched()
        with pytest.raises(AppendOnlyError):
            entries()[0].delete()


class TestAnotherYear:
    def test_last_years_evidence_earns_nothing_again(self, watched, entries):
        player = watched()
        next_year = 100 * 24 * 60
        player.open(at=next_year)
        player.watch(0, 1, at=next_year)
        assert len(entries()) == 1

    def test_watching_it_again_in_the_next_year_earns_again(self, watched, entries):
        player = watched()
        next_year = 100 * 24 * 60
        player.open(at=next_year)
        player.watch(0, 120, at=next_year)
        assert [entry.accounting_year for entry in entries()] == [2026, 2027]


class TestTheTurnOfTheYear:
    @pytest.fixture
    def last_evening(self, evening):
        """Minutes from the evening of the scene to eight o'clock of the year's last one."""
        there = localtime(evening).replace(month=12, day=31, hour=20, minute=0, second=0, microsecond=0)
        return (there - evening) / timedelta(minutes=1)

    def test_what_was_watched_without_a_link_counts_for_the_year_in_which_it_was_watched(
        self, device, entries, last_evening
    ):
        player = device().open(at=last_evening)
        player.answer_codes(at=last_evening)
        # given: two hours on the last evening of the year; when: they are reported on the third of January
        player.play(0, 120, at=last_evening)
        player.send(at=last_evening + 3 * 24 * 60)
        (entry,) = entries()
        assert (entry.accounting_year, localtime(entry.recorded_at).year) == (2026, 2027)

    def test_sending_it_once_more_in_the_new_year_earns_nothing_more(self, device, entries, last_evening):
        player = device().open(at=last_evening)
        player.answer_codes(at=last_evening)
        player.watch(0, 120, at=last_evening)
        player.send_again(at=last_evening + 3 * 24 * 60)
        assert [entry.accounting_year for entry in entries()] == [2026]

    def test_what_was_finished_after_midnight_counts_for_the_new_year(self, device, entries, last_evening):
        player = device().open(at=last_evening)
        player.answer_codes(at=last_evening)
        player.watch(0, 120, at=last_evening + 3 * 60)
        assert [entry.accounting_year for entry in entries()] == [2027]


class TestFrozen:
    def test_a_version_that_earned_hours_cannot_be_changed(self, watched, version):
        watched()
        version.length_ms -= 1
        with pytest.raises(VersionFrozen):
            version.save()

    def test_a_version_that_earned_nothing_can(self, version):
        version.excluded_ms = [[0, 1000]]
        version.save()
        assert LectureVersion.objects.get().excluded_ms == [[0, 1000]]


class TestRules:
    def test_the_default_rule_is_made_once(self, world):
        first = operations.ensure_default_rules(world.now)
        assert operations.ensure_default_rules(world.now) == first
        assert CreditRule.objects.count() == 1
        assert (first.unit_minutes, first.threshold, first.late_days) == (45, Decimal("0.95"), 30)

    def test_a_jurisdiction_without_a_rule_follows_the_national_one(self, world):
        national = operations.ensure_default_rules(world.now)
        own = type(world.jurisdiction).objects.create(code="guangxi", name_zh="广西")
        assert queries.rule_for(own, world.day) == national

    def test_a_jurisdictions_own_rule_goes_before_the_national_one(self, world):
        operations.ensure_default_rules(world.now)
        own = type(world.jurisdiction).objects.create(code="guangxi", name_zh="广西")
        rule = CreditRule.objects.create(
            jurisdiction=own, version=1, effective_date=world.day, unit_minutes=50
        )
        assert queries.rule_for(own, world.day) == rule

    def test_a_rule_holds_from_its_day_on(self, world):
        old = operations.ensure_default_rules(world.now)
        new = CreditRule.objects.create(
            jurisdiction=old.jurisdiction, version=2, effective_date=world.day, unit_minutes=50
        )
        assert queries.rule_for(old.jurisdiction, world.day - timedelta(days=1)) == old
        assert queries.rule_for(old.jurisdiction, world.day) == new

    def test_without_any_rule_there_is_an_error_with_a_name(self, world):
        with pytest.raises(queries.NoCreditRule):
            queries.rule_for(world.jurisdiction, world.day)

    def test_a_one_minute_rule_credits_a_short_lecture(self, world, device, entries):
        national = operations.ensure_default_rules(world.now)
        CreditRule.objects.create(
            jurisdiction=national.jurisdiction,
            version=2,
            effective_date=world.day,
            unit_minutes=1,
            presence_minutes=1,
        )
        lecture = make_published_lecture(
            world, title="一分半钟的讲座", released_to=[world.guangxi], duration_ms=90_000
        )
        enrol(lawyer=world.county_lawyer, lecture=lecture, by=world.county_account, at=world.now)
        player = device(version=lecture.versions.get()).open()
        player.watch(0, 1.5, at=0)
        player.answer_codes(at=2)
        assert [(entry.hours, entry.codes_answered) for entry in entries()] == [(Decimal("1.5"), 2)]


class TestReach:
    def question(self, version, association, mode="network_video"):
        return ReachQuestion(version.lecture_id, association.pk, mode)

    def test_a_region_is_reached_by_its_own_lawyers_and_those_below_it(self, watched, version, world):
        watched()
        region, nation = self.question(version, world.guangxi), self.question(version, world.national)
        assert queries.reach([region, nation]) == {region: 1, nation: 1}

    def test_another_region_another_mode_and_another_lecture_are_not(self, watched, version, world):
        watched()
        others = [
            self.question(version, world.yunnan),
            self.question(version, world.guangxi, "dvd"),
            ReachQuestion(version.lecture_id + 1, world.guangxi.pk, "network_video"),
        ]
        assert set(queries.reach(others).values()) == {0}

    def test_one_query_answers_many(self, watched, version, world, django_assert_num_queries):
        watched()
        questions = [self.question(version, each) for each in (world.guangxi, world.yunnan, world.national)]
        with django_assert_num_queries(1):
            queries.reach(questions)
