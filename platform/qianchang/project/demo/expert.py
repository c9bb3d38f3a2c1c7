"""What the expert does: send a recording over a line that is cut once, and wait until it can be watched."""

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qianchang.project.demo.people import Person, StepFailed

INTRODUCTION = "讲给县域律师：千场计划的任务怎样分配、怎样举办、怎样计入，每一个数字对应哪一份文件。"
# A consumer uplink, so that there is time to cut it (bytes a second).
UPLINK = 2_000_000
PATIENCE_SECONDS = 3 * 3600


@dataclass
class Sent:
    """A recording on the platform and the lecture that it belongs to."""

    lecture: int
    recording: str
    size_bytes: int
    sent_now: bool
    upload_seconds: float = 0.0
    cuts: int = 0
    duration_ms: int = 0
    page: str = ""


def send(expert: Person, file: Path, *, key: str, title: str, say: Callable[[str], None]) -> Sent:
    """Upload `file` on the upload page and hand it in for review, unless the expert's list has it already."""
    page = expert.visit("/teach/")
    before = page.get_by_role("link", name=title)
    if before.count():
        page.goto(expert.site + str(before.first.get_attribute("href")))
        return _sent(expert, file, sent_now=False)
    expert.visit("/teach/new/")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"{file.stem}-{key}{file.suffix}"
        shutil.copyfile(file, named)
        cuts = _upload(expert, named, say=say)
    seconds = time.monotonic() - started
    page.fill("#id_title", title)
    page.select_option("#id_topic", index=1)
    page.fill("#id_introduction", INTRODUCTION)
    page.click("#submit-lecture")
    page.wait_for_url(re.compile(r"/teach/\d+/"), wait_until="domcontentloaded")
    sent = _sent(expert, file, sent_now=True)
    sent.upload_seconds, sent.cuts = seconds, cuts
    return sent


def _upload(expert: Person, file: Path, *, say: Callable[[str], None]) -> int:
    """Send the file over a consumer uplink that is cut once on the way; return how often it was cut."""
    page = expert.page
    line = expert.context.new_cdp_session(page)
    line.send("Network.enable")
    uplink = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": UPLINK}
    line.send("Network.emulateNetworkConditions", uplink)
    page.set_input_files("#file", str(file))
    cuts, deadline = 0, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        refusal = page.locator("#upload-error")
        if refusal.count() and refusal.is_visible() and refusal.inner_text().strip():
            raise StepFailed("upload", refusal.inner_text().strip())
        percent = _percent(page.locator("#upload-progress").get_attribute("aria-valuenow"))
        say(f"uploading: {percent:.0f} %")
        if page.locator("#upload").get_attribute("data-state") == "complete":
            return cuts
        if 20 <= percent < 95 and not cuts:
            line.send("Network.emulateNetworkConditions", {**uplink, "offline": True})
            page.wait_for_timeout(1500)
            line.send("Network.emulateNetworkConditions", uplink)
            cuts += 1
        page.wait_for_timeout(150)
    raise StepFailed("upload", "did not finish in time")


def wait_until_ready(expert: Person, sent: Sent, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Wait until every rendition is published; return the recording as the API shows it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        facts: dict[str, Any] = expert.read(f"/api/v1/recordings/{sent.recording}/")
        if facts["state"] == "ready":
            return facts
        if facts["state"] in ("refused", "failed"):
            raise StepFailed("transcode", facts["failure_sentence"])
        say(
            "; ".join(
                f"{job['label']} {job['state_label']} {job['progress_percent']} %" for job in facts["jobs"]
            )
        )
        time.sleep(0.5)
    raise StepFailed("transcode", "did not finish in time")


def _sent(expert: Person, file: Path, *, sent_now: bool) -> Sent:
    page = expert.page
    recording = page.locator("[data-recording]").first.get_attribute("data-recording")
    lecture = page.url.rstrip("/").rsplit("/", 1)[-1]
    if not recording or not lecture.isdigit():
        raise StepFailed("upload", f"the page of the lecture shows no recording: {page.title()}")
    return Sent(lecture=int(lecture), recording=recording, size_bytes=file.stat().st_size, sent_now=sent_now)


def _percent(value: str | None) -> float:
    return float(value) if value else 0.0
