"""Journey (b), its finding half: from the home page to the minute in the lecture (product-design.md, section 7)."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.cast import TO_FIND

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

QUERY = "医疗纠纷"


def test_a_county_lawyer_types_and_is_at_the_lecture_in_two_presses(browse):
    page = browse("county")
    page.goto("/")
    page.locator("#q").fill(QUERY)

    page.keyboard.press("Enter")  # 1
    first = page.locator("article.it").first
    expect(first.locator("h2")).to_have_text(TO_FIND)
    first.locator("a.btn").click()  # 2

    expect(page.locator("h1")).to_have_text(TO_FIND)
    expect(page.locator("#enrol")).to_be_visible()


def test_the_minute_of_a_hit_outlives_signing_in_and_enrolling(browse):
    page = browse("second")
    page.goto(f"/lectures/?q={QUERY}")

    page.locator("article.it").first.locator("a", has_text="12:05").click()
    page.locator("#enrol").click()

    expect(page).to_have_url(re.compile(r"#t=725$"))
    # The player stands there.
    expect(page.locator("#player")).to_contain_text("12:05")


def test_it_is_found_by_the_keyboard_alone_and_without_script(hours_site, chromium):
    context = chromium.new_context(base_url=hours_site.url, java_script_enabled=False, locale="zh-CN")
    context.add_cookies(
        [{"name": "sessionid", "value": hours_site.sessions["county"], "url": hours_site.url}]
    )
    page = context.new_page()
    page.goto("/")
    page.keyboard.type(QUERY)  # the field has the focus
    page.keyboard.press("Enter")
    hit = page.locator("article.it a", has_text="12:05")
    hit.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(TO_FIND)
    context.close()


def test_nothing_outside_the_release_is_found(browse):
    guest, lawyer = browse(), browse("county")

    guest.goto(f"/lectures/?q={QUERY}")
    lawyer.goto(f"/lectures/?q={QUERY}")

    expect(guest.locator("article.it")).to_have_count(0)
    expect(lawyer.locator("article.it h2").first).to_have_text(TO_FIND)
    expect(lawyer.locator("article.it", has_text="（云南）")).to_have_count(0)
