"""The player in a real Chromium: slides beside the sound, captions, the index, and the record of what was watched."""

import io

import pytest
from PIL import Image

from tests.chromium import until
from tests.courses.attendance.conftest import TITLES

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

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


def test_the_slide_changes_when_the_lecturer_turns_it(page, lecture_site, listen):
    page.goto("about:blank")
    page.goto(lecture_site.url + lecture_site.facts["lecture"] + "#t=0")
    page.evaluate(_SHOWN)
    listen()
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


def test_the_index_seeks_and_marks_what_was_watched(page, listen):
    listen()
    page.focus("#slides a[data-n='4']")
    page.keyboard.press("Enter")
    until(page, "video.currentTime >= 6 && video.currentTime < 8")
    until(page, "document.querySelector(\"#slides a[data-n='5'] em\").textContent === '已看'", seconds=15)
    assert page.inner_text("#slides a[data-n='4'] em") == "已看"


def test_captions_come_with_the_key_and_are_remembered(page, lecture_site):
    page.check("input[value=light]", force=True)
    page.click("#play")
    until(page, "video.currentTime > 0.2")
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


def test_a_page_from_before_the_lecture_was_made_anew_shows_the_slides_of_now(page, lecture_site, listen):
    # given an open page whose six slides are replaced by three others before somebody plays
    assert page.locator("#slides a").count() == 6
    code = "from tests.courses.factories import make_slides\n" + REMADE
    lecture_site.shell(code.format(pk=lecture_site.facts["pk"], back=False, titles=TITLES))
    try:
        # when it is played, then index and pictures are the new ones, and none is asked for that is not there
        listen()
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


def test_the_sheet_of_small_pictures_is_fetched_when_somebody_drags(page, listen):
    listen()
    assert "storyboard.webp" not in page.media
    page.evaluate("seek.value = 7000; seek.dispatchEvent(new Event('input', {bubbles: true}))")
    until(page, "!preview.hidden")
    assert page.inner_text("#preview-title") == "听证会"
    assert page.get_attribute("#preview-sheet", "viewBox") == "480 0 160 90"
    page.wait_for_timeout(500)
    assert page.media.count("storyboard.webp") == 1


def test_beside_the_sound_stands_the_line_that_is_being_said(page, listen):
    # given somebody who listens, when a line is spoken, then it stands under the slides;
    # no screen reader is made to say it
    assert page.is_hidden("#said")
    listen()
    until(page, "document.getElementById('said-line').textContent.includes('先看鉴定材料那一栏')")
    assert page.is_visible("#said")
    assert (
        page.evaluate("document.getElementById('said-line').closest('[aria-live], [role=status], output')")
        is None
    )
    page.click("#slides a[data-n='5']")
    until(page, "document.getElementById('said-line').textContent.includes('第 8 秒')")
    # with the film it is gone: there are captions
    page.check("input[value=light]", force=True)
    until(page, "document.getElementById('said').hidden")


def test_without_a_transcript_the_page_says_so(page, lecture_site, listen):
    lecture_site.sql("CREATE TABLE kept_captions AS SELECT * FROM recordings_captiontrack")
    lecture_site.sql("DELETE FROM recordings_captiontrack")
    try:
        page.reload()
        listen()
        assert page.inner_text("#said-line") == "本讲还没有文字稿。"
    finally:
        lecture_site.sql("INSERT INTO recordings_captiontrack SELECT * FROM kept_captions")
        lecture_site.sql("DROP TABLE kept_captions")


def test_a_code_is_shown_and_spoken_and_can_be_heard_again(page, listen):
    # given somebody who plays up to the code
    spoken = []
    page.on(
        "response",
        lambda answer: (
            spoken.append((answer.url.rsplit("/", 1)[-1], answer.status)) if "/sound/" in answer.url else None
        ),
    )
    place = page.evaluate("JSON.parse(document.getElementById('player-config').textContent).codes[0].from_ms")
    listen()
    assert spoken == []
    page.evaluate(f"seek.value = {place}; seek.dispatchEvent(new Event('change', {{bubbles: true}}))")
    until(page, "document.getElementById('code-shown').textContent.length === 4")
    code = page.inner_text("#code-shown")
    until(page, "video.volume < 0.5")
    wanted = {"code-listen.ogg", *(f"code-{digit}.ogg" for digit in code)}
    assert {name for name, status in spoken if status in (200, 206)} == wanted
    # the lecture is as loud as before, afterwards
    until(page, "video.volume === 1", seconds=30)
    page.click("#code-say")
    until(page, "video.volume < 0.5")
