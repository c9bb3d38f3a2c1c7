"""Journey (c) of product-design.md: a county watches a disc where there is no network, and keys its sheet afterwards on a
computer that has none either. The network is really off: the browser is, and the server is stopped.
"""

import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import AXE, LOOKS, violations
from tests.chromium import launched
from tests.media_pipeline.site import Site
from tests.world import full_width

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]

SEED = 'from tests.browser.sheet_cast import seed\nprint("FACTS", seed())'
SAID = 'from tests.browser.sheet_cast import said\nprint("SAID", said({}))'
# One key every 0.5 s is slower than anybody types who has done three rows.
SECONDS_A_KEY = 0.5
KEPT_BYTES = 300_000


@pytest.fixture(scope="module")
def sheet_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A site of its own: its server is stopped and started again."""
    site = Site(tmp_path_factory.mktemp("sheets"))
    site.manage("collectstatic", "--noinput", "-v", "0")
    facts = json.loads(site.shell(SEED).split("FACTS ")[1])
    site.start_web()

    def said(room: str) -> dict:
        return json.loads(site.shell(SAID.format(facts[room]["sheet"])).split("SAID ")[1])

    yield SimpleNamespace(url=site.url, site=site, said=said, **facts)
    site.stop_all()


@pytest.fixture(scope="module")
def sheet_chromium():
    with launched() as running:
        yield running


@pytest.fixture
def computer(sheet_site, sheet_chromium):
    """Return a function that gives a computer on which somebody of the cast is signed in; a fault in a page's script
    or a refusal of its security policy fails the test.
    """
    contexts, faults = [], []

    def of(who: str, **options: object):
        context = sheet_chromium.new_context(
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


class Off:
    """No network at all, as long as the block lasts."""

    def __init__(self, sheet_site: SimpleNamespace, *contexts) -> None:
        self.site, self.contexts = sheet_site.site, contexts

    def __enter__(self) -> None:
        self.site.kill("web")
        for context in self.contexts:
            context.set_offline(True)

    def __exit__(self, *_: object) -> None:
        self.site.start_web()
        for context in self.contexts:
            context.set_offline(False)


class Clicks:
    """Presses of the mouse, counted as the design counts them; choosing a file is two, the button and the dialog."""

    def __init__(self, page: Page) -> None:
        self.page, self.many = page, 0

    def press(self, selector: str) -> None:
        self.many += 1
        self.page.locator(selector).first.click()

    def photo(self, selector: str, seed: int) -> None:
        self.many += 2
        self.page.set_input_files(selector, [telephone_photo(seed)])


def telephone_photo(seed: int) -> dict:
    """A photo of twelve megapixels, as a telephone makes it."""
    out = io.BytesIO()
    grain = Image.effect_noise((1000, 750), 30 + seed).convert("RGB")
    grain.resize((4000, 3000), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return {"name": f"IMG_{seed}.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def address(sheet_site: SimpleNamespace, room: str) -> str:
    return f"/office/sheets/{sheet_site.__dict__[room]['sheet']}/"


def mark(row: int, value: str) -> str:
    """The label of one mark: the radio itself cannot be seen."""
    return f"#row-{row} label:has(input[value={value}])"


def mark_of(page: Page, name: str, value: str) -> str:
    """The label of one mark of somebody by name."""
    names = page.locator("tr.seat [data-part=name]").all_inner_texts()
    return f"tr.seat:nth-child({names.index(name) + 1}) label:has(input[value={value}])"


def opened(context, where: str) -> Page:
    """Open a sheet with a network, and wait until this computer has it."""
    page = context.new_page()
    page.goto(where)
    expect(page.locator("#page-kept")).to_be_visible()
    return page


def drafts(page: Page) -> list[dict]:
    """What this computer keeps of sheets."""
    return page.evaluate(
        """() => new Promise((done, failed) => {
          const opening = indexedDB.open("qianchang.sheets");
          opening.onerror = () => failed(opening.error);
          opening.onsuccess = () => {
            const asked = opening.result.transaction("drafts").objectStore("drafts").getAll();
            asked.onsuccess = () => {
              opening.result.close();
              done(asked.result.map(({ sheet, state }) => ({ sheet, state })));
            };
          };
        })"""
    )


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("QIANCHANG_TEST_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _the_city_confirms_in_two_presses_and_the_lawyers_have_their_hours(sheet_site, computer):
    page = computer("city").new_page()
    officer = Clicks(page)
    page.goto("/office/")
    officer.press(f"a[href='{address(sheet_site, 'room')}review/']")
    expect(page.locator("img").first).to_be_visible()
    shot(page, "sheet-review")
    officer.press("button[value=confirm]")
    assert officer.many <= 2
    assert sheet_site.said("room")["state"] == "confirmed"
    lawyer = computer("lawyer").new_page()
    lawyer.goto("/my/hours/")
    expect(lawyer.locator("main")).to_contain_text("农村土地承包经营权流转纠纷")
    expect(lawyer.locator("main")).to_contain_text("2.5")


def test_a_room_is_keyed_without_a_network_reported_once_and_confirmed(sheet_site, computer):
    where = address(sheet_site, "room")
    # Given a sheet that was opened once, some days before.
    context = computer("contact")
    opened(context, where).close()
    # When the room is over and there is no network, then ten presses are enough to key it and to report it.
    with Off(sheet_site, context):
        page = context.new_page()
        keys = Clicks(page)
        keys.many += 1
        page.goto(where)
        expect(page.locator("h1")).to_contain_text("那坡县")
        expect(page.locator("input[type=radio]:checked")).to_have_count(0)
        shot(page, "sheet-offline-empty")
        keys.press("button[value=full]")
        keys.press(mark(7, "part"))
        page.fill("#row-7 [name$=minutes]", "45")
        expect(page.locator("#row-7 [data-part=hours]")).to_have_text("1.0")
        keys.press(mark(12, "absent"))
        expect(page.locator("[data-total=hours]")).to_have_text("26.0")
        for place, code in enumerate(sheet_site.room["codes"], start=1):
            page.fill(f"[name=code-{place}]", code)
        page.fill("[name=supervisor]", "何主任")
        keys.photo("#scan", 1)
        keys.photo("#photo", 2)
        expect(page.locator("[data-list] li[data-kept]")).to_have_count(2, timeout=30_000)
        expect(page.locator("#missing")).to_be_hidden()
        keys.press("button[value=report]")
        expect(page.locator("#sheet-state")).to_contain_text("已排队")
        shot(page, "sheet-offline-queued")
        assert keys.many <= 10
        seventh = page.locator("#row-7 [data-part=name]").inner_text()
        sizes = page.locator("[data-list] small").all_inner_texts()
        assert drafts(page) == [{"sheet": str(sheet_site.room["sheet"]), "state": "queued"}]
        page.close()
        # The page opens again as it was left, still without a network.
        page = context.new_page()
        page.goto(where)
        expect(page.locator("#row-7 [name$=minutes]")).to_have_value("45")
        expect(page.locator("[data-total=full]")).to_have_text("10")
        expect(page.locator("[data-list] li[data-kept]")).to_have_count(2)
        page.close()
    assert sheet_site.said("room")["versions"] == []
    # When the page is opened next with a network, then it is reported by itself, once, and nothing stays here.
    page = context.new_page()
    page.goto(where)
    expect(page.locator("#keyed-sheet")).to_have_count(0, timeout=60_000)
    shot(page, "sheet-reported")
    said = sheet_site.said("room")
    assert said["state"] == "reported"
    assert said["decisions"] == ["reported"]
    assert said["files"] == ["photo", "scan"]
    [version] = said["versions"]
    assert version["origin"] == "offline"
    assert version["codes"] == sheet_site.room["codes"]
    assert sorted(mark for mark, _ in version["rows"].values()) == ["absent", *["full"] * 10, "part"]
    assert version["rows"][seventh] == ["part", 45]
    # A photo of several megabytes came as one of at most 300 KB.
    assert all(0 < size <= KEPT_BYTES for size in said["bytes"]), said["bytes"]
    assert all("MB" in words and "KB" in words for words in sizes)
    assert drafts(page) == []
    with Off(sheet_site, context):
        # The names of a sheet that was reported are not kept on this computer either.
        page = context.new_page()
        with pytest.raises(Exception, match="ERR_"):
            page.goto(where)
        page.close()
    _the_city_confirms_in_two_presses_and_the_lawyers_have_their_hours(sheet_site, computer)


def test_forty_people_take_less_than_two_minutes_by_keyboard(sheet_site, computer):
    page = opened(computer("jingxi"), address(sheet_site, "forty"))
    expect(page.locator("tr.seat")).to_have_count(40)
    pressed = 0

    def key(name: str) -> None:
        nonlocal pressed
        pressed += 1
        page.keyboard.press(name)
        page.wait_for_timeout(SECONDS_A_KEY * 200)

    page.locator("#row-1 input[type=radio]").first.focus()
    begun = time.monotonic()
    for row in range(1, 41):
        key("2" if row % 20 == 7 else "3" if row % 10 == 0 else "1")
        if row % 20 == 7:
            key("9")
            key("0")
        key("Enter")
    took = time.monotonic() - begun
    expect(page.locator("[data-total=full]")).to_have_text("34")
    expect(page.locator("[data-total=part]")).to_have_text("2")
    expect(page.locator("[data-total=absent]")).to_have_text("4")
    expect(page.locator("[data-if=open]")).to_be_hidden()
    assert pressed * SECONDS_A_KEY < 120
    assert took < 120
    # And up again: the arrows go from person to person and change nothing.
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(page.locator("[data-total=full]")).to_have_text("34")
    shot(page, "sheet-forty")
    page.click("button[value=report]")
    expect(page.locator("#keyed-sheet")).to_have_count(0, timeout=60_000)
    assert sheet_site.said("forty")["state"] == "reported"


def test_two_people_key_the_same_sheet_and_one_chooses_row_by_row(sheet_site, computer):
    where = address(sheet_site, "twice")
    # Given two people who opened the same sheet, one of whom has lost the network since.
    first, second = computer("contact"), computer("colleague")
    page, other = opened(first, where), opened(second, where)
    with Off(sheet_site, first, second):
        page.locator("button[value=full]").click()
        page.locator(mark(7, "part")).click()
        page.fill("#row-7 [name$=minutes]", "45")
        page.locator("button[value=report]").click()
        expect(page.locator("#sheet-state")).to_contain_text("已排队")
        page.close()
    # When the other one saves first and says otherwise of two people, and then the line comes back
    other.locator("button[value=full]").click()
    other.locator(mark(3, "absent")).click()
    other.locator("form#keyed-sheet .sumr button[value=save]").click()
    expect(other.locator("#sheet-state")).to_contain_text("已保存")
    page = first.new_page()
    page.goto(where)
    # then both are kept, and the rows in which they differ stand side by side.
    page.wait_for_url("**/conflict/", timeout=60_000)
    said = sheet_site.said("twice")
    assert (said["state"], len(said["versions"])) == ("open", 2)
    assert [version["by"] for version in said["versions"]] == ["农联络员", "罗联络员"]
    assert drafts(page) == []
    shot(page, "sheet-conflict")
    # The colleague is told of it on the sheet's own page.
    other.goto(where)
    expect(other.locator("main a[href$='/conflict/']")).to_be_visible()
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(2)
    for place in range(2):
        rows.nth(place).locator("input[type=radio]").first.check(force=True)
    page.locator("main form button[value=report]").click()
    page.wait_for_url(f"**{where}")
    said = sheet_site.said("twice")
    assert (said["state"], len(said["versions"])) == ("reported", 3)
    assert said["versions"][2]["rows"]["李春燕"] == ["full", None]
    assert ["part", 45] in said["versions"][2]["rows"].values()


def test_a_walk_in_and_somebody_who_is_no_lawyer(sheet_site, computer):
    where = address(sheet_site, "guests")
    context = computer("contact")
    opened(context, where).close()
    with Off(sheet_site, context):
        page = context.new_page()
        page.goto(where)
        page.locator("button[value=full]").click()
        page.locator("details.more summary").click()
        # The licence number as an input method types it; Enter adds, and sends nothing.
        page.fill("[name=new-name]", "赵甲")
        page.fill("[name=new-licence]", full_width("14510210000000000"))
        page.keyboard.press("Enter")
        page.fill("[name=new-name]", "村干部小王")
        page.locator("button[value=add]").click()
        expect(page.locator("tr.seat")).to_have_count(14)
        page.locator(mark_of(page, "赵甲", "full")).click()
        page.locator(mark_of(page, "村干部小王", "full")).click()
        expect(page.locator("[data-total=full]")).to_have_text("13")
        expect(page.locator("[data-total=others]")).to_have_text("1")
        expect(page.locator("[data-total=hours]")).to_have_text("32.5")
        page.locator("tr.seat").last.locator("[data-take-out]").click()
        expect(page.locator("tr.seat")).to_have_count(13)
        page.fill("[name=new-name]", "村干部小李")
        page.keyboard.press("Enter")
        page.locator(mark_of(page, "村干部小李", "full")).click()
        expect(page.locator("#sheet-state")).to_contain_text("存在这台电脑上")
        page.close()
        page = context.new_page()
        page.goto(where)
        expect(page.locator("tr.seat")).to_have_count(14)
        page.close()
    page = context.new_page()
    # What is still on this computer is said on the desk.
    page.goto("/office/screenings/")
    expect(page.locator("#kept-sheets")).to_contain_text("还没有上报")
    expect(page.locator("#kept-sheets a")).to_contain_text(sheet_site.guests["number"])
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(page, LOOKS[0]) == []
    page.locator("#kept-sheets a").click()
    page.locator("button[value=report]").click()
    expect(page.locator("#keyed-sheet")).to_have_count(0, timeout=60_000)
    [version] = sheet_site.said("guests")["versions"]
    assert version["rows"]["赵甲"] == ["full", None]
    assert version["rows"]["村干部小李"] == ["full", None]
    assert version["origin"] == "typed"
    page.goto("/office/screenings/")
    expect(page.locator("#kept-sheets")).to_have_count(0)


def test_an_answer_that_was_lost_makes_no_second_report(sheet_site, computer):
    where = address(sheet_site, "lost")
    context = computer("contact")
    page = opened(context, where)
    sent = []

    def lose(route) -> None:
        # The platform takes it, and its answer never arrives.
        sent.append(route.request.post_data_json["draft_id"])
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    context.route("**/keyed/", lose)
    page.locator("button[value=full]").click()
    page.locator("button[value=report]").click()
    expect(page.locator("#sheet-state")).to_contain_text("已排队")
    assert sheet_site.said("lost")["decisions"] == ["reported"]
    # When the desk is opened next, then the same draft is sent again, and changes nothing.
    page.goto("/office/screenings/")
    expect(page.locator("#kept-sheets")).to_have_count(0)
    page.wait_for_timeout(1500)
    assert drafts(page) == []
    assert sent == [sent[0], sent[0]]
    said = sheet_site.said("lost")
    assert (said["decisions"], len(said["versions"])) == (["reported"], 1)


def test_rows_that_cannot_be_are_named_before_anything_is_sent(sheet_site, computer):
    page = opened(computer("contact"), address(sheet_site, "faults"))
    page.locator("button[value=rest]").click()
    expect(page.locator("[data-total=absent]")).to_have_text("12")
    page.locator(mark(3, "part")).click()
    page.fill("#row-3 [name$=minutes]", "118")
    page.locator("button[value=report]").click()
    expect(page.locator("#row-3 [data-part=fault]")).to_contain_text("第 3 行")
    expect(page.locator("#row-3 [name$=minutes]")).to_be_focused()
    # A room in which nobody was: the platform says what to do, and the page stays as it was keyed.
    page.locator(mark(3, "absent")).click()
    page.locator("button[value=report]").click()
    expect(page.locator("#sheet-state")).to_have_class("note er")
    expect(page.locator("[data-total=absent]")).to_have_text("12")
    assert sheet_site.said("faults")["state"] == "open"
    page.locator("form[action$='/logout/'] button").wait_for()


def test_signing_out_asks_for_what_is_not_sent_and_leaves_nothing(sheet_site, computer):
    where = address(sheet_site, "leaving")
    context = computer("colleague")
    page = opened(context, where)
    page.locator(mark(1, "full")).click()
    expect(page.locator("#sheet-state")).to_contain_text("存在这台电脑上")
    # When one answers no, then nothing happens.
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator("form[action$='/logout/'] button").click()
    page.wait_for_timeout(300)
    assert "1 张签到表" in asked[0]
    assert drafts(page)[0]["state"] == "draft"
    # When one answers yes, from another page of the desk, then draft and page are gone from this computer.
    page.goto("/office/screenings/")
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        page.locator("form[action$='/logout/'] button").click()
    assert drafts(page) == []
    with Off(sheet_site, context), pytest.raises(Exception, match="ERR_"):
        page.goto(where)


def test_a_second_window_of_one_computer_waits_and_takes_over_the_draft(sheet_site, computer):
    where = address(sheet_site, "windows")
    context = computer("contact")
    page, other = opened(context, where), context.new_page()
    other.goto(where)
    expect(other.locator("#sheet-state")).to_contain_text("另一个窗口")
    expect(other.locator("button[value=full]")).to_be_disabled()
    shot(other, "sheet-second-window")
    page.locator(mark(2, "full")).click()
    expect(page.locator("#sheet-state")).to_contain_text("存在这台电脑上")
    page.close()
    expect(other.locator("#row-2 input[value=full]")).to_be_checked(timeout=20_000)
    expect(other.locator("button[value=full]")).to_be_enabled()


def test_what_is_typed_while_a_draft_is_saved_stays_on_this_computer(sheet_site, computer):
    where = address(sheet_site, "typed")
    context = computer("contact")
    page = opened(context, where)
    held = []
    page.route("**/keyed/", lambda route: held.append(route))
    page.locator(mark(3, "full")).click()
    with page.expect_request("**/keyed/"):
        page.locator("form#keyed-sheet .sumr button[value=save]").click()
    # Given a slow line, when somebody goes on marking before the answer comes
    page.locator(mark(4, "absent")).click()
    expect(page.locator("#sheet-state")).to_contain_text("存在这台电脑上")
    held[0].continue_()
    expect(page.locator("#sheet-state")).to_contain_text("已保存")
    # then the mark is kept, and goes on top of what was saved.
    assert [each["state"] for each in drafts(page)] == ["draft"]
    page.unroute("**/keyed/")
    page.close()
    page = context.new_page()
    page.goto(where)
    expect(page.locator("#row-4 input[value=absent]")).to_be_checked()
    page.locator("form#keyed-sheet .sumr button[value=save]").click()
    expect(page.locator("#sheet-state")).to_contain_text("已保存")
    first, second = (
        [mark for mark, _ in each["rows"].values()] for each in sheet_site.said("typed")["versions"][-2:]
    )
    assert (first.count("absent"), second.count("absent")) == (0, 1)
    assert (first.count("full"), second.count("full")) == (1, 1)
    assert drafts(page) == []


def test_a_session_that_has_ended_keeps_what_was_keyed(sheet_site, computer):
    where = address(sheet_site, "ended")
    context = computer("contact")
    page = opened(context, where)
    before = sheet_site.said("ended")["versions"]
    page.locator("button[value=full]").click()
    kept = context.cookies()
    context.clear_cookies(name="sessionid")
    page.locator("button[value=report]").click()
    expect(page.locator("#sheet-state")).to_contain_text("登录已过期")
    expect(page.locator("#sign-in a")).to_be_visible()
    assert sheet_site.said("ended")["versions"] == before
    # When the same person comes back signed in, then it is reported as it was.
    context.add_cookies([each for each in kept if each["name"] == "sessionid"])
    page.goto(where)
    expect(page.locator("#keyed-sheet")).to_have_count(0, timeout=60_000)
    said = sheet_site.said("ended")
    assert said["state"] == "reported"
    # Until somebody confirms it, it can be withdrawn.
    page.locator("form[action$='/withdraw/'] button").first.click()
    assert sheet_site.said("ended")["state"] in ("open", "returned")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}{look[2]}")
def test_the_page_is_accessible_and_stays_within_the_window(sheet_site, computer, look):
    page = computer("contact").new_page()
    page.goto(address(sheet_site, "looks"))
    page.locator(mark(2, "part")).click()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(page, look) == []
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button:not(.vh), main a.btn, main label:has(input[type=radio])")]
            .filter((each) => each.offsetParent && (each.offsetHeight < 24 || each.offsetWidth < 24))
            .map((each) => each.textContent.trim())"""
    )
    assert small == []
    shot(page, f"sheet-{look[0]}{look[2]}")


def test_the_paper_is_one_page_of_a4_with_its_names(sheet_site, computer, tmp_path):
    page = computer("contact").new_page()
    page.goto(f"{address(sheet_site, 'looks')}print/")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    picture = tmp_path / "sheet.png"
    page.screenshot(path=picture)
    shot(page, "sheet-paper")
    with Image.open(picture) as seen:
        assert seen.size == (794, 1123)
    expect(page.locator("body")).to_contain_text(sheet_site.looks["disc"])
    expect(page.locator("body")).to_contain_text("张丽萍")


def test_without_script_the_form_does_the_same(sheet_site, computer):
    page = computer("contact", java_script_enabled=False).new_page()
    page.goto(address(sheet_site, "plain"))
    page.locator("button[value=full]").click()
    expect(page.locator("input[value=full]:checked")).to_have_count(12)
    page.locator("form#keyed-sheet .sumr button[value=save]").click()
    versions = sheet_site.said("plain")["versions"]
    assert all(mark == "full" for mark, _ in versions[-1]["rows"].values())
