"""Journey (c) of product-design.md: a county watches a disc where there is no network, and keys its sheet afterwards on a
computer that has none either. The network is really off: the browser is, and the server is stopped.
"""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.sheet_pages import Clicks, Off, address, drafts, mark, mark_of, opened, shot
from tests.browser.test_accessibility import AXE, LOOKS, violations
from tests.world import full_width

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(600)]

# One key every 0.5 s is slower than anybody types who has done three rows.
SECONDS_A_KEY = 0.5
KEPT_BYTES = 300_000


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
