"""Journeys (d) and (e) of product-design.md, section 7: an officer of Guangdong looks for what is missing and reports it;
the national officer compares, finds a cause, reminds, and makes the bulletin. Each within its clicks.
"""

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import AXE, LOOKS, violations
from tests.chromium import launched
from tests.media_pipeline.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]

SEED = 'from tests.browser.quota_cast import seed\nprint("FACTS", seed())'


@pytest.fixture(scope="module")
def quota_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A site of its own: what the others count on theirs must not move."""
    site = Site(tmp_path_factory.mktemp("quota"))
    site.manage("collectstatic", "--noinput", "-v", "0")
    facts = json.loads(site.shell(SEED).split("FACTS ")[1])
    site.start_web()
    yield SimpleNamespace(url=site.url, **facts)
    site.stop_all()


@pytest.fixture(scope="module")
def quota_chromium():
    with launched() as running:
        yield running


@pytest.fixture
def desk(quota_site, quota_chromium):
    """Return a function that opens the desk of somebody of the cast."""
    contexts = []

    def of(who: str, **options: object) -> Page:
        context = quota_chromium.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=quota_site.url, **options
        )
        contexts.append(context)
        key = quota_site.sessions[who]
        context.add_cookies([{"name": "sessionid", "value": key, "url": quota_site.url}])
        page: Page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto("/office/")
        return page

    yield of
    for context in contexts:
        context.close()


class Clicks:
    """Presses of the mouse, counted as the design counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.many = page, 0

    def press(self, selector: str) -> None:
        self.many += 1
        self.page.locator(selector).first.click()

    def download(self, selector: str) -> tuple[str, bytes]:
        """Press what gives a file; return its name and content."""
        with self.page.expect_download() as waiting:
            self.press(selector)
        given = waiting.value
        return given.suggested_filename, given.path().read_bytes()


def words_in(docx: bytes) -> str:
    """The plain words of a Word file."""
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        return re.sub(r"<[^>]+>", "", parts.read("word/document.xml").decode())


def number(page: Page, selector: str) -> int:
    return int(re.sub(r"\D", "", page.locator(selector).first.inner_text()) or 0)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
class TestGuangdong:
    """(d): 9 missing by mode and region in 1 click, evidence in 3, report in 2."""

    def test_what_is_missing_by_mode_and_region_is_one_click_away(self, quota_site, desk, script):
        page = desk("supporting", java_script_enabled=script)
        officer = Clicks(page)
        officer.press("nav.side a[href^='/office/quota/']")
        assert officer.many == 1
        assert number(page, "#counted-this-year") == quota_site.counted
        expect(page.locator("section.k").first).to_contain_text(f"/ {quota_site.planned}")
        missing = quota_site.planned - quota_site.counted
        expect(page.locator("a.miss").first).to_have_text(str(missing))
        matrix = page.locator("table.mx")
        for words in ("现场", "广西", "云南"):
            expect(matrix).to_contain_text(words)
        # One more opens exactly those that are on the way.
        officer.press("section.k a.miss")
        assert officer.many == 2
        expect(page.locator("main tbody tr").first).to_be_visible()
        assert "已计入" not in page.locator("main tbody").inner_text()

    def test_the_evidence_of_a_counted_session_is_three_clicks_away(self, quota_site, desk, script):
        page = desk("supporting", java_script_enabled=script)
        officer = Clicks(page)
        officer.press("nav.side a[href^='/office/quota/']")
        officer.press("#counted-this-year")
        assert page.locator("main tbody tr").count() == quota_site.counted
        officer.press("main tbody a[href*='/office/sessions/']")
        assert officer.many == 3
        expect(page.locator("#session-state")).to_have_attribute("data-state", "counted")
        expect(page.locator("#evidence")).to_be_visible()

    def test_the_monthly_return_is_two_clicks_away_in_word_and_one_more_in_excel(
        self, quota_site, desk, script
    ):
        page = desk("supporting", java_script_enabled=script)
        page.goto(page.locator("nav.side a[href^='/office/quota/']").first.get_attribute("href"))
        officer = Clicks(page)
        officer.press(f"main a[href*='/office/reports/{quota_site.month}/']")
        assert number(page, "#counted-month") == quota_site.counted
        expect(page.locator("textarea[name=remarks]")).to_be_visible()
        name, word = officer.download("#word")
        assert officer.many == 2
        assert name.endswith(".docx")
        assert "广东省律师协会" in words_in(word)
        name, sheet = officer.download("#excel")
        assert officer.many == 3
        assert name.endswith(".xlsx")
        assert zipfile.is_zipfile(io.BytesIO(sheet))


class TestNational:
    """(e): the comparison in 1 click, a cause in 2, a reminder in 2, the bulletin in 2."""

    def comparison(self, desk) -> tuple[Page, Clicks]:
        page = desk("national")
        officer = Clicks(page)
        officer.press("nav.side a[href='/office/national/']")
        assert officer.many == 1
        return page, officer

    def test_a_cause_is_two_clicks_away(self, quota_site, desk):
        page, officer = self.comparison(desk)
        rows = page.locator("#national tbody tr")
        assert rows.count() >= 2
        expect(page.locator("#national thead [aria-sort]")).to_have_count(1)
        officer.press("#national tbody th a:has-text('天津')")
        assert officer.many == 2
        expect(page).to_have_url(re.compile(rf"/office/quota/BQQ-2012/{quota_site.year}/\?association=CN-TJ"))
        expect(page.locator("#counted-this-year")).to_have_text("0")

    def test_a_reminder_is_two_clicks_away(self, desk):
        page, _officer = self.comparison(desk)
        officer = Clicks(page)
        officer.press("#national tbody tr:has-text('天津') a:has-text('催报')")
        officer.press("#send")
        assert officer.many == 2
        expect(page.locator("main .note").first).to_be_visible()
        # Once a day: asking again tells that it was sent.
        officer.press("#national tbody tr:has-text('天津') a:has-text('催报')")
        officer.press("#send")
        expect(page.locator("main .note").first).to_be_visible()

    def test_the_bulletin_is_two_clicks_away_and_names_who_has_not_reported(self, quota_site, desk):
        page, _officer = self.comparison(desk)
        officer = Clicks(page)
        officer.press("main a[href*='/office/national/bulletin/']")
        expect(page.locator("#not-reported")).to_contain_text("天津")
        name, word = officer.download("#word")
        assert officer.many == 2
        assert name.endswith(".docx")
        assert "天津" in words_in(word)


class TestSpotCheck:
    """A finding is mended in 2 clicks from the to-do list, and accepted by another person in 3."""

    def test_a_fault_is_mended_and_accepted(self, desk):
        page = desk("supporting", java_script_enabled=False)
        guangdong = Clicks(page)
        guangdong.press("main a[href*='/office/spot-checks/SC-']:has-text('报送整改')")
        expect(page.locator("#turns")).to_contain_text("没有签到表。")
        page.fill("textarea[name=words]", "签到表已补传。")
        guangdong.press("#reply")
        assert guangdong.many == 2
        expect(page.locator("#finding-state")).to_have_text("待验收")

        page = desk("national", java_script_enabled=False)
        national = Clicks(page)
        national.press("main a[href*='/office/spot-checks/SC-']:has-text('验收整改')")
        expect(page.locator("#turns")).to_contain_text("签到表已补传。")
        national.press("input[name=outcome][value=mended]")
        national.press("#answer")
        assert national.many == 3
        expect(page.locator("#finding-state")).to_have_text("已整改")


PAGES = {
    "supporting": (
        "/office/quota/BQQ-2012/{year}/",
        "/office/sessions/?state=counted",
        "/office/sessions/?plan={plan}&posted={month}",
        "/office/reports/{month}/",
        "/office/close/BQQ-2012/{month}/",
        "/office/reversals/",
        "/office/reports/{year}/",
        "/office/plan/BQQ-2012/",
        "/office/spot-checks/",
        "/office/spot-checks/new/",
        "/office/spot-checks/SC-{year}-001/",
        "/office/spot-checks/SC-{year}-001/1/",
    ),
    "national": (
        "/office/national/",
        "/office/national/bulletin/{month}/",
        "/office/spot-checks/SC-{year}-001/2/",
    ),
}


@pytest.mark.parametrize("who", sorted(PAGES))
def test_the_pages_of_the_quota_have_no_violation(quota_site, desk, who):
    """Given a year with sessions in every state, when axe looks, then it finds nothing, and nothing scrolls sideways."""
    axe, page = AXE.read_text(encoding="utf-8"), desk(who)
    faults: dict[str, list[str]] = {}
    for place, path in enumerate(PAGES[who]):
        response = page.goto(path.format(month=quota_site.month, year=quota_site.year, plan=quota_site.plan))
        assert response is not None
        assert response.status == 200, path
        page.evaluate(axe)
        for look in LOOKS:
            for fault in violations(page, look):
                faults.setdefault(fault, []).append(f"{path} {look}")
            if folder := os.environ.get("QIANCHANG_TEST_SHOTS"):
                page.screenshot(path=f"{folder}/quota-{who}-{place}-{look[0]}{look[2]}.png", full_page=True)
        page.set_viewport_size({"width": 1366, "height": 768})
    assert not faults, "\n".join(f"{fault}: {where}" for fault, where in faults.items())
