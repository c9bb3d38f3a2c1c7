"""The upload page in a real browser, on a slow line: early findings, the digest, the form that saves itself."""

import hashlib
import json
import os

import pytest

from tests.chromium import launched
from tests.media_pipeline import factories
from tests.media_pipeline.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.media]

UPLINK = 3_000_000
INTRODUCTION = "结合三个县级医院的案件，讲解病历封存、鉴定机构选择、听证会准备和鉴定意见质证的步骤。"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    site.manage("ensure_site")
    site.manage("collectstatic", "--noinput", "-v", "0")
    site.start_broker()
    site.start_worker()
    site.start_web()
    yield site
    site.stop_all()


@pytest.fixture
def page(site):
    with launched() as browser:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        context.add_cookies([{"name": "sessionid", "value": site.session_key, "url": site.url}])
        page = context.new_page()
        page.asked = []
        page.faults = []
        page.on("request", lambda request: page.asked.append(request))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(f"{site.url}/teach/new/")
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        page.slow = lambda rate: session.send("Network.emulateNetworkConditions", {
            "offline": rate == 0, "latency": 40, "downloadThroughput": 1e7, "uploadThroughput": rate or 1})  # fmt: skip
        yield page
        assert page.faults == []


def film(path, *, sound):
    """Thirty seconds and some forty megabytes, its header at the very end."""
    voice = ["-f", "lavfi", "-i", f"{factories.VOICE}:d=30"] if sound else []
    factories.ffmpeg("-f", "lavfi", "-i", "testsrc=s=640x360:r=25:d=30", *voice, "-c:v", "mjpeg", "-q:v", 2,
                     "-pix_fmt", "yuvj420p", *(["-c:a", "aac"] if sound else []), path)  # fmt: skip
    with path.open("rb") as whole:
        head = whole.read(64)
    assert b"moov" not in head
    size = path.stat().st_size
    if size < 40 * 1024**2:
        # nothing but room, before the header: what a camera's file has in pictures
        content = path.read_bytes()
        place = content.index(b"mdat") + 4
        end = place - 8 + int.from_bytes(content[place - 8 : place - 4], "big")
        room = 40 * 1024**2 - size
        free = (room + 8).to_bytes(4, "big") + b"free" + os.urandom(room)
        path.write_bytes(content[:end] + free + content[end:])
    return path


def state(page):
    return page.locator("#upload").get_attribute("data-state")


def test_the_page_says_at_once_what_it_found_and_proves_what_arrived(site, page, tmp_path):
    path = film(tmp_path / "医疗损害鉴定.mov", sound=True)
    cold = [request for request in page.asked if "favicon" not in request.url and "seal" not in request.url]
    assert len(cold) <= 4, [request.url for request in cold]
    page.slow(UPLINK)
    page.set_input_files("#file", str(path))
    page.fill("#id_introduction", INTRODUCTION)
    # when only a part is here, its header tells what the file holds; it is said in a live region and in the list
    page.wait_for_selector("#upload-findings p", timeout=30_000)
    assert state(page) == "uploading"
    assert page.locator("#upload-findings").get_attribute("role") == "status"
    assert "640 × 360" in page.locator("#upload-steps").inner_text()
    # what is typed is kept here until the fields are complete, and then on the platform
    assert "暂存" in page.locator(".saved").inner_text()
    page.select_option("#id_topic", index=1)
    page.locator(".saved", has_text="自动保存").wait_for(timeout=40_000)
    # and when the line is cut, it goes on by itself
    page.slow(0)
    page.wait_for_selector("#upload[data-state=waiting]", timeout=20_000)
    page.slow(10 * UPLINK)
    # then the digest of the whole file goes with the last block, and the draft's page is opened
    page.wait_for_url("**/teach/*/", timeout=90_000)
    page.wait_for_selector("#stages", timeout=20_000)
    sent = [request.headers["repr-digest"] for request in page.asked if "repr-digest" in request.headers]
    assert len(sent) == 1
    # and every block brought its own
    blocks = [request.headers for request in page.asked if request.method == "PATCH"]
    assert all(block["upload-checksum"].startswith("sha256 ") for block in blocks)
    digests = site.shell(
        "import json\nfrom media_pipeline.recordings.models import Recording\n"
        "found = Recording.objects.filter(original_name__startswith='医疗')\n"
        "print(json.dumps(list(found.values_list('sha256', flat=True))))"
    )
    said = json.loads(digests)
    assert said == [hashlib.sha256(path.read_bytes()).hexdigest()]
    assert page.input_value("#id_introduction") == INTRODUCTION


def test_a_film_without_sound_is_not_sent_for_nothing(page, tmp_path):
    path = film(tmp_path / "mute.mov", sound=False)
    page.slow(UPLINK / 2)
    page.set_input_files("#file", str(path))
    page.wait_for_selector("#upload[data-state=refused]", timeout=40_000)
    error = page.locator("#upload-error")
    assert error.get_attribute("role") == "alert"
    assert "声音" in error.inner_text()
    blocks = [request for request in page.asked if request.method == "PATCH"]
    assert len(blocks) < 15
    # another file can be chosen at once
    assert page.locator("label[for=file]").is_visible()


def test_a_file_that_changes_while_it_is_sent_is_not_taken_for_the_old_one(page, tmp_path):
    path = film(tmp_path / "changed.mov", sound=True)
    page.slow(UPLINK)
    page.set_input_files("#file", str(path))
    page.wait_for_selector("#upload-findings p", timeout=30_000)
    with path.open("r+b") as changed:
        changed.seek(1000)
        changed.write(b"saved anew")
    page.slow(20 * UPLINK)
    # the browser gives no byte of it any more, which looks like a lost line; the page finds out and says what to do
    page.wait_for_selector("#upload[data-state=refused]", timeout=60_000)
    assert "读不到这个文件" in page.locator("#upload-error").inner_text()


def test_another_file_of_the_same_name_and_size_is_not_spliced_onto_what_has_arrived(page, tmp_path):
    # given an upload that was begun and left
    path = film(tmp_path / "课程.mov", sound=True)
    page.slow(UPLINK)
    page.set_input_files("#file", str(path))
    page.wait_for_selector("#upload-findings p", timeout=30_000)
    page.reload()
    # when a file of that name and size is chosen whose content is another
    content = path.read_bytes()
    path.write_bytes(content[:40] + os.urandom(len(content) - 40))
    before = len(page.asked)
    page.set_input_files("#file", str(path))
    page.wait_for_selector("#upload[data-state=refused]", timeout=30_000)
    # then no byte of it is sent, and it is said why
    assert "内容不同" in page.locator("#upload-error").inner_text()
    assert [request.url for request in page.asked[before:] if request.method == "PATCH"] == []
    # and the file that it was begun with goes on from there
    path.write_bytes(content)
    page.slow(20 * UPLINK)
    with page.expect_request(lambda request: request.method == "PATCH", timeout=90_000) as resumed:
        page.set_input_files("#file", str(path))
    assert int(resumed.value.headers["upload-offset"]) > 0


def test_what_was_typed_survives_a_closed_browser(page):
    page.fill("#id_introduction", INTRODUCTION)
    page.fill("#id_title", "医疗损害责任纠纷")
    page.wait_for_selector(".saved")
    page.reload()
    assert page.input_value("#id_introduction") == INTRODUCTION
    assert page.input_value("#id_title") == "医疗损害责任纠纷"
    assert "恢复" in page.locator(".saved").inner_text()
