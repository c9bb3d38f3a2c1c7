"""百所百车 and computers: worth enough, delivered to a firm, verified by the other side, taken back by a row."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from programmes.placements import donations, queries
from programmes.placements.models import Donation, DonationReversal
from programmes.placements.refusals import UnableToRecordDonation
from qianchang.groundwork.models import AuditEntry
from qianchang.groundwork.personal_data import ERASED
from tests.programmes.placements.factories import Registers

pytestmark = pytest.mark.django_db


def counted(registers: Registers) -> int:
    rows = queries.vehicles_by_year_and_donor(registers.vehicles, supporter=registers.world.guangdong)
    return sum(row.verified for row in rows)


class TestEntering:
    def test_a_vehicle_is_worth_fifty_thousand_at_least(self, registers: Registers) -> None:
        assert registers.offered(value="50000").value_cny == Decimal(50000)
        with pytest.raises(UnableToRecordDonation, match="50,000"):
            registers.offered(value="49999.99")
        with pytest.raises(UnableToRecordDonation):
            registers.offered(value="50000.001")

    def test_the_database_refuses_a_cheap_one_whatever_program_writes_it(self, registers: Registers) -> None:
        donation = registers.offered()
        with pytest.raises(IntegrityError), transaction.atomic():
            Donation.objects.filter(pk=donation.pk).update(value_cny=Decimal("49999.99"))
        with pytest.raises(IntegrityError), transaction.atomic():
            Donation.objects.filter(pk=donation.pk).update(quantity=2)

    def test_computers_are_many_and_cheap(self, registers: Registers) -> None:
        gift = registers.offered(kind="computers", value="32000", quantity=8)
        assert (gift.quantity, gift.plan) == (8, registers.county)
        with pytest.raises(UnableToRecordDonation):
            registers.offered(quantity=2)

    def test_the_donor_enters_it(self, registers: Registers) -> None:
        world = registers.world
        assert registers.offered(by=registers.host_officer)
        assert registers.offered(by=world.national_officer)
        for nobody in (world.beneficiary_officer, world.administrator):
            with pytest.raises(PermissionDenied):
                registers.offered(by=nobody)


class TestDelivering:
    def test_to_a_firm_of_the_beneficiary(self, registers: Registers) -> None:
        world, offered = registers.world, registers.offered()
        how = {"donation": offered, "by": world.supporting_officer, "at": registers.now}
        with pytest.raises(UnableToRecordDonation):
            donations.deliver_donation(firm=world.yunnan_firm, delivered_date=world.day, **how)
        with pytest.raises(UnableToRecordDonation):
            donations.deliver_donation(
                firm=world.napo_firm, delivered_date=world.day + timedelta(days=1), **how
            )
        delivered = donations.deliver_donation(firm=world.napo_firm, delivered_date=world.day, **how)
        assert delivered.state == "delivered"
        assert donations.deliver_donation(firm=world.napo_firm, delivered_date=world.day, **how)
        with pytest.raises(UnableToRecordDonation):
            donations.deliver_donation(firm=world.baise_firm, delivered_date=world.day, **how)
        assert AuditEntry.objects.filter(verb="delivered donation").count() == 1


class TestVerifying:
    def test_the_database_keeps_what_was_verified(self, registers: Registers) -> None:
        rows = Donation.objects.filter(pk=registers.verified().pk)
        for changed in (
            {"value_cny": 99_000},
            {"donor": registers.shenzhen},
            {"state": "delivered", "verified_by": None, "verified_at": None},
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                rows.update(**changed)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.delete()
        # What is not verified yet can still be changed, and words can be erased.
        assert Donation.objects.filter(pk=registers.delivered().pk).update(value_cny=70_000) == 1
        assert rows.update(reason=ERASED) == 1

    def test_it_counts_from_then_on(self, registers: Registers) -> None:
        registers.delivered()
        assert counted(registers) == 0
        registers.verified()
        assert counted(registers) == 1

    def test_not_before_delivery_not_twice(self, registers: Registers) -> None:
        officer = registers.world.beneficiary_officer
        with pytest.raises(UnableToRecordDonation):
            donations.verify_donation(donation=registers.offered(), by=officer, at=registers.now)
        with pytest.raises(UnableToRecordDonation):
            donations.verify_donation(donation=registers.verified(), by=officer, at=registers.now)

    def test_never_by_who_entered_or_delivered_it(self, registers: Registers) -> None:
        world = registers.world
        both = world.grant(
            world.grant(world.account("both", "兼职"), "beneficiary_officer", world.guangxi),
            "supporting_officer",
            world.guangdong,
        )
        delivered = donations.deliver_donation(
            donation=registers.offered(by=both),
            firm=world.napo_firm,
            delivered_date=world.day,
            by=world.supporting_officer,
            at=registers.now,
        )
        with pytest.raises(UnableToRecordDonation):
            donations.verify_donation(donation=delivered, by=both, at=registers.now)
        # Nor does the database take it.
        with pytest.raises(IntegrityError), transaction.atomic():
            Donation.objects.filter(pk=delivered.pk).update(
                state="verified", verified_by=both, verified_at=registers.now
            )

    def test_only_by_the_receiving_side(self, registers: Registers) -> None:
        world, delivered = registers.world, registers.delivered()
        for nobody in (world.yunnan_officer, world.second_supporting_officer, world.national_officer):
            with pytest.raises(PermissionDenied):
                donations.verify_donation(donation=delivered, by=nobody, at=registers.now)


class TestTakingBack:
    def test_a_verified_gift_stays_and_a_row_takes_it_back(self, registers: Registers) -> None:
        world, gift = registers.world, registers.verified()
        with pytest.raises(UnableToRecordDonation):
            donations.withdraw_donation(
                donation=gift, reason="车坏了。", by=world.supporting_officer, at=registers.now
            )
        with pytest.raises(UnableToRecordDonation):
            donations.reverse_donation(
                donation=gift, reason="没有过户。", by=world.beneficiary_officer, at=registers.now
            )
        donations.reverse_donation(
            donation=gift, reason="没有过户。", by=world.second_beneficiary_officer, at=registers.now
        )
        gift.refresh_from_db()
        assert (gift.state, counted(registers)) == ("verified", 0)
        with pytest.raises(UnableToRecordDonation):
            donations.reverse_donation(
                donation=gift, reason="又一次。", by=world.second_beneficiary_officer, at=registers.now
            )
        assert DonationReversal.objects.count() == 1

    def test_what_is_not_verified_is_withdrawn_with_a_reason(self, registers: Registers) -> None:
        how = {"by": registers.world.supporting_officer, "at": registers.now}
        gift = registers.delivered()
        with pytest.raises(UnableToRecordDonation):
            donations.withdraw_donation(donation=gift, reason="", **how)
        assert donations.withdraw_donation(donation=gift, reason="车卖了。", **how).state == "withdrawn"
        assert donations.withdraw_donation(donation=gift, reason="车卖了。", **how)
        with pytest.raises(UnableToRecordDonation):
            donations.verify_donation(donation=gift, by=registers.world.beneficiary_officer, at=registers.now)
