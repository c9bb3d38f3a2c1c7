"""The menu of the association desk: beside the page on a screen, one line that opens on a phone, no script needed."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

PHONE = {"width": 390, "height": 844}


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("QIANCHANG_TEST_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_on_a_screen_it_stands_beside_the_page(browse):
    page = browse("national", java_script_enabled=False)
    page.goto("/office/national/")
    menu = page.locator("nav.side")

    expect(menu.get_by_role("link", name="今日待办")).to_be_visible()
    expect(menu.locator("[aria-current=page]")).to_have_text("全国对比")
    expect(menu.locator("h2").first).to_be_visible()
    expect(menu.locator(".mo")).to_be_hidden()
    picture(page, "menu_screen")


def test_on_a_phone_it_is_one_line_until_it_is_pressed(browse):
    page = browse("national", java_script_enabled=False)
    page.set_viewport_size(PHONE)
    page.goto("/office/national/")
    menu = page.locator("nav.side")
    # Given the menu is one line that says where one is, and the page begins below it
    expect(menu.locator(".mo")).to_have_text("菜单：全国对比")
    assert menu.bounding_box()["height"] <= 64
    expect(menu.get_by_role("link", name="今日待办")).to_be_hidden()
    picture(page, "menu_phone")
    # When it is pressed
    menu.locator(".mo").click()
    # Then it shows everything, and closes again.
    expect(menu.get_by_role("link", name="今日待办")).to_be_visible()
    picture(page, "menu_phone_open")
    menu.get_by_role("link", name="收起菜单").click()
    expect(menu.get_by_role("link", name="今日待办")).to_be_hidden()
    # And a page that is chosen opens with the menu closed.
    menu.locator(".mo").click()
    menu.get_by_role("link", name="今日待办").click()
    expect(page).to_have_url("/office/")
    expect(menu.locator(".mo")).to_have_text("菜单：今日待办")
    expect(menu.get_by_role("link", name="全国对比")).to_be_hidden()
