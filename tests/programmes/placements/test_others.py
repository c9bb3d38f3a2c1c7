"""The pool of young lawyers, pairs, and classes for county lawyers."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from programmes.placements import county_classes, pairs, pool
from programmes.placements.models import CountyClass, PoolMember, Topic
from programmes.placements.refusals import UnableToEnterPool, UnableToRecordClass
from programmes.placements.scope import scope_of
from programmes.placements.trainees import withdraw_trainee
from qianchang.groundwork.personal_data import Subject, erase
from qianchang.people.facts import override_eligibility, record_pairing
from tests.programmes.placements.factories import Registers

pytestmark = pytest.mark.django_db


class TestPool:
    @pytest.mark.parametrize(("birth_year", "young"), [(1986, True), (1985, False), (1999, True)])
    def test_the_whole_year_of_the_fortieth_birthday_counts(
        self, registers: Registers, birth_year: int, young: bool
    ) -> None:
        lawyer = registers.lawyer(birth_year=birth_year)
        if not young:
            with pytest.raises(UnableToEnterPool):
                registers.member(lawyer)
            return
        member = registers.member(lawyer)
        assert (member.birth_year, member.decided_by) == (birth_year, "rule")
        assert registers.member(lawyer) == member

    def test_an_unknown_year_is_asked_for(self, registers: Registers) -> None:
        with pytest.raises(UnableToEnterPool):
            registers.member(registers.lawyer(birth_year=None))
        assert not PoolMember.objects.exists()

    def test_a_decision_of_an_officer_goes_before_the_rule(self, registers: Registers) -> None:
        lawyer, world = registers.lawyer(birth_year=1980), registers.world
        override_eligibility(
            lawyer=lawyer,
            category="young",
            counts=True,
            valid_from=world.day,
            reason="名册年份有误。",
            source="桂律字2026年9号",
            by=world.beneficiary_officer,
            at=registers.now,
        )
        assert registers.member(lawyer).decided_by == "override"

    def test_leaving_has_a_day_and_a_reason(self, registers: Registers) -> None:
        world, member = registers.world, registers.member()
        how = {"member": member, "by": world.beneficiary_officer, "at": registers.now}
        tomorrow = world.day + timedelta(days=1)
        with pytest.raises(UnableToEnterPool):
            pool.leave_pool(until=tomorrow, reason="", **how)
        with pytest.raises(UnableToEnterPool):
            pool.leave_pool(until=world.day, reason="转出。", **how)
        assert pool.leave_pool(until=tomorrow, reason="转出。", **how).valid_until == tomorrow
        assert pool.leave_pool(until=tomorrow, reason="转出。", **how)
        with pytest.raises(UnableToEnterPool):
            pool.leave_pool(until=tomorrow + timedelta(days=1), reason="转出。", **how)

    def test_only_the_own_association(self, registers: Registers) -> None:
        for nobody in (registers.world.yunnan_officer, registers.world.supporting_officer):
            with pytest.raises(PermissionDenied):
                registers.member(by=nobody)


class TestPairs:
    def test_both_sides_and_those_who_see_everything(self, registers: Registers) -> None:
        world = registers.world
        how = {
            "programme_code": "EW-2023",
            "source": "方案",
            "by": world.national_officer,
            "at": registers.now,
        }
        record_pairing(
            kind="strong_with_weak",
            supporting=world.guangdong,
            beneficiary=world.guangxi,
            valid_from=world.day,
            **how,
        )
        record_pairing(
            kind="strong_with_strong",
            supporting=world.guangzhou_firm,
            beneficiary=world.napo_firm,
            valid_from=world.day,
            **how,
        )
        record_pairing(
            kind="strong_with_weak",
            supporting=world.expert_lawyer,
            beneficiary=world.county_lawyer,
            valid_from=world.day,
            **how,
        )

        def seen(account) -> int:
            return pairs.pairs_seen(scope_of(account, on=world.day)).count()

        assert seen(world.supporting_officer) == seen(world.beneficiary_officer) == 3
        assert seen(world.national_officer) == 3
        assert seen(world.yunnan_officer) == 0
        assert pairs.association_pairs("EW-2023", on=world.day) == 1
        assert pairs.association_pairs("EW-2023", on=world.day - timedelta(days=1)) == 0


class TestCountyClasses:
    def test_a_class_has_topics_and_is_recorded_once(self, registers: Registers) -> None:
        row = registers.county_class(topics=3)
        assert registers.county_class(topics=3) == row
        with pytest.raises(UnableToRecordClass):
            registers.county_class(topics=1)
        assert (row.topics.count(), row.last_date) == (3, row.held_from + timedelta(days=1))
        assert CountyClass.objects.count() == 1

    def test_without_topics_or_with_days_the_wrong_way_it_is_refused(self, registers: Registers) -> None:
        with pytest.raises(UnableToRecordClass):
            registers.county_class(topics=0)
        day = registers.world.day
        with pytest.raises(UnableToRecordClass):
            county_classes.record_county_class(
                plan=registers.county,
                organiser=registers.world.guangxi,
                terms=county_classes.ClassTerms("rotation", "轮训", day, day),
                topics=list(Topic.objects.all()[:1]),
                by=registers.world.beneficiary_officer,
                at=registers.now,
            )

    def test_who_came_is_counted_lawyers_and_others_apart(self, registers: Registers) -> None:
        row, officer = registers.county_class(), registers.world.beneficiary_officer
        counted = county_classes.count_county_class(
            county_class=row, lawyers=61, others=4, by=officer, at=registers.now
        )
        assert (counted.lawyers, counted.others) == (61, 4)
        with pytest.raises(IntegrityError), transaction.atomic():
            CountyClass.objects.filter(pk=row.pk).update(others=None)

    def test_nobody_came_to_a_class_that_has_not_begun(self, registers: Registers) -> None:
        row = registers.county_class(begins=registers.world.day + timedelta(days=1))
        with pytest.raises(UnableToRecordClass):
            county_classes.count_county_class(
                county_class=row,
                lawyers=1,
                others=0,
                by=registers.world.beneficiary_officer,
                at=registers.now,
            )

    def test_only_the_organiser(self, registers: Registers) -> None:
        with pytest.raises(PermissionDenied):
            registers.county_class(by=registers.world.yunnan_officer)


class TestErasure:
    def test_a_trainee_who_is_erased_stays_as_a_number(self, registers: Registers) -> None:
        lawyer = registers.lawyer(name="陆建国")
        trainee = registers.finished(lawyer)
        registers.paid(trainee)
        registers.member(lawyer)
        gone = registers.nominated(registers.lawyer())
        withdraw_trainee(
            trainee=gone, reason="她要照顾家人。", by=registers.world.beneficiary_officer, at=registers.now
        )

        for each in (trainee, gone):
            erase(Subject(rows={"people.lawyer": each.lawyer_id}), at=registers.now)

        trainee.refresh_from_db()
        assert (trainee.name, trainee.firm_name, trainee.stage) == ("***", "***", "finished")
        assert trainee.days.count() == 25
        assert trainee.payments.get().amount_cny == 2000
        assert not PoolMember.objects.exists()
        assert gone.steps.get(stage="withdrawn").reason == "***"
