"""The player and its line in a real Chromium: what is fetched when, a line that is cut, links that ran out, and the
monthly limit of data.
"""

import pytest

from tests.chromium import until

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]


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


@pytest.fixture
def capped(page, lecture_site):
    """The same page for a lawyer with ten megabytes a month, of whom as much was used here as `use` says."""

    def cap(megabytes):
        lecture_site.sql("UPDATE people_account SET monthly_cap_mb = ?", megabytes)

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
