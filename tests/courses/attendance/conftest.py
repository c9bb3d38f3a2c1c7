"""The lawyer at the lecture's page in a real Chromium. The sites are started by the first test that asks for one."""

import pytest

from tests.chromium import launched, until
from tests.courses.lecture_site import lecture_site as running_site

# Six slides in twelve seconds: every two seconds another one.
TITLES = ["开场", "病历的封存", "委托鉴定", "听证会", "案例", "小结"]


@pytest.fixture(scope="session")
def lecture_site(tmp_path_factory):
    with running_site(tmp_path_factory.mktemp("player"), seconds=12, titles=TITLES) as site:
        yield site


@pytest.fixture(scope="module")
def chromium():
    with launched() as running:
        yield running


@pytest.fixture
def page(lecture_site, chromium):
    """The lecture's page, nothing of it watched; a fault in its script or on its console fails the test."""
    lecture_site.nothing_watched()
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_cookies(
        [{"name": "sessionid", "value": lecture_site.facts["lawyer"], "url": lecture_site.url}]
    )
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    page.media = []
    page.on(
        "request",
        lambda asked: page.media.append(asked.url.rsplit("/", 1)[-1]) if "/media/" in asked.url else None,
    )
    page.goto(lecture_site.url + lecture_site.facts["lecture"])
    yield page
    assert page.faults == []
    # its last report is sent when it is left; the next test must not be overtaken by it
    page.goto("about:blank")
    page.wait_for_timeout(500)
    context.close()


@pytest.fixture
def unsparing(page, lecture_site):
    """The same page for a lawyer who has switched the data saver off."""
    lecture_site.sql("UPDATE people_account SET data_saver = ?", False)
    page.evaluate("localStorage.setItem('qianchang.mode', 'light')")
    page.reload()
    yield page
    lecture_site.sql("UPDATE people_account SET data_saver = ?", True)


@pytest.fixture
def listen(page):
    """Return a function that chooses the sound and plays."""

    def begin():
        page.check("input[value=audio]", force=True)
        page.click("#play")
        until(page, "video.currentTime > 0.2")

    return begin
