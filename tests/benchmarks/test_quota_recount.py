"""A small simulated programme: what the ledger of sessions holds is what an independent recount finds."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks.quota import hours, recount
from benchmarks.quota.simulated import FIRST_YEAR, SMALL, YEARS, simulate
from programmes.quotas import totals
from programmes.quotas.board import board
from programmes.quotas.models import QuotaEntry, SessionTarget
from programmes.quotas.national import comparison
from qianchang.groundwork import ledgers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_vault(settings, tmp_path: Path) -> None:
    settings.VAULT_DIR = tmp_path


@pytest.mark.parametrize("seed", [2012])
def test_counted_totals_equal_a_recount_from_the_raw_rows(seed: int):
    programme = simulate(replace(SMALL, seed=seed))
    plan = programme.plan
    # Something of everything happened, so that there is something to be wrong about.
    assert QuotaEntry.objects.filter(quantity=1).count() > 20
    assert QuotaEntry.objects.filter(quantity=-1).exists()
    assert {"confirm", "return", "close", "hold", "confirm refused"} <= set(programme.happened)

    # January's bulletin, made again in three Junes and a year after the end, is the same bytes in every format.
    assert programme.compared == 4 * 3
    assert programme.altered == []

    counted = recount.ledger_sums(plan.pk)
    assert counted == recount.recount(plan.pk)
    summed = {
        (each.supporter, each.beneficiary, each.mode, each.effective_month, each.posted_month): each.quantity
        for each in totals.totals(plan)
        if each.quantity
    }
    assert summed == dict(counted)
    assert not hours.verify(programme.beneficiaries)
    for supporter in programme.supporters:
        assert ledgers.verify(QuotaEntry, supporter.code) == []

    by_year = totals.by(lambda total: (total.supporter, total.year), totals.totals(plan))
    for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
        national = comparison(plan, year=year, as_of=date(year, 12, 31))
        assert {line.association.pk: line.counted for line in national.lines if line.counted} == {
            supporter: quantity for (supporter, of), quantity in by_year.items() if of == year and quantity
        }
        assert national.counted == sum(line.onsite + line.other for line in national.lines)
        for supporter in programme.supporters:
            shown = board(plan, supporter=supporter, year=year, as_of=date(year, 12, 31))
            assert shown.this_year.counted == by_year.get((supporter.pk, year), 0)


def test_the_recount_notices_an_entry_too_many():
    programme = simulate(replace(SMALL, sessions=25, seed=7))
    plan = programme.plan.pk
    assert recount.ledger_sums(plan) == recount.recount(plan)
    counted = QuotaEntry.objects.values("session")
    forged = QuotaEntry.objects.filter(quantity=1).order_by("pk").first()
    spare = SessionTarget.objects.exclude(session__in=counted).order_by("pk").first()
    assert forged is not None
    assert spare is not None
    forged.pk, forged.sequence, forged.entry_hash, forged.session_id = None, 9999, "x", spare.session_id
    QuotaEntry.objects.bulk_create([forged])
    assert recount.ledger_sums(plan) != recount.recount(plan)
