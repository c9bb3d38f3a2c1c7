"""axe on the pages of an import, which a walk by links does not reach: each step, a stopped one, and the missing people."""

import os

import pytest

from benchmarks.roster.generated import HEADING, roster
from qianchang.groundwork import tables
from tests.browser.test_accessibility import AXE, LOOKS, violations
from tests.browser.test_roster_journey import COUNTIES, REGIONS, WORK

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

STATE = (
    "from qianchang.people.models import RosterImport as R; i = R.objects.latest('pk'); "
    "R.objects.filter(pk=i.pk).update(state='{state}', failed_while='{failed}')"
)
ABSENT = (
    "from qianchang.people.models import *; i = RosterImport.objects.latest('pk'); "
    "RosterAbsence.objects.get_or_create(roster_import=i, lawyer=Lawyer.objects.filter(erased_at=None)[0])"
)


def test_the_pages_of_an_import_have_no_violation(hours_site, browse, tmp_path):
    """Given an import at each of its steps, when axe looks, then it finds nothing, and nothing scrolls sideways."""
    hours_site.shell(REGIONS + "load_regions(at=timezone.now())")
    path = tmp_path / "广西律师名册202610.xlsx"
    made = roster(200, faulty=25, counties=COUNTIES)
    path.write_bytes(tables.as_xlsx(HEADING, made.rows, name="名册"))
    axe, page, faults = AXE.read_text(encoding="utf-8"), browse("beneficiary"), {}

    def look(name):
        page.evaluate(axe)
        for each in LOOKS:
            for fault in violations(page, each):
                faults.setdefault(fault, []).append(f"{name} {each}")
            if folder := os.environ.get("QIANCHANG_TEST_SHOTS"):
                page.screenshot(path=f"{folder}/{name}-{each[0]}{each[2]}.png", full_page=True)
        page.set_viewport_size({"width": 1366, "height": 768})

    page.goto("/office/roster/import/")
    look("file")
    page.set_input_files("#id_file", str(path))
    page.click("#read")
    page.wait_for_selector("#match")
    look("columns")
    page.click("#match")
    page.wait_for_selector(".k")
    look("check")
    here = page.url.split("?")[0]
    hours_site.shell(ABSENT)
    page.goto(here + "missing/")
    look("missing")
    page.goto(here + "confirm/")
    look("confirm")
    page.click("#import-now")
    page.wait_for_selector("progress")
    page.goto(here + "?still=1")
    look("under_way")
    hours_site.shell(STATE.format(state="failed", failed="importing"))
    page.goto(here)
    look("stopped")
    hours_site.shell(STATE.format(state="importing", failed=""))
    hours_site.shell(WORK)
    page.goto(here + "?show=new")
    look("imported")
    page.goto(here + "activation/")
    look("activation")
    page.goto(here + "confirm/?undo=1")
    look("undo")
    assert faults == {}
