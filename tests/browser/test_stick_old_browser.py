"""The stick in a browser of 2016, from file:// and without a network: it plays, shows and takes the code, and its record is
brought back. Where the films do not play there, or no file can be saved, the page says what to do.
"""

import base64
import json
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.browser.test_stick import SECONDS, SHORT, TITLES
from tests.courses.lecture_site import lecture_site as running_site

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]
DRIVER = Path(__file__).with_name("old_webkit.py")

LAWYER = """
from pathlib import Path
from django.utils import timezone
from qianchang.people.models import Lawyer
lawyer = Lawyer.objects.select_related("account").get(name="韦晓岚")
account = lawyer.account
"""
MAKE = """
from courses.catalogue.models import LecturePage
from courses.offline import contents
from courses.offline.making import make_stick
stick = make_stick(lawyer=lawyer, lectures=[LecturePage.objects.get()], way="light", by=account, at=timezone.now())
archive = contents.archive_of(stick, records_url="https://qianchang.example/my/records/", by=account)
Path({path!r}).write_bytes(b"".join(archive.read(0, archive.size)))
"""
BRING = """
from courses.offline.bringing import bring_back
for _attempt in range(2):
    bring_back(data=Path({path!r}).read_bytes(), by=account, at=timezone.now())
"""


class OldWebKit:
    """The browser, asked line by line."""

    def __init__(self, folder):
        self._said = (folder / "webkit.txt").open("w")
        self._running = subprocess.Popen(
            ["/usr/bin/python3", DRIVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        self.known = {}

    def ask(self, **what):
        self._running.stdin.write(json.dumps(what) + "\n")
        self._running.stdin.flush()
        answer = self._running.stdout.readline()
        assert answer, Path(self._said.name).read_text()
        self.known = json.loads(answer)
        return self.known.get("value")

    def text(self, name):
        return self.ask(run=f"document.getElementById('{name}').textContent")

    def is_shown(self, name):
        return self.ask(run=f"document.getElementById('{name}').offsetHeight > 0")

    def until(self, true, seconds=30.0):
        end = time.monotonic() + seconds
        while not self.ask(run=true):
            assert time.monotonic() < end, f"{true}: not in {seconds} s"
            time.sleep(0.1)

    def close(self):
        self._running.stdin.close()
        self._running.wait(timeout=20)
        self._said.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running_site(
        tmp_path_factory.mktemp("old-stick"), seconds=SECONDS, titles=TITLES, more=SHORT
    ) as running:
        yield running


@pytest.fixture
def webkit(tmp_path):
    browser = OldWebKit(tmp_path)
    yield browser
    browser.close()


@pytest.fixture
def stick(site, tmp_path):
    """The files of a stick of its own for this test, unpacked."""
    path = tmp_path / "stick.zip"
    site.shell(LAWYER + MAKE.format(path=str(path)))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "stick")
    return tmp_path / "stick"


def test_a_lecture_is_watched_and_its_record_brings_the_hours(site, webkit, stick, tmp_path):
    webkit.ask(open=f"file://{stick}/index.html")
    assert "AppleWebKit/602.1" in webkit.ask(run="navigator.userAgent")
    for hidden in ("no-script", "clock-note", "film-fault", "by-hand", "no-file"):
        assert not webkit.is_shown(hidden), hidden
    webkit.ask(run="document.getElementById('film').play()")
    webkit.until("document.getElementById('code-shown').textContent !== ''")
    webkit.ask(
        run="document.getElementById('code').value = document.getElementById('code-shown').textContent.slice(-4)"
    )
    webkit.ask(run="document.querySelector('#code-form button').click()")
    assert "正确" in webkit.text("code-answer")
    webkit.ask(picture=str(tmp_path / "playing.png"))
    webkit.until("document.getElementById('film').ended", seconds=SECONDS + 30)
    assert "已看 100%" in webkit.text("progress")
    # it gives what it saves as an address that says the whole file
    webkit.ask(run="document.getElementById('save').click()")
    kind, data = webkit.known["saved"][-1].split(",")
    assert kind == "data:application/json;base64"
    record = tmp_path / "record.json"
    record.write_bytes(base64.b64decode(data + "=" * (-len(data) % 4)))
    assert webkit.known["complaints"] == []
    assert webkit.known["refused"] == []
    # and where it did not, the text on the page is the same record
    webkit.ask(run="document.getElementById('no-file').click()")
    assert webkit.is_shown("by-hand")
    assert webkit.ask(run="document.getElementById('record-text').value") == record.read_text()

    site.shell(LAWYER + BRING.format(path=str(record)))
    assert [
        (float(hours), grade) for hours, grade in site.sql("SELECT hours, grade FROM credits_creditentry")
    ] == [(0.4, "B")]


def test_a_browser_that_knows_less_says_what_to_do(site, webkit, stick):
    ((serial,),) = site.sql("SELECT MAX(serial) FROM offline_stick")
    number = f"U-{serial:04d}"
    webkit.ask(less=True)
    webkit.ask(open=f"file://{stick}/index.html")
    # not the film: sound and slides instead, with a sentence
    assert webkit.ask(run="document.getElementById('stage').className") == "sound"
    assert "已改为" in webkit.text("film-fault")
    assert webkit.is_shown("film-fault")
    webkit.ask(run="document.getElementById('film').play()")
    webkit.until("document.getElementById('film').currentTime > 1")
    # no file: the text is there to be copied, and nothing took the page's place
    webkit.ask(run="document.getElementById('save').click()")
    assert "不能保存文件" in webkit.text("saved")
    assert webkit.is_shown("by-hand")
    assert webkit.ask(run="document.getElementById('record-name').value") == f"{number}-记录-1.json"
    assert json.loads(webkit.ask(run="document.getElementById('record-text').value"))["stick"] == number
    assert webkit.known["saved"] == []
