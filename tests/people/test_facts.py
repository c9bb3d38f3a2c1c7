"""Dated facts: designations, pairings, an officer's decision about one lawyer."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from qianchang.groundwork.models import AuditEntry
from qianchang.people.eligibility import eligibility_snapshot
from qianchang.people.facts import (
    UnableToRecordFact,
    end_fact,
    load_designations,
    override_eligibility,
    record_designation,
    record_pairing,
)
from qianchang.people.models import Designation, EligibilityOverride, Lawyer, Pairing
from tests.world import World

DOCUMENT = "桂律字2026年21号"
YEAR = {"valid_from": date(2026, 1, 1), "valid_until": date(2027, 1, 1)}


def test_a_new_database_begins_with_the_lists_of_the_documents_and_loading_again_adds_nothing(
    world: World,
) -> None:
    assert Designation.objects.filter(kind="western").count() == 13
    assert Designation.objects.filter(kind="listed_prefecture").count() == 3
    assert load_designations() == 0


def test_a_fact_that_was_ended_does_not_come_back_with_the_next_migrate(world: World) -> None:
    fact = Designation.objects.get(code="422800")
    end_fact(fact=fact, until=date(2026, 9, 1), by=world.national_officer, at=world.now)

    load_designations()

    assert Designation.objects.filter(code="422800").count() == 1


def test_a_remote_suburb_makes_county_lawyers_from_its_first_day(world: World) -> None:
    lawyer = world.expert_lawyer
    before = eligibility_snapshot(lawyer, world.day)
    record_designation(
        kind="remote_suburb",
        code=lawyer.firm.region.code,
        name="广州市",
        valid_from=world.day,
        source=DOCUMENT,
        by=world.national_officer,
        at=world.now,
    )

    after = eligibility_snapshot(lawyer, world.day)
    assert (before["county"], after["county"]) == (False, True)
    assert after["basis"]["county"]["source"] == DOCUMENT


def test_the_same_fact_again_changes_nothing_and_an_overlapping_one_is_refused(world: World) -> None:
    given = {
        "kind": "poverty_county", "code": "451026", "name": "那坡县", "source": DOCUMENT,
        "by": world.national_officer, "at": world.now,
    }  # fmt: skip
    once = record_designation(**given, **YEAR)
    written = AuditEntry.objects.count()

    assert record_designation(**given, **YEAR) == once
    assert AuditEntry.objects.count() == written
    with pytest.raises(UnableToRecordFact):
        record_designation(**given, valid_from=date(2026, 12, 31))
    assert record_designation(**given, valid_from=date(2027, 1, 1)).pk != once.pk


def test_only_who_sets_quotas_records_designations_and_pairs(world: World) -> None:
    with pytest.raises(PermissionDenied):
        record_designation(
            kind="western", code="CN-GD", name="", valid_from=None, source=DOCUMENT,
            by=world.beneficiary_officer, at=world.now,
        )  # fmt: skip
    with pytest.raises(PermissionDenied):
        record_pairing(
            kind="strong_with_weak", supporting=world.guangdong, beneficiary=world.guangxi, valid_from=None,
            source=DOCUMENT, by=world.supporting_officer, at=world.now,
        )  # fmt: skip


def pair(world: World, supporting: object, beneficiary: object, **dates: date | None) -> Pairing:
    return record_pairing(
        kind="strong_with_weak",
        supporting=supporting,  # type: ignore[arg-type]
        beneficiary=beneficiary,  # type: ignore[arg-type]
        source=DOCUMENT,
        by=world.national_officer,
        at=world.now,
        **{"valid_from": date(2023, 6, 1), **dates},  # type: ignore[arg-type]
    )


def test_associations_firms_and_lawyers_are_paired_with_their_like(world: World) -> None:
    associations = pair(world, world.guangdong, world.guangxi)
    firms = pair(world, world.expert_lawyer.firm, world.napo_firm)
    lawyers = pair(world, world.expert_lawyer, world.county_lawyer)

    assert (associations.supporting, associations.beneficiary) == (world.guangdong, world.guangxi)
    assert (firms.supporting, lawyers.beneficiary) == (world.expert_lawyer.firm, world.county_lawyer)
    assert pair(world, world.guangdong, world.guangxi) == associations


def test_a_pair_of_two_kinds_or_with_itself_is_refused(world: World) -> None:
    with pytest.raises(UnableToRecordFact):
        pair(world, world.guangdong, world.napo_firm)
    with pytest.raises(UnableToRecordFact):
        pair(world, world.guangdong, world.guangdong)
    with pytest.raises(UnableToRecordFact):
        pair(world, world.guangdong, world.guangxi, valid_until=date(2023, 6, 1))


def test_the_database_refuses_half_a_pair(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.create(
            kind="strong_with_weak", supporting_association=world.guangdong, source=DOCUMENT
        )


def override(world: World, lawyer: Lawyer, **given: object) -> EligibilityOverride:
    return override_eligibility(
        **{  # type: ignore[arg-type]
            "lawyer": lawyer, "category": "county", "counts": False, "valid_from": world.day,
            "reason": "长期在南宁办公", "source": DOCUMENT, "by": world.beneficiary_officer, "at": world.now,
            **given,
        }
    )  # fmt: skip


def test_an_officer_decides_against_the_rule_with_reason_and_document(world: World) -> None:
    override(world, world.county_lawyer)
    override(world, world.county_lawyer)

    snapshot = eligibility_snapshot(world.county_lawyer, world.day)
    assert snapshot["county"] is False
    assert snapshot["basis"]["county"] == {"by": "override", "code": "", "source": DOCUMENT}
    assert EligibilityOverride.objects.count() == 1


def test_a_decision_that_was_ended_no_longer_counts_from_that_day(world: World) -> None:
    decided = override(world, world.county_lawyer)
    later = date(2026, 12, 1)

    end_fact(fact=decided, until=later, by=world.beneficiary_officer, at=world.now)

    assert not eligibility_snapshot(world.county_lawyer, date(2026, 11, 30))["county"]
    assert eligibility_snapshot(world.county_lawyer, later)["county"]
    with pytest.raises(UnableToRecordFact):
        end_fact(fact=decided, until=date(2026, 12, 2), by=world.beneficiary_officer, at=world.now)


@pytest.mark.parametrize("missing", ["reason", "source"])
def test_a_decision_without_reason_or_document_is_refused(world: World, missing: str) -> None:
    with pytest.raises(UnableToRecordFact):
        override(world, world.county_lawyer, **{missing: " "})


def test_another_association_s_officer_and_an_administrator_decide_nothing(world: World) -> None:
    for stranger in (world.supporting_officer, world.administrator):
        with pytest.raises(PermissionDenied):
            override(world, world.county_lawyer, by=stranger)


def test_nobody_decides_about_themselves(world: World) -> None:
    lawyer = world.county_lawyer
    lawyer.account = world.beneficiary_officer
    lawyer.save()

    with pytest.raises(UnableToRecordFact):
        override(world, lawyer)
