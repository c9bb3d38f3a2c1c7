"""Loading what the documents say."""

import copy
import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from programmes.plans import facts_file
from programmes.plans.models import Plan, Programme, SourceDocument, Target
from programmes.plans.operations import UnableToLoadFacts, load_facts
from programmes.quotas.models import QuotaRule
from programmes.quotas.operations import load_programmes
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Association, AssociationRole, Jurisdiction, Region
from tests.world import World

MODELS = (SourceDocument, Programme, Plan, Target, Association, AssociationRole, Region, QuotaRule)


def counted() -> list[int]:
    return [model._default_manager.count() for model in MODELS]


def test_the_facts_hold_what_the_documents_say(world: World):
    loaded = load_programmes(at=world.now)
    assert loaded.counts["associations"] == 27
    assert loaded.counts["supporters"] == 14
    assert loaded.counts["targets"] == 16
    assert set(Plan.objects.filter(programme__code="BQQ-2012").values_list("code", "unit")) == {
        ("BSBC", "辆"),
        ("QR", "人"),
        ("QC", "场"),
        ("XBYC", ""),
    }


def test_loading_twice_changes_nothing(world: World):
    load_programmes(at=world.now)
    rows, audits = counted(), AuditEntry.objects.count()
    again = load_programmes(at=world.later(days=1))
    assert (again.entered, again.changed) == (0, 0)
    assert counted() == rows
    assert AuditEntry.objects.count() == audits


def test_an_association_stays_under_the_rules_it_was_put(world: World):
    load_programmes(at=world.now)
    other = Jurisdiction.objects.create(code="own", name_zh="自定")
    Association.objects.filter(code="CN-GX").update(jurisdiction=other)
    load_programmes(at=world.now)
    assert Association.objects.get(code="CN-GX").jurisdiction == other


def test_every_number_keeps_its_strength_and_its_words(world: World):
    load_programmes(at=world.now)
    strengths = {
        target.key: (target.quantity, target.strength)
        for target in Target.objects.filter(plan__code__in=["QC", "QR"], supporter__code="CN-GD")
    }
    assert strengths["QC/CN-GD/*/*/*"] == (120, "assigned")
    assert strengths["QC/CN-GD/CN-GX/*/*"] == (100, "assigned")
    assert strengths["QC/CN-GD/CN-YN/*/*"] == (20, "assigned")
    assert strengths["QC/CN-GD/*/each/*"] == (40, "average")
    assert strengths["QC/CN-GD/*/each/onsite"] == (10, "intended")
    assert strengths["QR/CN-GD/*/each/*"] == (85, "about")
    assert not Target.objects.filter(quote="").exists()


def test_video_and_dvd_are_one_bucket_of_30_a_year(world: World):
    load_programmes(at=world.now)
    bucket = Target.objects.get(key="QC/CN-GD/*/each/network_video_or_dvd")
    assert set(bucket.modes.values_list("code", flat=True)) == {"network_video", "dvd"}
    assert (bucket.quantity, bucket.each_year, bucket.beneficiary) == (30, True, None)


def test_hubei_and_hunan_are_on_both_sides(world: World):
    load_programmes(at=world.now)
    for code in ("CN-HB", "CN-HN"):
        roles = AssociationRole.objects.filter(association__code=code, programme_code="BQQ-2012")
        assert set(roles.values_list("role", flat=True)) == {"supporter", "beneficiary"}
        assert set(roles.values_list("valid_from", flat=True)) == {date(2012, 11, 14)}


def test_provinces_have_their_codes(world: World):
    load_programmes(at=world.now)
    codes = dict(Association.objects.filter(region__isnull=False).values_list("code", "region__code"))
    assert (codes["CN-GD"], codes["CN-GX"], codes["CN-YN"]) == ("440000", "450000", "530000")
    assert codes["CN-GD-440300"] == "440300"


def test_101_for_guangxi_is_refused_with_a_sentence_and_changes_nothing(world: World):
    facts = copy.deepcopy(dict(facts_file.read()))
    row = next(a for a in facts["allocations"] if a["plan"] == "QC" and a["beneficiary"] == "CN-GX")
    row["quantity"] = 101
    with pytest.raises(UnableToLoadFacts, match=r"101 \+ 20 = 121.*120"):
        load_facts(facts=facts, at=world.now)
    assert not Target.objects.exists()
    assert not Association.objects.exists()


def test_the_command_prints_the_counts(world: World):
    said = StringIO()
    call_command("load_facts", stdout=said)
    assert re.search(r"27 associations", said.getvalue())
    assert re.search(r"14 supporters", said.getvalue())
