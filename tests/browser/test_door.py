"""The door of a room in real browsers: phones read the code from the picture on the screen, without a script of ours; an
officer looks at who came and puts them on the sheet.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import AXE, LOOKS, violations
from tests.chromium import launched
from tests.media_pipeline.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]

SEED = 'from tests.browser.door_cast import seed\nprint("FACTS", seed())'
# The code changes each half minute; a busy machine may take its time.
NEXT_CODE_WITHIN = 45


@pytest.fixture(scope="module")
def door_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    site = Site(tmp_path_factory.mktemp("door"))
    site.env["QIANCHANG_URL"] = site.url
    site.manage("collectstatic", "--noinput", "-v", "0")
    facts = json.loads(site.shell(SEED).split("FACTS ")[1])
    site.start_web()
    yield SimpleNamespace(url=site.url, **facts)
    site.stop_all()


@pytest.fixture(scope="module")
def door_chromium():
    with launched() as running:
        yield running


@pytest.fixture
def of(door_site, door_chromium) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a browser of somebody of the cast; None is nobody's phone."""
    contexts = []

    def browser(who: str | None = None, *, phone: bool = False) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1366, "height": 768}
        context = door_chromium.new_context(
            viewport=size, locale="zh-CN", base_url=door_site.url, java_script_enabled=not phone
        )
        contexts.append(context)
        if who:
            key = door_site.sessions[who]
            context.add_cookies([{"name": "sessionid", "value": key, "url": door_site.url}])
        page: Page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield browser
    for context in contexts:
        context.close()


def read_code(page: Page) -> str:
    """What a phone reads from the screen: the address in the picture; empty while the page is being changed."""
    cv2, numpy = pytest.importorskip("cv2"), pytest.importorskip("numpy")
    shot = numpy.frombuffer(page.screenshot(), numpy.uint8)
    found, *_rest = cv2.QRCodeDetector().detectAndDecode(cv2.imdecode(shot, cv2.IMREAD_COLOR))
    return str(found)


def next_code(page: Page, *, after: str = "") -> str:
    """Wait for a code that is another one."""
    end = time.monotonic() + NEXT_CODE_WITHIN
    while (found := read_code(page)) in ("", after):
        assert time.monotonic() < end, "the screen did not change"
        page.wait_for_timeout(500)
    return found


def test_a_room_signs_in_at_its_door_and_comes_onto_the_sheet(door_site, of):
    """Given a screen at a door, when phones read it, then the officer finds the people on the sheet."""
    officer = of("officer")
    officer.goto(f"/office/sheets/{door_site.sheet}/door/?direction=in")
    first = next_code(officer)
    assert first.startswith(f"{door_site.url}/in/")

    wei = of("lawyer", phone=True)
    wei.goto(urlsplit(first).path)
    expect(wei.locator("main")).to_contain_text("韦晓岚")
    wei.locator("main button.btn.p").click()
    expect(wei.locator("h1")).to_have_text("已签到")

    second = next_code(officer, after=first)
    guest = of(None, phone=True)
    guest.goto(urlsplit(second).path)
    guest.fill("input[name=name]", "司法局张科长")
    guest.locator("main button.btn.p").click()
    expect(guest.locator("main")).to_contain_text("等现场专员确认")

    officer.goto(f"/office/sheets/{door_site.sheet}/door/list/")
    expect(officer.locator("#counts")).to_contain_text("到场 1 人")
    officer.locator("tr", has_text="司法局张科长").get_by_role(
        "button", name="在场", exact=False
    ).first.click()
    expect(officer.locator("#counts")).to_contain_text("到场 2 人")
    officer.locator("#take").click()
    expect(officer).to_have_url(f"{door_site.url}/office/sheets/{door_site.sheet}/")
    for name in ("韦晓岚", "司法局张科长"):
        expect(officer.locator("main")).to_contain_text(name)


def test_the_pages_of_a_door_have_no_violation(door_site, of):
    """When axe looks at every page of a door and of a conference, it finds nothing, and nothing scrolls sideways."""
    axe, faults = AXE.read_text(encoding="utf-8"), dict[str, list[str]]()
    screen = of("officer")
    screen.goto(f"/office/sheets/{door_site.sheet}/door/")
    room = f"/office/sheets/{door_site.sheet}/door/"
    pages = (
        ("officer", room),
        ("officer", f"{room}print/"),
        ("officer", f"{room}list/"),
        ("officer", f"/office/sheets/of/{door_site.onsite}/"),
        ("officer", f"/office/sheets/of/{door_site.conference}/"),
        ("supporting", f"/office/sheets/codes/{door_site.conference}/"),
        (None, "/in/forged/"),
        (None, ""),
    )
    for place, (who, path) in enumerate(pages):
        page = of(who)
        response = page.goto(path or urlsplit(next_code(screen)).path)
        assert response is not None
        assert response.status == (404 if "forged" in path else 200), path
        page.evaluate(axe)
        for look in LOOKS:
            for fault in violations(page, look):
                faults.setdefault(fault, []).append(f"{path} {look}")
            if folder := os.environ.get("QIANCHANG_TEST_SHOTS"):
                page.screenshot(path=f"{folder}/door-{place}-{look[0]}{look[2]}.png", full_page=True)
    assert not faults, "\n".join(f"{fault}: {where}" for fault, where in faults.items())
