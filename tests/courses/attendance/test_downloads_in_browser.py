"""Download first, in a real Chromium: fetched over a slow line that is cut, watched after a restart without a network,
credited when the line is back though nobody is signed in any more; and forgotten when it is switched off.
"""

from types import SimpleNamespace

import pytest

from benchmarks.watch.links import Link
from benchmarks.watch.relay import Relay
from tests.chromium import FLAGS, PATH, until
from tests.courses.lecture_site import lecture_site as running_site

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

SECONDS = 40
# Offers are told by the size of their files.
SIZES = """
from django.core.files.storage import storages
from media_pipeline.recordings.models import Rendition
for made in Rendition.objects.filter(mode__in=["audio", "light"]):
    Rendition.objects.filter(pk=made.pk).update(size_bytes=storages["recordings"].size(made.file))
"""
# Seconds of the recording that the element has played, each once.
PLAYED = """() => {
    const { played } = document.getElementById("video");
    return [...Array(played.length).keys()].reduce((sum, n) => sum + played.end(n) - played.start(n), 0);
}"""
# A line of a county town in the evening: 0.6 MB take twelve seconds.
LINE = Link(kbits=400, round_trip_ms=100, loss=0.005)


@pytest.fixture(scope="module")
def lecture_site(tmp_path_factory):
    titles, folder = ["开场", "病历", "鉴定", "小结"], tmp_path_factory.mktemp("downloads")
    with running_site(folder, seconds=SECONDS, titles=titles, more=SIZES) as running, Line() as line:
        line.become(LINE)
        yield SimpleNamespace(
            site=running.site,
            sql=running.sql,
            url=line.carry(running.site.port),
            facts=running.facts,
            line=line,
        )


class Line(Relay):
    """A line that can also be cut like a wire: what was under way is gone, and nothing passes until it is mended."""

    def tear(self):
        self.cut()
        for half in list(self._halves):
            half.source.close()


class Computer:
    """A browser with a profile of its own, which can be closed and opened again."""

    def __init__(self, playwright, folder, lecture_site, **look):
        self.playwright, self.folder, self.lecture_site, self.look = playwright, folder, lecture_site, look
        self.context = None
        self.faults = []

    def open(self, path):
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder,
            executable_path=PATH,
            args=FLAGS,
            locale="zh-CN",
            **({"viewport": {"width": 1366, "height": 768}} | self.look),
        )
        return self.visit(path)

    def sign_in(self):
        self.context.add_cookies(
            [{"name": "sessionid", "value": self.lecture_site.facts["lawyer"], "url": self.lecture_site.url}]
        )

    def visit(self, path):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(self.lecture_site.url + path)
        return page

    def close(self):
        if self.context:
            self.context.close()
        self.context = None


@pytest.fixture
def computer(lecture_site, tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        it = Computer(playwright, tmp_path / "profile", lecture_site)
        yield it
        it.close()


def covered_ms(lecture_site):
    return lecture_site.sql("SELECT covered_ms FROM attendance_coverage")[0][0]


def answers(lecture_site):
    return lecture_site.sql("SELECT code_index, correct, channel FROM attendance_presencecheck")


def test_fetched_over_a_bad_line_watched_without_one_and_credited_afterwards(lecture_site, computer):
    # given a lawyer who begins a download over a slow line
    page = computer.open("/")
    computer.sign_in()
    page = computer.visit(lecture_site.facts["lecture"])
    page.click("#modes a")
    ranges = []
    page.on(
        "request",
        lambda asked: (
            ranges.append(asked.headers.get("range", "")) if asked.url.endswith("/light.mp4") else None
        ),
    )
    page.click("#offer button[data-mode=light]:enabled")
    until(page, "/已下载 0\\.[2-9]/.test(packs.innerText)")
    # when the line is cut in the middle, then nothing is lost and the next request goes on behind it
    lecture_site.line.tear()
    until(page, "packs.innerText.includes('网络断了')")
    lecture_site.line.restore()
    until(page, "packs.innerText.includes('有效期至')", seconds=60)
    begins = [int(asked.removeprefix("bytes=").split("-")[0]) for asked in ranges]
    assert begins[0] == 0
    assert min(begins[1:]) > 100_000
    # and the pages are kept as well
    until(page, "navigator.serviceWorker.controller !== null")
    computer.close()

    # when the computer starts again without a network and signed out
    lecture_site.site.kill("web")
    page = computer.open("/my/downloads/")
    computer.context.clear_cookies()
    assert "没有网络" in page.inner_text("main")
    page.click("#packs a.btn")
    page.wait_for_url("**/play/**")
    until(page, "!document.getElementById('pack').hidden")
    assert page.locator("#slides a").count() == 4
    page.click("#play")
    # then it plays, shows the code at its moment and takes the answer
    until(page, "document.getElementById('code-shown').textContent.length === 4")
    page.fill("#code-input", page.inner_text("#code-shown"))
    page.press("#code-input", "Enter")
    until(page, "document.getElementById('code-answer').textContent.includes('口令')")
    until(page, "video.ended", seconds=SECONDS + 20)
    assert "看完了" in page.inner_text("#pack-done")
    played = page.evaluate(PLAYED)
    assert played == pytest.approx(SECONDS, abs=1)
    computer.close()
    assert covered_ms(lecture_site) == 0

    # when there is a network again, then any visit to the page brings the record, and the account with it is the right one
    lecture_site.site.start_web()
    page = computer.open("/my/downloads/")
    until(page, "document.getElementById('download-status').textContent.includes('已补传')")
    # The page that was closed looked alive for half a minute.
    until(page, "packs.innerText.includes('学时已记入')", seconds=45)
    assert covered_ms(lecture_site) / 1000 == pytest.approx(min(played, SECONDS), rel=0.01)
    assert answers(lecture_site) == [(1, 1, "download")]
    # and the page is the network's own, of now
    assert "没有网络" not in page.inner_text("main")

    # when downloads are switched off, then one visit makes the browser forget the pages it kept
    lecture_site.site.kill("web")
    lecture_site.site.env["QIANCHANG_DOWNLOAD_FIRST"] = "off"
    lecture_site.site.start_web()
    page = computer.visit("/my/downloads/")
    assert "没有开放下载" in page.inner_text("main")
    until(page, "navigator.serviceWorker.getRegistrations().then(all => all.length === 0)")
    assert page.evaluate("caches.keys()") == []
    assert computer.faults == []
