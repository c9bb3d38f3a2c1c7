"""Trainees: nominated by one side, taken in by the other, twenty-five days logged, paid for once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from programmes.placements import operations, stipends, trainees
from programmes.placements.models import StageStep, StipendPayment, Trainee, TrainingDay
from programmes.placements.refusals import (
    UnableToLogDays,
    UnableToNominate,
    UnableToPayStipend,
    UnableToPlace,
)
from programmes.placements.rules import Part
from programmes.plans.models import Target
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from tests.programmes.placements.factories import CLASS_BEGINS, FIRM_BEGINS, Registers

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(
        AuditEntry.objects.filter(object_type="trainee").order_by("pk").values_list("verb", flat=True)
    )


class TestNominating:
    def test_the_beneficiary_side_names_a_western_lawyer(self, registers: Registers) -> None:
        trainee = registers.nominated(registers.world.county_lawyer)

        assert (trainee.stage, trainee.name, trainee.firm_name) == (
            "nominated",
            "韦晓岚",
            "广西边城律师事务所",
        )
        assert trainee.beneficiary == registers.world.guangxi
        assert trainee.eligibility["western"] is True
        assert [step.stage for step in trainee.steps.all()] == ["nominated"]
        assert verbs() == ["nominated trainee"]

    def test_the_same_again_changes_nothing_another_host_is_refused(self, registers: Registers) -> None:
        lawyer = registers.lawyer()
        first = registers.nominated(lawyer)
        assert registers.nominated(lawyer) == first
        with pytest.raises(UnableToNominate):
            registers.nominated(lawyer, host=registers.shenzhen)
        with pytest.raises(UnableToNominate):
            registers.nominated(lawyer, year=2027)
        assert (Trainee.objects.count(), StageStep.objects.count()) == (1, 1)

    def test_after_a_refusal_somebody_can_be_named_again(self, registers: Registers) -> None:
        lawyer = registers.lawyer()
        trainees.refuse_trainee(
            trainee=registers.nominated(lawyer),
            reason="名额已满。",
            by=registers.world.supporting_officer,
            at=registers.now,
        )
        assert registers.nominated(lawyer, host=registers.shenzhen).stage == "nominated"

    def test_the_database_refuses_two_that_stand(self, registers: Registers) -> None:
        trainee = registers.nominated()
        trainee.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            trainee.save(force_insert=True)

    def test_not_to_a_host_without_places(self, registers: Registers) -> None:
        with pytest.raises(UnableToNominate):
            registers.nominated(host=registers.world.guangdong)

    def test_not_from_where_the_plan_sends_nobody(self, registers: Registers) -> None:
        world = registers.world
        with pytest.raises(UnableToNominate):
            trainees.nominate_trainee(
                plan=registers.plan,
                lawyer=world.expert_lawyer,
                supporter=world.guangdong,
                host=registers.guangzhou,
                year=2026,
                by=world.grant(world.account("gd.b", "粤专员"), "beneficiary_officer", world.guangdong),
                at=registers.now,
            )

    def test_only_officers_of_the_roster(self, registers: Registers) -> None:
        world = registers.world
        for nobody in (world.yunnan_officer, world.supporting_officer, world.national_officer):
            with pytest.raises(PermissionDenied):
                registers.nominated(registers.lawyer(), by=nobody)


class TestTakingIn:
    def test_the_host_takes_in(self, registers: Registers) -> None:
        trainee = trainees.accept_trainee(
            trainee=registers.nominated(), by=registers.host_officer, at=registers.now
        )
        assert trainee.stage == "accepted"
        assert trainees.accept_trainee(trainee=trainee, by=registers.host_officer, at=registers.now)
        assert verbs() == ["nominated trainee", "accepted trainee"]

    def test_no_more_than_the_places_of_the_year(self, registers: Registers) -> None:
        registers.send(registers.world.guangdong, registers.world.yunnan)
        operations.set_places(
            plan=registers.plan,
            supporter=registers.world.guangdong,
            host=registers.guangzhou,
            year=2026,
            places=2,
            basis="粤律发2026年1号",
            by=registers.world.supporting_officer,
            at=registers.now,
        )
        first = registers.accepted()
        registers.accepted()
        third = registers.nominated()
        with pytest.raises(UnableToPlace, match="2"):
            trainees.accept_trainee(trainee=third, by=registers.world.supporting_officer, at=registers.now)
        # When one goes, the place is free again.
        trainees.withdraw_trainee(
            trainee=first, reason="生病。", by=registers.world.beneficiary_officer, at=registers.now
        )
        trainees.accept_trainee(trainee=third, by=registers.world.supporting_officer, at=registers.now)
        third.refresh_from_db()
        assert third.stage == "accepted"

    def test_no_more_than_is_assigned_to_the_beneficiary(self, registers: Registers) -> None:
        Target.objects.filter(plan=registers.plan, beneficiary=registers.world.guangxi).update(quantity=1)
        registers.accepted()
        with pytest.raises(UnableToPlace, match="1"):
            registers.accepted()
        assert registers.accepted(
            registers.lawyer(registers.world.yunnan_firm), by=registers.world.yunnan_officer
        )

    def test_who_is_in_the_class_is_not_taken_in_once_more(self, registers: Registers) -> None:
        trainee = registers.accepted()
        registers.log(trainee, Part.CLASS, CLASS_BEGINS, 3)

        with pytest.raises(UnableToPlace):
            trainees.accept_trainee(trainee=trainee, by=registers.world.supporting_officer, at=registers.now)

        trainee.refresh_from_db()
        assert trainee.stage == "in_class"
        assert trainee.steps.count() == 3

    def test_a_refusal_has_a_reason_and_is_the_end(self, registers: Registers) -> None:
        trainee, officer = registers.nominated(), registers.world.supporting_officer
        with pytest.raises(UnableToPlace):
            trainees.refuse_trainee(trainee=trainee, reason=" ", by=officer, at=registers.now)
        trainees.refuse_trainee(trainee=trainee, reason="名额已满。", by=officer, at=registers.now)
        with pytest.raises(UnableToPlace):
            trainees.accept_trainee(trainee=trainee, by=officer, at=registers.now)
        with pytest.raises(UnableToPlace):
            trainees.withdraw_trainee(trainee=trainee, reason="晚了。", by=officer, at=registers.now)
        trainee.refresh_from_db()
        assert trainee.stage == "refused"

    def test_neither_the_beneficiary_side_nor_another_host_takes_in(self, registers: Registers) -> None:
        world, trainee = registers.world, registers.nominated()
        elsewhere = world.grant(world.account("sz", "深圳"), "supporting_officer", registers.shenzhen)
        for nobody in (world.beneficiary_officer, elsewhere, world.national_officer, world.administrator):
            with pytest.raises(PermissionDenied):
                trainees.accept_trainee(trainee=trainee, by=nobody, at=registers.now)
            with pytest.raises(PermissionDenied):
                trainees.log_days(
                    trainee=trainee,
                    part=Part.CLASS,
                    days=[CLASS_BEGINS],
                    place="x",
                    by=nobody,
                    at=registers.now,
                )

    def test_steps_are_written_once(self, registers: Registers) -> None:
        step = registers.nominated().steps.get()
        with pytest.raises(AppendOnlyError):
            step.delete()


class TestDays:
    def test_five_and_twenty_and_through(self, registers: Registers) -> None:
        trainee = registers.finished()

        assert trainee.stage == "finished"
        assert [step.stage for step in trainee.steps.order_by("pk")] == [
            "nominated",
            "accepted",
            "in_class",
            "at_firm",
            "finished",
        ]
        assert trainee.days.count() == 25
        with pytest.raises(UnableToLogDays):
            registers.log(trainee, Part.FIRM, registers.world.day, 1)

    def test_not_through_before_every_day(self, registers: Registers) -> None:
        trainee = registers.accepted()
        registers.log(trainee, Part.CLASS, CLASS_BEGINS, 5)
        registers.log(trainee, Part.FIRM, FIRM_BEGINS, 19)
        with pytest.raises(UnableToPlace, match=r"5.*20"):
            trainees.finish_trainee(trainee=trainee, by=registers.world.supporting_officer, at=registers.now)

    def test_days_that_break_the_rule_change_nothing(self, registers: Registers) -> None:
        trainee = registers.accepted()
        with pytest.raises(UnableToLogDays):
            registers.log(trainee, Part.FIRM, FIRM_BEGINS, 1)
        with pytest.raises(UnableToLogDays):
            registers.log(trainee, Part.CLASS, CLASS_BEGINS, 6)
        with pytest.raises(UnableToLogDays):
            registers.log(trainee, Part.CLASS, registers.world.day + timedelta(days=1), 1)
        with pytest.raises(UnableToLogDays):
            registers.log(registers.nominated(), Part.CLASS, CLASS_BEGINS, 1)
        assert TrainingDay.objects.count() == 0

    def test_a_struck_day_leads_back_and_can_be_logged_again(self, registers: Registers) -> None:
        trainee, officer = registers.accepted(), registers.world.supporting_officer
        registers.log(trainee, Part.CLASS, CLASS_BEGINS, 5)
        registers.log(trainee, Part.FIRM, FIRM_BEGINS, 1)
        day = trainee.days.get(part="firm")
        with pytest.raises(UnableToLogDays):
            trainees.strike_day(day=trainee.days.filter(part="class")[0], by=officer, at=registers.now)
        trainees.strike_day(day=day, by=officer, at=registers.now)
        trainees.strike_day(day=day, by=officer, at=registers.now)
        trainee.refresh_from_db()
        assert trainee.stage == "in_class"
        registers.log(trainee, Part.FIRM, FIRM_BEGINS, 1)
        assert trainee.stage == "at_firm"
        assert verbs().count("struck day") == 1

    def test_the_database_refuses_a_day_twice(self, registers: Registers) -> None:
        trainee = registers.accepted()
        registers.log(trainee, Part.CLASS, CLASS_BEGINS, 1)
        day = trainee.days.get()
        again = TrainingDay(
            trainee=trainee,
            date=day.date,
            part="class",
            place="x",
            logged_by=day.logged_by,
            logged_at=registers.now,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)


class TestStipends:
    def test_two_thousand_yuan_when_somebody_is_through(self, registers: Registers) -> None:
        payment = registers.paid(registers.finished())

        assert payment.amount_cny == Decimal(2000)
        assert (payment.payer, payment.payee) == (registers.world.guangdong, registers.guangzhou)

    def test_not_before_and_not_to_come(self, registers: Registers) -> None:
        with pytest.raises(UnableToPayStipend):
            registers.paid(registers.accepted())
        with pytest.raises(UnableToPayStipend):
            stipends.pay_stipend(
                trainee=registers.finished(),
                paid_date=registers.world.day + timedelta(days=1),
                reference="1",
                by=registers.world.supporting_officer,
                at=registers.now,
            )
        assert not StipendPayment.objects.exists()

    def test_once(self, registers: Registers) -> None:
        trainee = registers.finished()
        first = registers.paid(trainee)
        assert registers.paid(trainee) == first
        with pytest.raises(UnableToPayStipend, match="2026-0117"):
            registers.paid(trainee, "2026-0118")
        first.pk = None
        first._state.adding = True
        with pytest.raises(IntegrityError), transaction.atomic():
            first.save(force_insert=True)

    def test_a_mistake_is_taken_back_by_a_second_person_and_paid_anew(self, registers: Registers) -> None:
        world, trainee = registers.world, registers.finished()
        first = registers.paid(trainee)
        with pytest.raises(UnableToPayStipend):
            stipends.reverse_stipend(
                payment=first, reason="写错。", by=world.supporting_officer, at=registers.now
            )
        back = stipends.reverse_stipend(
            payment=first, reason="写错。", by=world.second_supporting_officer, at=registers.now
        )
        again = stipends.reverse_stipend(
            payment=first, reason="写错。", by=world.second_supporting_officer, at=registers.now
        )
        assert (back.amount_cny, again) == (Decimal(-2000), back)
        assert stipends.standing_payment(trainee) is None
        second = registers.paid(trainee, "2026-0118")
        assert (second.turn, stipends.standing_payment(trainee)) == (2, second)
        assert sum(each.amount_cny for each in trainee.payments.all()) == Decimal(2000)

    def test_the_host_does_not_pay_itself(self, registers: Registers) -> None:
        with pytest.raises(PermissionDenied):
            stipends.pay_stipend(
                trainee=registers.finished(),
                paid_date=registers.world.day,
                reference="1",
                by=registers.host_officer,
                at=registers.now,
            )


class TestReopening:
    def test_who_was_through_by_mistake_is_at_the_firm_again(self, registers: Registers) -> None:
        trainee = registers.finished()

        how = {"trainee": trainee, "reason": "少记一天", "by": registers.host_officer, "at": registers.now}
        assert trainees.reopen_trainee(**how).stage == "at_firm"
        assert trainees.reopen_trainee(**how).stage == "at_firm"

        assert verbs()[-1] == "reopened trainee"
        assert verbs().count("reopened trainee") == 1
        step = StageStep.objects.filter(trainee=trainee).order_by("-pk")[0]
        assert (step.stage, step.reason) == ("at_firm", "少记一天")
        # Every day stands, so it can be finished anew, and reopened once more.
        again = {"trainee": trainee, "by": registers.host_officer, "at": registers.now}
        assert trainees.finish_trainee(**again).stage == "finished"
        assert trainees.reopen_trainee(**how).stage == "at_firm"

    def test_a_day_can_be_struck_then(self, registers: Registers) -> None:
        trainee = registers.finished()
        how = {"by": registers.host_officer, "at": registers.now}
        day = TrainingDay.objects.filter(trainee=trainee, part="firm").order_by("-date")[0]
        with pytest.raises(UnableToLogDays):
            trainees.strike_day(day=day, **how)
        trainees.reopen_trainee(trainee=trainee, reason="缺勤一天", **how)
        trainees.strike_day(day=day, **how)
        with pytest.raises(UnableToPlace):
            trainees.finish_trainee(trainee=trainee, **how)

    def test_with_a_reason_and_only_who_is_through(self, registers: Registers) -> None:
        how = {"by": registers.host_officer, "at": registers.now}
        with pytest.raises(UnableToPlace):
            trainees.reopen_trainee(trainee=registers.finished(), reason=" ", **how)
        with pytest.raises(UnableToPlace):
            trainees.reopen_trainee(trainee=registers.accepted(registers.lawyer()), reason="误", **how)

    def test_not_while_the_stipend_stands_as_paid(self, registers: Registers) -> None:
        trainee = registers.finished()
        payment = registers.paid(trainee)
        how = {"trainee": trainee, "reason": "少记一天", "by": registers.host_officer, "at": registers.now}
        with pytest.raises(UnableToPlace, match="补助"):
            trainees.reopen_trainee(**how)
        stipends.reverse_stipend(
            payment=payment,
            reason="重开",
            by=registers.world.second_supporting_officer,
            at=registers.now,
        )
        assert trainees.reopen_trainee(**how).stage == "at_firm"

    def test_only_who_may_accept(self, registers: Registers) -> None:
        world, trainee = registers.world, registers.finished()
        for by in (world.beneficiary_officer, world.yunnan_officer, world.national_officer):
            with pytest.raises(PermissionDenied):
                trainees.reopen_trainee(trainee=trainee, reason="误", by=by, at=registers.now)
        trainee.refresh_from_db()
        assert trainee.stage == "finished"
