"""The player in a real Chromium: slides beside the sound, captions, the index, and the record of what was watched."""

import io
import json
import sqlite3
import time
from contextlib import closing
from types import SimpleNamespace

import pytest
from PIL import Image

from tests.media_pipeline.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

# Six slides in twelve seconds: every two seconds another one.
TITLES = ["开场", "病历的封存", "委托鉴定", "听证会", "案例", "小结"]
SEED = """
import json, pathlib
from tests.courses.media_files import seed
print("FACTS", json.dumps(seed(pathlib.Path({folder!r}), seconds=12, titles={titles!r})))
"""


@pytest.fixture(scope="module")
def lecture_site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    site.manage("collectstatic", "--noinput", "-v", "0")
    said: str = site.shell(SEED.format(folder=str(tmp_path_factory.mktemp("films")), titles=TITLES))
    facts = json.loads(said.split("FACTS ")[1])
    site.start_web()
    yield SimpleNamespace(
        url=site.url, database=site.folder / "qianchang.sqlite3", facts=facts, shell=site.shell
    )
    site.stop_all()


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield running
        running.close()


@pytest.fixture
def page(lecture_site, chromium):
    _nothing_watched(lecture_site)
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


def _nothing_watched(lecture_site):
    """The lawyer begins anew, whatever the tests before have watched."""
    with closing(sqlite3.connect(lecture_site.database, timeout=20)) as database, database:
        database.execute(
            "UPDATE attendance_coverage SET intervals_ms = '[]', covered_ms = 0, position_ms = 0"
        )


def until(page, true, seconds=20):
    """Wait for something to be true in the page. By asking again: our pages let nobody evaluate strings, nor should they."""
    end = time.monotonic() + seconds
    while not page.evaluate(true):
        assert time.monotonic() < end, f"{true}: not in {seconds} s"
        page.wait_for_timeout(50)


def listen(page):
    """Choose the sound and play."""
    page.check("input[value=audio]", force=True)
    page.click("#play")
    until(page, "video.currentTime > 0.2")


# Writes down inside the page which picture came on the stage when, however slowly the test itself looks.
_SHOWN = """() => {
    window.shown = [];
    const note = () => {
        const number = slide.hidden ? null : Number(/slide-(\\d+)/.exec(slide.src)[1]);
        if (number && number !== window.shown.at(-1)?.number) window.shown.push({number, at: video.currentTime});
    };
    new MutationObserver(note).observe(slide, {attributes: true});
    note();
}"""


def test_the_slide_changes_when_the_lecturer_turns_it(page, lecture_site):
    page.goto("about:blank")
    page.goto(lecture_site.url + lecture_site.facts["lecture"] + "#t=0")
    page.evaluate(_SHOWN)
    listen(page)
    until(page, "video.currentTime > 8.5")
    shown = page.evaluate("window.shown")
    numbers = [one["number"] for one in shown]
    # one after the other; only the first may be missed, when its picture comes later than the sound
    assert numbers == list(range(numbers[0], 6))
    assert numbers[0] <= 2
    for one in shown:
        turned = (one["number"] - 1) * 2
        # never before its time, and there within a second of it
        assert turned <= one["at"] + 0.05
        assert one["number"] == numbers[0] or one["at"] < turned + 1
    current = page.locator("#slides [aria-current=true]")
    assert current.get_attribute("data-n") == str(numbers[-1])
    # Only what was shown and what comes next was fetched, each once.
    pictures = [name for name in page.media if name.startswith("slide-")]
    assert pictures == [f"slide-{number}.webp" for number in range(numbers[0], len(pictures) + numbers[0])]
    assert len(pictures) <= 6


def test_a_film_gives_the_stage_back_to_the_slide(page):
    page.check("input[value=light]", force=True)
    page.click("#play")
    until(page, "video.videoWidth > 0 && video.currentTime > 0.5")
    assert page.is_hidden("#slide")
    page.check("input[value=audio]", force=True)
    until(page, "!slide.hidden && video.videoWidth === 0")
    page.click("#play")
    page.click("#slides a[data-n='1']")
    until(page, "slide.src.includes('slide-1.webp') && !video.seeking")
    page.wait_for_timeout(300)
    box = page.locator(".st").bounding_box()
    stage = Image.open(io.BytesIO(page.screenshot(clip={**box}))).convert("RGB")
    # The head of the first slide is red: nothing of the film lies over it.
    red, green, blue = stage.crop((stage.width // 2, 20, stage.width // 2 + 1, 21)).tobytes()
    assert (red > 150, green < 70, blue < 70) == (True, True, True)


def test_the_index_seeks_and_marks_what_was_watched(page):
    listen(page)
    page.focus("#slides a[data-n='4']")
    page.keyboard.press("Enter")
    until(page, "video.currentTime >= 6 && video.currentTime < 8")
    until(page, "document.querySelector(\"#slides a[data-n='5'] em\").textContent === '已看'", seconds=15)
    assert page.inner_text("#slides a[data-n='4'] em") == "已看"


def test_captions_come_with_the_key_and_are_remembered(page, lecture_site):
    listen(page)
    assert not any("captions" in name for name in page.media)
    page.focus("#stage")
    page.keyboard.press("c")
    until(page, "video.textTracks.length === 1 && (video.textTracks[0].activeCues || []).length === 1")
    assert "先看鉴定材料" in page.evaluate("video.textTracks[0].activeCues[0].text")
    assert page.get_attribute("#captions", "aria-pressed") == "true"
    page.reload()
    assert page.get_attribute("#captions", "aria-pressed") == "true"
    page.focus("#stage")
    page.keyboard.press("c")
    assert page.get_attribute("#captions", "aria-pressed") == "false"


def test_listening_counts_as_watching(page, lecture_site):
    with page.expect_response(lambda answer: answer.url.endswith("/spans/") and answer.ok) as sent:
        page.check("input[value=audio]", force=True)
        page.click("#slides a[data-n='1']")
        page.click("#play")
        until(page, "video.currentTime > 3")
        page.click("#play")
    answer = sent.value.json()
    assert answer["refused"] == []
    assert answer["covered_ms"] >= 2500


# Three slides of four seconds take the place of the six, as a later detection would leave them; `back` undoes it.
REMADE = """
from media_pipeline.recordings import files
from media_pipeline.recordings.models import Slide
from courses.catalogue.models import LecturePage
recording_id = LecturePage.objects.get(pk={pk}).recording_id
there = files.storage()
rows = list(Slide.objects.filter(recording_id=recording_id))
if {back}:
    Slide.objects.filter(recording_id=recording_id).delete()
    make_slides(rows[0].recording, {titles!r}, every_ms=2000, text="鉴定主体：机构与鉴定人\\n鉴定材料：病历是否完整")
else:
    Slide.objects.filter(recording_id=recording_id).delete()
    for number, row in enumerate(rows[::2], start=1):
        with there.open(row.picture) as picture:
            row.picture = there.save(files.slide_name(row.recording.public_id, 7, number), picture)
        row.pk, row.fence, row.number, row.from_ms, row.title = None, 7, number, (number - 1) * 4000, f"新的第{{number}}页"
        row.save(force_insert=True)
"""


def test_a_page_from_before_the_lecture_was_made_anew_shows_the_slides_of_now(page, lecture_site):
    # given an open page whose six slides are replaced by three others before somebody plays
    assert page.locator("#slides a").count() == 6
    code = "from tests.courses.factories import make_slides\n" + REMADE
    lecture_site.shell(code.format(pk=lecture_site.facts["pk"], back=False, titles=TITLES))
    try:
        # when it is played, then index and pictures are the new ones, and none is asked for that is not there
        listen(page)
        until(page, "!slide.hidden")
        assert page.locator("#slides a").all_inner_texts()[1].split() == ["0:04", "新的第2页"]
        assert page.inner_text("#slides-title span") == "3"
        page.click("#slides a[data-n='3']")
        until(page, "video.currentTime >= 8 && slide.src.includes('slide-3.webp')")
        assert page.get_attribute("#slides [aria-current=true]", "data-n") == "3"
    finally:
        lecture_site.shell(code.format(pk=lecture_site.facts["pk"], back=True, titles=TITLES))


def test_an_address_with_a_second_begins_there(page, lecture_site):
    page.goto("about:blank")
    page.goto(lecture_site.url + lecture_site.facts["lecture"] + "#t=9")
    assert page.inner_text("#time").startswith("0:09")
    page.click("#play")
    until(page, "video.currentTime >= 9")


def test_the_sheet_of_small_pictures_is_fetched_when_somebody_drags(page):
    listen(page)
    assert "storyboard.webp" not in page.media
    page.evaluate("seek.value = 7000; seek.dispatchEvent(new Event('input', {bubbles: true}))")
    until(page, "!preview.hidden")
    assert page.inner_text("#preview-title") == "听证会"
    assert page.get_attribute("#preview-sheet", "viewBox") == "480 0 160 90"
    page.wait_for_timeout(500)
    assert page.media.count("storyboard.webp") == 1
