"""The page on which a room is keyed: what it says, what it keeps on the computer, how it looks, and what it costs."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.sheet_pages import Off, address, drafts, mark, opened, shot
from tests.browser.test_accessibility import AXE, LOOKS, violations

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]

# B25 and B8 of the design.
MOST_NODES, MOST_REQUESTS = 800, 4


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
    context = computer("leaver")
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
        """() => [...document.querySelectorAll("main button:not(.vh), main a.btn, main input[type=radio] + label")]
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


def test_forty_people_fit_on_an_old_computer_and_a_slow_line(sheet_site, computer):
    """The first visit of somebody who keys forty people: few nodes, few requests, and no more once it was keyed."""
    context = computer("jingxi")
    page = context.new_page()
    asked = []
    # What keeps the page for a place without a network comes after it, and is not waited for.
    context.on("request", lambda request: asked.append(request.url) if not request.service_worker else None)
    page.goto(address(sheet_site, "budget"))
    expect(page.locator("#page-kept")).to_be_visible()
    expect(page.locator("tr.seat")).to_have_count(40)
    assert len(asked) <= MOST_REQUESTS, asked
    page.locator("button[value=full]").click()
    page.locator(mark(7, "part")).click()
    expect(page.locator("#row-7 [name$=minutes]")).to_be_visible()
    page.locator(mark(7, "full")).click()
    expect(page.locator("#row-7 [name$=minutes]")).to_be_hidden()
    nodes = page.evaluate("document.querySelectorAll('*').length")
    assert nodes <= MOST_NODES, nodes
    # Each of the choices says of whom it speaks.
    expect(page.get_by_role("radio", name="赵甲 全程", exact=True)).to_be_checked()
