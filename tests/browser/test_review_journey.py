"""Journey (a), its review half: returned with a remark at a time, changed, published (product-design.md, section 7)."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

PREPARE = """
from courses.catalogue import reviewing
from courses.catalogue.models import LecturePage
from django.utils import timezone
lecture = LecturePage.objects.get(title="还没有交的讲座")
reviewing.submit_lecture(lecture=lecture, by=lecture.submitted_by, at=timezone.now())
print("LECTURE", lecture.pk)
"""


class Clicks:
    """Presses of the mouse, counted as the design counts them: typing is free."""

    def __init__(self, page) -> None:
        self.page, self.many = page, 0

    def press(self, selector: str) -> None:
        self.many += 1
        self.page.locator(selector).first.click()


def test_a_lecture_is_returned_changed_and_published_within_its_clicks(hours_site, browse):
    pk = hours_site.shell(PREPARE).split("LECTURE ")[1].strip()

    # The reviewer notes what is wrong while watching, and returns the lecture: 5 clicks, 3 screens.
    desk = browse("supporting")
    desk.goto("/office/")
    reviewer = Clicks(desk)
    reviewer.press("nav.side a[href='/office/review/']")
    reviewer.press(f"article h2 a[href='/office/review/{pk}/']")
    expect(desk.locator("#review-video")).to_be_visible()
    # The time comes from what is playing; without script it is typed.
    reviewer.press("#take-time button")
    assert desk.locator("#id_time").input_value() == "0:00"
    desk.fill("#id_time", "0:32")
    desk.fill("#id_words", "这里的法条已经废止")
    reviewer.press("#note")
    expect(desk.locator("#remarks")).to_contain_text("0:32")
    reviewer.press("#return")
    expect(desk).to_have_url(re.compile(r"/office/review/(#.*)?$"))
    assert reviewer.many <= 5

    # The expert is told, sees the place, says that it is changed, and hands it in again: 4 clicks, 3 screens.
    mine = browse("expert")
    mine.goto("/account/messages/")
    expert = Clicks(mine)
    expert.press("main a:has-text('还没有交的讲座')")
    if mine.locator("#to-change").count() == 0:
        expert.press(f"main a[href*='/teach/{pk}/']")
    expect(mine.locator("#to-change")).to_contain_text("这里的法条已经废止")
    expert.press("button[name=action][value^='answer-']")
    expect(mine.locator("#to-change .tag.ok")).to_be_visible()
    expert.press("#submit-lecture")
    expect(mine.locator("#lecture-state")).to_have_attribute("data-state", "in_review")
    assert expert.many <= 4

    # The reviewer sees the answer and publishes to Guangxi: 4 clicks, 2 screens.
    desk.goto("/office/review/")
    again = Clicks(desk)
    again.press(f"article h2 a[href='/office/review/{pk}/']")
    again.press("summary:has-text('审核经过')")
    expect(desk.locator("details[open]")).to_contain_text("已修改")
    again.press("#publish-form label:has-text('广西')")
    again.press("#publish")
    expect(desk.locator("main")).to_contain_text("已发布")
    assert again.many <= 4

    # And it stands where the expert looks: one click.
    mine.goto("/teach/")
    last = Clicks(mine)
    last.press("article:has-text('还没有交的讲座') .ac a")
    expect(mine.locator("h1")).to_have_text("还没有交的讲座")
    assert last.many == 1


def test_the_review_works_without_script(hours_site, browse):
    page = browse("supporting", java_script_enabled=False)
    page.goto("/office/review/")
    page.locator("article h2 a[href^='/office/review/']").first.click()
    page.fill("#id_time", "0:10")
    page.fill("#id_words", "没有声音")
    page.click("#note")
    link = page.locator("#remarks a[href*='?t=10']").first
    link.click()
    expect(page.locator("#review-video")).to_have_attribute("src", re.compile(r"#t=10$"))
    page.locator("button[value^='drop-']").first.click()
    expect(page.locator("button[value^='drop-']")).to_have_count(0)
