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


@pytest.fixture
def unsparing(page, lecture_site):
    """The same page for a lawyer who has switched the data saver off."""
    _data_saver(lecture_site, on=False)
    page.evaluate("localStorage.setItem('qianchang.mode', 'light')")
    page.reload()
    yield page
    _data_saver(lecture_site, on=True)


def _data_saver(lecture_site, *, on):
    with closing(sqlite3.connect(lecture_site.database, timeout=20)) as database, database:
        database.execute("UPDATE people_account SET data_saver = ?", (on,))


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


def test_the_picture_comes_while_the_playback_is_being_opened_and_moves_only_then(page):
    # given a server that takes its time to open a playback
    held = []
    page.route("**/api/v1/playbacks/", lambda route: held.append(route))
    page.check("input[value=light]", force=True)
    # when somebody presses play, then the picture is there before the answer, and stands still
    page.click("#play")
    until(page, "video.readyState > 1 && video.videoWidth > 0")
    page.wait_for_timeout(500)
    assert page.evaluate("[video.paused, video.currentTime]") == [True, 0]
    assert len(held) == 1
    held[0].continue_()
    until(page, "!video.paused && video.currentTime > 0.3")


def test_a_headset_that_starts_a_prepared_picture_opens_its_playback_first(unsparing):
    page = unsparing
    until(page, "video.readyState > 1")
    with page.expect_response(lambda answer: answer.url.endswith("/playbacks/") and answer.status == 201):
        page.evaluate("() => { video.play().catch(() => {}); }")
    until(page, "!video.paused && video.currentTime > 0.3")


def test_before_play_the_data_saver_fetches_nothing_of_the_recording(page):
    page.wait_for_timeout(1500)
    assert page.media == []


def test_before_play_no_more_than_the_first_picture_is_fetched(unsparing):
    page = unsparing
    until(page, "video.readyState > 1")
    page.wait_for_timeout(500)
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').map((one) => [one.name, one.encodedBodySize])"
    )
    assert 0 < sum(size for name, size in fetched if "/media/" in name) <= 40 * 1024
    # Its picture stands there, and says what it is.
    assert page.evaluate("[video.paused, video.currentTime]") == [True, 0]


def test_with_the_line_cut_it_plays_on_from_memory_and_goes_on_when_the_line_is_back(page, lecture_site):
    # given the whole lecture in memory but nothing played of it
    page.check("input[value=light]", force=True)
    page.click("#play")
    until(page, "video.buffered.length === 1 && video.buffered.end(0) > 11.5")
    # when the line is cut, then it plays on, elsewhere too, and what was played waits on this computer
    page.context.set_offline(True)
    page.click("#slides a[data-n='3']")
    until(page, "!video.seeking && video.currentTime > 6")
    assert page.evaluate("video.error") is None
    page.context.set_offline(False)
    # then it is sent when the line is back
    with page.expect_response(lambda answer: answer.url.endswith("/spans/") and answer.ok) as sent:
        page.wait_for_timeout(100)
    assert sent.value.json()["refused"] == []
    page.faults[:] = [fault for fault in page.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_a_page_whose_links_ran_out_plays_with_those_of_its_playback(page):
    # given a page whose own links lead nowhere any more
    asked = []

    def refuse(route):
        asked.append(route.request.url)
        route.fulfill(status=403, json={"detail": "run out"})

    own = page.evaluate("JSON.parse(document.getElementById('player-config').textContent).links.light")
    page.context.clear_cookies(name="qc_viewer")
    page.route(f"**{own}", refuse)
    page.check("input[value=light]", force=True)
    page.click("#play")
    # then the playback's are taken
    until(page, "!video.paused && video.currentTime > 0.5")
    assert asked
    page.faults[:] = [fault for fault in page.faults if "403" not in fault]


def test_a_browser_that_cannot_be_fed_loads_by_itself(page, lecture_site):
    page.add_init_script("delete window.MediaSource")
    page.goto("about:blank")
    page.goto(lecture_site.url + lecture_site.facts["lecture"])
    page.check("input[value=light]", force=True)
    page.click("#play")
    until(page, "video.currentTime > 0.5")
    assert "/media/" in page.evaluate("video.src")
    page.click("#slides a[data-n='5']")
    until(page, "video.currentTime > 8.2 && video.currentTime < 10")


def test_beside_the_sound_stands_the_line_that_is_being_said(page):
    # given somebody who listens, when a line is spoken, then it stands under the slides;
    # no screen reader is made to say it
    assert page.is_hidden("#said")
    listen(page)
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


def test_without_a_transcript_the_page_says_so(page, lecture_site):
    with closing(sqlite3.connect(lecture_site.database, timeout=20)) as database, database:
        database.execute("CREATE TABLE kept_captions AS SELECT * FROM recordings_captiontrack")
        database.execute("DELETE FROM recordings_captiontrack")
    try:
        page.reload()
        listen(page)
        assert page.inner_text("#said-line") == "本讲还没有文字稿。"
    finally:
        with closing(sqlite3.connect(lecture_site.database, timeout=20)) as database, database:
            database.execute("INSERT INTO recordings_captiontrack SELECT * FROM kept_captions")
            database.execute("DROP TABLE kept_captions")


@pytest.fixture
def capped(page, lecture_site):
    """The same page for a lawyer with ten megabytes a month, of whom as much was used here as `use` says."""

    def cap(megabytes):
        with closing(sqlite3.connect(lecture_site.database, timeout=20)) as database, database:
            database.execute("UPDATE people_account SET monthly_cap_mb = ?", (megabytes,))

    def use(used):
        cap(10)
        page.evaluate(
            """(used) => {
                const now = new Date();
                const month = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}`;
                localStorage.setItem("qianchang.data." + month, JSON.stringify({bytes: used}));
            }""",
            used,
        )
        page.reload()

    yield use
    cap(None)


def test_at_eighty_per_cent_of_the_cap_it_is_said_once(page, capped):
    capped(8_000_000)
    assert page.inner_text("#data-used") == "本月在这台电脑上看讲座约用了 8.0 MB，上限 10 MB。"
    page.click("#play")
    until(page, "document.getElementById('link-words').textContent.includes('80%')")
    until(page, "video.currentTime > 0.3")
    page.reload()
    page.click("#play")
    until(page, "video.currentTime > 0.3")
    assert "80%" not in page.inner_text("#link-words")


def test_past_the_cap_nothing_is_fetched_before_the_lawyer_says_so(page, capped):
    # given a lawyer whose megabytes are used up, when play is pressed, then it is asked, and nothing comes
    capped(10_000_000)
    page.check("input[value=audio]", force=True)
    page.media.clear()
    page.click("#play")
    until(page, "!document.getElementById('data-go-on').hidden")
    page.wait_for_timeout(1000)
    assert page.media == []
    # when the lawyer says so, then it plays, and what came is counted
    page.click("#data-go-on")
    until(page, "!video.paused && video.currentTime > 0.5")
    assert page.is_hidden("#data-go-on")
    assert page.media
    page.evaluate("() => window.dispatchEvent(new Event('pagehide'))")
    month = "Object.keys(localStorage).find((key) => key.startsWith('qianchang.data.'))"
    until(page, f"JSON.parse(localStorage[{month}]).bytes > 10000000")


def test_a_code_is_shown_and_spoken_and_can_be_heard_again(page):
    # given somebody who plays up to the code
    spoken = []
    page.on(
        "response",
        lambda answer: (
            spoken.append((answer.url.rsplit("/", 1)[-1], answer.status)) if "/sound/" in answer.url else None
        ),
    )
    place = page.evaluate("JSON.parse(document.getElementById('player-config').textContent).codes[0].from_ms")
    listen(page)
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
