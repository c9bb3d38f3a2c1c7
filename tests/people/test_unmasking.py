"""Whole numbers are shown to a few, for a reason, and never unseen."""

import json

import pytest
from django.core.exceptions import PermissionDenied

from qianchang.groundwork.models import AuditEntry
from qianchang.people import unmasking
from qianchang.people.models import Lawyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def lawyer(world):
    Lawyer.objects.filter(pk=world.county_lawyer.pk).update(phone="13812345678", email="wei@example.cn")
    world.county_lawyer.refresh_from_db()
    return world.county_lawyer


@pytest.fixture
def show(world, lawyer):
    def act(who="beneficiary_officer", field="phone", reason="电话核对执业机构"):
        return unmasking.unmask(
            lawyer=lawyer, field=field, reason=reason, by=getattr(world, who), at=world.now
        )

    return act


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "13812345678"),
        ("email", "wei@example.cn"),
        ("licence_number", "14510201811223344"),
        ("birth_year", "1992"),
    ],
)
def test_an_officer_of_the_roster_sees_a_value_and_it_is_recorded_without_it(
    field, value, show, world, lawyer
):
    assert show(field=field) == value
    entry = AuditEntry.objects.get(verb="unmasked")
    assert (entry.actor_id, entry.object_key) == (world.beneficiary_officer.pk, str(lawyer.pk))
    assert entry.details == {"field": field, "reason": "电话核对执业机构"}
    assert value not in json.dumps(entry.details, ensure_ascii=False)


@pytest.mark.parametrize(
    "who", ["yunnan_officer", "supporting_officer", "national_officer", "editor", "county_account"]
)
def test_nobody_else_sees_one_and_nothing_is_recorded(who, show):
    with pytest.raises(PermissionDenied):
        show(who)
    assert not AuditEntry.objects.filter(verb="unmasked").exists()


@pytest.mark.parametrize("reason", ["", "   ", "查", "核对 14510201811223344", "字" * 201])
def test_a_reason_says_something_and_holds_no_number(reason, show):
    with pytest.raises(unmasking.ReasonMissing):
        show(reason=reason)
    assert not AuditEntry.objects.filter(verb="unmasked").exists()


def test_nothing_that_is_not_hidden_is_unmasked(show):
    with pytest.raises(ValueError, match="name"):
        show(field="name")


def test_an_export_is_recorded_with_what_it_was_cut_to(world):
    unmasking.record_export(
        what="roster",
        rows=12,
        reason="省司法厅年度核查",
        by=world.beneficiary_officer,
        at=world.now,
        county="451026",
        q="",
    )
    entry = AuditEntry.objects.get(verb="exported")
    assert (entry.object_type, entry.object_key) == ("export", "roster")
    assert entry.details == {"rows": 12, "reason": "省司法厅年度核查", "county": "451026"}
