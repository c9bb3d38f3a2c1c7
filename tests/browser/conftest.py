"""One site with its cast and one Chromium for all tests of this folder; everybody signs in by a session."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page

from tests.chromium import launched
from tests.media_pipeline.site import Site

SEED = 'from tests.browser.cast import seed\nprint("FACTS", seed())'
SHEETS = 'from tests.browser.sheet_cast import seed\nprint("FACTS", seed())'
SAID = 'from tests.browser.sheet_cast import said\nprint("SAID", said({}))'


@pytest.fixture(scope="session")
def hours_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    site = Site(tmp_path_factory.mktemp("hours"))
    site.manage("collectstatic", "--noinput", "-v", "0")
    facts = json.loads(site.shell(SEED).split("FACTS ")[1])
    site.start_web()
    yield SimpleNamespace(url=site.url, shell=site.shell, **facts)
    site.stop_all()


# Not for the whole session: a second Playwright cannot start beside it, and other folders start their own.
@pytest.fixture(scope="module")
def chromium():
    with launched() as running:
        yield running


@pytest.fixture
def browse(hours_site, chromium) -> Iterator[Callable]:
    """Return a function that opens a browser of somebody of the cast (None: a guest); a fault in a page's script
    or a refusal of its security policy fails the test.
    """
    contexts, faults = [], []

    def of(who: str | None = None, **options):
        context = chromium.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=hours_site.url, **options
        )
        contexts.append(context)
        if who:
            key = hours_site.sessions[who]
            context.add_cookies([{"name": "sessionid", "value": key, "url": hours_site.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None)
        return page

    yield of
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def sheet_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A site of its own: its server is stopped and started again. Each test has a room of its own on it."""
    site = Site(tmp_path_factory.mktemp("sheets"))
    site.manage("collectstatic", "--noinput", "-v", "0")
    facts = json.loads(site.shell(SHEETS).split("FACTS ")[1])
    site.start_web()

    def said(room: str) -> dict:
        return json.loads(site.shell(SAID.format(facts[room]["sheet"])).split("SAID ")[1])

    yield SimpleNamespace(url=site.url, site=site, said=said, **facts)
    site.stop_all()


@pytest.fixture
def computer(sheet_site, chromium):
    """Return a function that gives a computer on which somebody of the cast is signed in; a fault in a page's script
    or a refusal of its security policy fails the test.
    """
    contexts, faults = [], []

    def of(who: str, **options: object):
        context = chromium.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=sheet_site.url, **options
        )
        contexts.append(context)
        key = sheet_site.sessions[who]
        context.add_cookies([{"name": "sessionid", "value": key, "url": sheet_site.url}])
        context.set_default_timeout(15_000)

        def watch(page: Page) -> None:
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on(
                "console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None
            )

        context.on("page", watch)
        return context

    yield of
    for context in contexts:
        context.close()
    assert faults == []
