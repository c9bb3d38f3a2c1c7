"""The stick in a real Chromium: made on the site, opened from file:// with the site switched off, watched, its record
saved, and brought back as often as somebody likes: hours once.
"""

import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.chromium import launched, until
from tests.courses.lecture_site import lecture_site as running_site

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

SECONDS = 24
TITLES = ["开场", "病历", "鉴定", "小结"]
# Half a minute of this site's rule is half an hour of hours: the lecture is short.
SHORT = """
from courses.credits.models import CreditRule
from media_pipeline.recordings.models import Rendition
from django.core.files.storage import storages
CreditRule.objects.filter(pk__gt=0).update(unit_minutes=1, step="0.2")
for made in Rendition.objects.filter(mode__in=["audio", "light"]):
    Rendition.objects.filter(pk=made.pk).update(size_bytes=storages["recordings"].size(made.file))
Rendition.objects.filter(mode="standard").delete()
"""

NOW = """
from django.utils.timezone import localtime
print("NOW", localtime().strftime("%Y-%m-%d %H:%M"))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running_site(
        tmp_path_factory.mktemp("stick"), seconds=SECONDS, titles=TITLES, more=SHORT
    ) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    with launched() as running:
        yield running


@pytest.fixture
def browse(site, chromium):
    """Return a function that opens the lawyer's browser on the site; a fault in a page's script fails the test."""
    contexts, faults = [], []

    def of(**options):
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return SimpleNamespace(page=page, context=context)

    yield of
    for context in contexts:
        context.close()
    assert faults == []


def violations(page):
    """What axe finds on the page, by the names of the rules."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def signed_in(site, browse):
    opened = browse(accept_downloads=True)
    opened.context.add_cookies([{"name": "sessionid", "value": site.facts["lawyer"], "url": site.url}])
    return opened.page


def fetched(page, folder, site, way="light"):
    """Make a stick as the lawyer does, fetch its files and unpack them; return where they lie."""
    page.goto(site.url + "/my/sticks/")
    page.click("a.btn.p")
    page.check(f"#lecture-{site.facts['pk']}")
    page.check(f"input[name=way][value={way}]")
    page.click("#make")
    with page.expect_download() as download:
        page.click("#fetch")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    unpacked = folder / path.stem
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(unpacked)
    return unpacked


def saved(page, folder):
    with page.expect_download() as download:
        page.click("#save")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def bring(page, site, path):
    page.goto(site.url + "/my/records/")
    page.set_input_files("#id_record", path)
    page.click("#bring")
    page.wait_for_load_state()
    return page.inner_text("main")


def test_watched_from_a_file_without_a_server_and_credited_once(site, browse, tmp_path):
    # given a stick that was made on the site
    page = signed_in(site, browse)
    folder = fetched(page, tmp_path, site)
    site.site.kill("web")

    # when it is opened from a file, with no server and no network
    pc = browse(accept_downloads=True, offline=True)
    asked = []
    pc.page.on("request", lambda request: asked.append(request.url))
    pc.page.goto(f"file://{folder}/index.html")
    assert pc.page.is_hidden("#no-script")
    assert pc.page.is_hidden("#clock-note")
    assert violations(pc.page) == []
    pc.page.evaluate("film.play()")
    until(pc.page, "document.getElementById('code-shown').textContent !== ''")
    pc.page.fill("#code", pc.page.inner_text("#code-shown")[-4:])
    pc.page.press("#code", "Enter")
    assert "正确" in pc.page.inner_text("#code-answer")
    early = saved(pc.page, tmp_path)
    until(pc.page, "film.ended", seconds=SECONDS + 20)
    assert "已看 100%" in pc.page.inner_text("#progress")
    late = saved(pc.page, tmp_path)
    assert all(url.startswith(("file://", "blob:", "data:")) for url in asked)

    # then its records bring the hours, once however often and in whatever order they come
    site.site.start_web()
    assert "已记入" in bring(page, site, late)
    assert "没有变化" in bring(page, site, late)
    bring(page, site, early)
    bring(page, site, early)
    entries = site.sql("SELECT hours, grade FROM credits_creditentry")
    assert len(entries) == 1
    assert (float(entries[0][0]), entries[0][1]) == (0.4, "B")
    assert site.sql("SELECT covered_ms FROM attendance_coverage")[0][0] / 1000 == pytest.approx(
        SECONDS, abs=1
    )

    # and one with a digit changed is refused with a sentence and changes nothing
    spans = site.sql("SELECT count(*) FROM attendance_watchedspan")
    outer = json.loads(late.read_text())
    inner = json.loads(outer["body"])
    inner["runs"][0]["spans"][0][3] += 1000
    late.write_text(json.dumps(outer | {"body": json.dumps(inner)}))
    assert "改动过" in bring(page, site, late)
    assert site.sql("SELECT count(*) FROM attendance_watchedspan") == spans


def test_a_browser_that_keeps_nothing_says_so_and_goes_on_from_the_file(site, browse, tmp_path):
    page = signed_in(site, browse)
    folder = fetched(page, tmp_path, site, way="sound")
    forgetful = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('SecurityError'); }})"
    pc = browse(accept_downloads=True, offline=True)
    pc.context.add_init_script(forgetful)
    pc.page.goto(f"file://{folder}/index.html")
    # sound and slides: the picture of the moment stands where the film would
    assert pc.page.locator("#slides button").count() == len(TITLES)
    pc.page.evaluate("film.play()")
    until(pc.page, "film.currentTime > 3")
    assert pc.page.evaluate("slide.naturalWidth") == 1280
    pc.page.evaluate("film.pause()")
    until(pc.page, "document.getElementById('kept').textContent !== ''")
    assert "不保存" in pc.page.inner_text("#kept")
    first = saved(pc.page, tmp_path)
    # another computer: nothing is known, until the file is taken over
    pc.page.reload()
    assert "已看 0%" in pc.page.inner_text("#progress")
    pc.page.set_input_files("#load", first)
    until(pc.page, "!document.getElementById('progress').textContent.includes('已看 0%')")
    # what was changed is not taken over
    first.write_text(first.read_text().replace("[[1,", "[[2,").replace('\\"spans\\"', '\\"spant\\"'))
    pc.page.set_input_files("#load", first)
    until(pc.page, "document.getElementById('saved').textContent.includes('另选')")


def test_a_computer_with_a_wrong_clock_is_set_right_on_the_page(site, browse, tmp_path):
    page = signed_in(site, browse)
    folder = fetched(page, tmp_path, site)
    pc = browse(offline=True)
    pc.page.clock.install(time="2009-01-01T00:00:00")
    pc.page.goto(f"file://{folder}/index.html")
    assert pc.page.is_visible("#clock-note")
    # nobody watches an evening that would count nothing
    pc.page.evaluate("film.play().catch(() => {})")
    until(pc.page, "document.activeElement.id === 'clock-time'")
    assert pc.page.evaluate("film.paused")
    now = site.site.shell(NOW)
    pc.page.fill("#clock-time", now.split("NOW ")[1].strip()[:16])
    pc.page.click("#clock-form button")
    assert pc.page.is_hidden("#clock-note")
    pc.page.evaluate("film.play()")
    until(pc.page, "film.currentTime > 1")


# A screening of the lecture in the lawyer's county, and the session of the contact who keys its sheet.
ROOM = """
import json
from datetime import time
from django.utils import timezone
from courses.api import ensure_delivery_modes, schedule_session
from courses.catalogue.models import LecturePage
from courses.enrolment.operations import release_lecture
from courses.schedule.models import TrainingSession
from courses.sheets.scheduling import open_sheet
from qianchang.people.models import Account, Lawyer
from tests.browser.cast import _session
from tests.courses.schedule.conftest import MODES
from tests.world import World
world = World()
world.now = timezone.now()
world.expert_lawyer = Lawyer.objects.get(name="陈嘉敏")
world.county_lawyer = Lawyer.objects.get(name="韦晓岚")
world.napo_firm = world.county_lawyer.firm
world.supporting_officer = Account.objects.get(username="liang.mishu")
world.baise, world.second_county_lawyer, world.unactivated_lawyer
ensure_delivery_modes(MODES)
made = schedule_session(
    lecture=LecturePage.objects.get(), mode_code="network_video", supporter=world.guangdong,
    beneficiary=world.guangxi, date=world.day, place="", by=world.supporting_officer, at=world.now,
)
sheet = open_sheet(
    session=TrainingSession.objects.get(pk=made.pk), site="那坡县司法局", date=world.day, region=world.napo_region,
    begins_at=time(9), streamed=True, by=world.beneficiary_officer, at=world.now,
)
print("ROOM", json.dumps({"sheet": sheet.pk, "session": _session(world.county_contact)}))
"""


def test_a_room_shown_from_a_file_becomes_a_version_of_its_sheet(site, browse, tmp_path):
    # given a screening and its county's contact, who makes a stick for the room
    room = json.loads(site.site.shell(ROOM).split("ROOM ")[1].splitlines()[0])
    desk = browse(accept_downloads=True)
    desk.context.add_cookies([{"name": "sessionid", "value": room["session"], "url": site.url}])
    desk.page.goto(f"{site.url}/office/sticks/new/?sheet={room['sheet']}")
    desk.page.check("input[name=way][value=light]")
    desk.page.click("#make")
    with desk.page.expect_download() as download:
        desk.page.click("#fetch")
    download.value.save_as(tmp_path / "stick.zip")
    zipfile.ZipFile(tmp_path / "stick.zip").extractall(tmp_path / "stick")

    # when it is shown without a network, and the sheet is filled in beside it
    pc = browse(accept_downloads=True, offline=True)
    pc.page.goto(f"file://{tmp_path}/stick/index.html")
    assert violations(pc.page) == []
    pc.page.evaluate("film.play()")
    until(pc.page, "document.getElementById('code-shown').textContent !== ''")
    pc.page.fill("#sheet-code-1", pc.page.inner_text("#code-shown")[-4:])
    pc.page.fill("#supervisor", "罗联络员")
    pc.page.click("#all-full")
    pc.page.check("tr:nth-child(2) label:nth-child(3) input")
    pc.page.fill("#more-name", "书记员小李")
    pc.page.click("#more button")
    assert "全程 2 人" in pc.page.inner_text("#totals")
    assert "缺席 1 人" in pc.page.inner_text("#totals")
    # what the platform would refuse is said while the people are still there
    pc.page.check("tr:nth-child(2) label:nth-child(2) input")
    pc.page.click("#save")
    assert "第 2 行" in pc.page.inner_text("#saved")
    pc.page.check("tr:nth-child(2) label:nth-child(3) input")
    path = saved(pc.page, tmp_path)
    # another computer goes on with the sheet of the file, and nothing of it stays there afterwards
    other = browse(offline=True).page
    other.goto(f"file://{tmp_path}/stick/index.html")
    other.set_input_files("#load", path)
    until(other, "document.getElementById('totals').textContent.includes('全程 2 人')")
    assert other.input_value("#supervisor") == "罗联络员"
    assert "书记员小李" in other.inner_text("#rows")
    assert other.evaluate("localStorage.length") > 0
    other.reload()
    assert "全程 2 人" in other.inner_text("#totals")
    other.once("dialog", lambda dialog: dialog.accept())
    with other.expect_navigation():
        other.click("#forget")
    assert other.evaluate("localStorage.length") == 0
    assert "全程 0 人" in other.inner_text("#totals")
    pc.page.goto(f"file://{tmp_path}/stick/sheet.html")
    assert "韦晓岚" in pc.page.inner_text("body")

    # then its record is a version of the sheet, that waits to be reported and confirmed like any other
    desk.page.goto(site.url + "/office/bundles/")
    for _attempt in range(2):
        desk.page.set_input_files("#id_record", path)
        desk.page.click("#bring")
        desk.page.wait_for_load_state()
    versions = site.sql("SELECT id, origin, supervisor FROM sheets_sheetversion")
    assert [row[1:] for row in versions] == [("stick", "罗联络员")]
    marks = site.sql("SELECT name, mark FROM sheets_sheetrow ORDER BY position")
    assert sorted(mark for _name, mark in marks) == ["", "absent", "full", "full"]
