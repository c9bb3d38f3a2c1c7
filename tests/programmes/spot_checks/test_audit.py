"""What the audit log shows of a finding is words, and the words are those of the finding itself."""

import pytest
from django.utils import translation

from programmes.spot_checks.models import Answer, Finding
from qianchang.groundwork.models import AuditEntry
from qianchang.people import audit_details, audit_words

pytestmark = pytest.mark.django_db


def test_every_kind_of_fault_and_every_outcome_is_called_the_same_in_the_log():
    with translation.override("zh-hans"):
        for value, label in Finding.Kind.choices[1:]:
            assert str(audit_details.VALUES["fault"][value]) == str(label)
        for value, label in (*Finding.Outcome.choices, *Answer.Outcome.choices):
            assert str(audit_details.VALUES["state"][value]) == str(label)


def test_a_finding_stands_in_the_log_in_words(checks):
    finding = checks.fault()
    entry = AuditEntry.objects.get(verb="recorded finding")
    with translation.override("zh-hans"):
        said = dict(audit_details.details_in_words(entry.details))
        assert audit_words.in_words(entry.verb) == "登记抽查结果"
    assert said["问题类型"] == "缺凭证材料"
    assert entry.object_key == f"{finding.sampled.drawing.spot_check.code}/1"


def test_a_session_in_order_has_no_fault_in_the_log_whatever_was_chosen_before(checks):
    checks.fault(outcome="in_order")
    assert not AuditEntry.objects.get(verb="recorded finding").details.get("fault")
