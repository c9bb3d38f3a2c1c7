"""The report of a supporter's numbers, on the loaded facts."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

from programmes.placements.operations import load_register_facts
from programmes.plans.breakdowns import adopt_plan, propose_plan
from tests.programmes.factories import Office
from tests.programmes.reports.months import at, october
from tests.world import World


def report_of(office: Office) -> dict[str, dict[str, Any]]:
    """The plans of the printed report, by code."""
    load_register_facts(at=office.world.now)
    said = StringIO()
    call_command(
        "quota_report", "--programme", "BQQ-2012", "--association", "CN-GD", "--format", "json", stdout=said
    )
    return {plan["plan"]: plan for plan in json.loads(said.getvalue())["plans"]}


def sums(plan: dict[str, Any]) -> set[str]:
    return {check["sum"] for check in plan["checks"]}


def test_120_sessions_are_100_and_20_and_40_a_year_are_10_and_30(office: Office):
    sessions = report_of(office)["QC"]
    assert {"120 = 100 + 20", "40 = 10 + 30"} <= sums(sessions)
    by_key = {target["key"]: target for target in sessions["targets"]}
    assert (by_key["QC/CN-GD/*/*/*"]["quantity"], by_key["QC/CN-GD/*/*/*"]["strength"]) == (120, "assigned")
    assert by_key["QC/CN-GD/*/each/*"]["strength"] == "average"
    assert by_key["QC/CN-GD/*/each/onsite"]["strength"] == "intended"
    assert all(target["source"] and target["quote"] for target in sessions["targets"])
    assert sessions["contradictions"] == []


def test_the_planner_refuses_121_and_says_why(office: Office):
    sessions = report_of(office)["QC"]
    (check,) = [check for check in sessions["checks"] if check["sum"] == "120 = 100 + 20"]
    assert check["one_more"]["sum"] == 121
    assert "121" in check["one_more"]["refused"]
    assert "120" in check["one_more"]["refused"]


def test_the_planners_cells_are_three_years_of_40_and_said_to_be_a_proposal(office: Office):
    breakdown = report_of(office)["QC"]["breakdown"]
    assert breakdown["state"] == "proposed"
    by_year: dict[int, int] = {}
    for cell in breakdown["cells"]:
        by_year[cell["year"]] = by_year.get(cell["year"], 0) + cell["quantity"]
    assert sorted(by_year.values()) == [40, 40, 40]
    onsite = sum(cell["quantity"] for cell in breakdown["cells"] if cell["modes"] == ["onsite"])
    guangxi = sum(cell["quantity"] for cell in breakdown["cells"] if cell["beneficiary"] == "CN-GX")
    assert (onsite, guangxi) == (30, 100)
    assert {cell["strength"] for cell in breakdown["cells"]} == {"planned"}


def test_adopted_cells_are_said_to_be_adopted(office: Office, world: World):
    breakdown = propose_plan(
        plan=office.plan, supporter=world.guangdong, by=world.supporting_officer, at=world.now
    )
    adopt_plan(breakdown=breakdown, seen=0, by=world.supporting_officer, at=world.now)
    said = report_of(office)["QC"]["breakdown"]
    assert (said["state"], said["version"]) == ("adopted", 1)
    assert sum(cell["quantity"] for cell in said["cells"]) == 120


def test_25_vehicles_by_region_by_year_and_by_donor(office: Office):
    vehicles = report_of(office)["BSBC"]
    assert {"25 = 15 + 10", "25 = 9 + 8 + 8"} <= sums(vehicles)
    by_year: dict[int, int] = {}
    for donor in vehicles["donors"]:
        by_year[donor["year"]] = by_year.get(donor["year"], 0) + donor["promised"]
        assert donor["source"]
        assert donor["quote"]
    assert by_year == {2013: 9, 2014: 8, 2015: 8}
    assert vehicles["counted"] == 0


def test_250_trainees_by_region_and_85_places_by_host(office: Office):
    trainees = report_of(office)["QR"]
    assert "250 = 150 + 100" in sums(trainees)
    assert sorted((host["places"] for host in trainees["hosts"]), reverse=True) == [
        20,
        20,
        12,
        10,
        6,
        6,
        6,
        5,
    ]
    assert "85 = 20 + 20 + 12 + 10 + 6 + 6 + 6 + 5" in sums(trainees)
    assert all(host["source"] for host in trainees["hosts"])


def test_what_is_counted_stands_beside_each_target(office: Office):
    october(office, "一")
    sessions = report_of(office)["QC"]
    by_key = {target["key"]: target for target in sessions["targets"]}
    assert sessions["counted"] == 1
    assert by_key["QC/CN-GD/CN-GX/*/*"]["counted"] == 1
    assert by_key["QC/CN-GD/CN-YN/*/*"]["counted"] == 0
    assert by_key["QC/CN-GD/*/each/*"]["counted_by_year"] == {"2026": 1}


def test_the_text_says_the_same(office: Office):
    load_register_facts(at=at(2026, 10, 12))
    said = StringIO()
    call_command("quota_report", "--programme", "BQQ-2012", "--association", "CN-GD", stdout=said)
    assert "120 = 100 + 20" in said.getvalue()
    assert "cells: proposed" in said.getvalue()
