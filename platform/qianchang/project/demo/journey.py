"""The main job, person after person. Each step does what is not done yet, then reads its figure from a public page."""

import hashlib
import time
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as BrowserError

from qianchang.groundwork.hours import hours_for
from qianchang.project.demo import discs, expert, officers, viewing
from qianchang.project.demo.cast import PARTS
from qianchang.project.demo.people import Person, StepFailed, browser, sit_down
from qianchang.project.demo.report import Report


class Journey:
    """One recording on its way from the expert to the quota board, through the public interfaces only."""

    def __init__(self, *, site: str, password: str, recording: Path, report: Report) -> None:
        self.site = site
        self._password = password
        self._report = report
        self._recording = recording
        self.key = _digest(recording)[:8]
        self.title = f"{recording.stem}（{self.key}）"

    def run(self) -> None:
        """Do every step in order. Raises StepFailed with the step's name when a figure is not what the rules give."""
        with browser() as running, ExitStack() as stack:
            self._running, self._stack = running, stack
            lecture = self._step("upload", self._upload)
            self._step("publish", lambda: self._publish(lecture))
            self._step("watch", lambda: self._watch(lecture))
            self._step("count", lambda: self._count())
            self._step("disc", lambda: self._disc())

    def _step(self, name: str, work: Callable[[], Any]) -> Any:
        with self._report.console.status(f"{name} …") as status:
            self._status = status
            try:
                return work()
            except StepFailed as error:
                raise StepFailed(name, str(error)) from error
            except BrowserError as error:
                raise StepFailed(name, error.message.splitlines()[0]) from error

    def _say(self, line: str) -> None:
        self._status.update(line)

    def _person(self, key: str) -> Person:
        part = next(part for part in PARTS if part.key == key)
        person = sit_down(self._running, name=part.name, site=self.site)
        self._stack.callback(person.context.close)
        person.sign_in(part.username, self._password)
        return person

    def _upload(self) -> expert.Sent:
        person = self._person("expert")
        started = time.monotonic()
        sent = expert.send(person, self._recording, key=self.key, title=self.title, say=self._say)
        how = (
            f"in {sent.upload_seconds:.1f} s, link cut {sent.cuts}×, resumed"
            if sent.sent_now
            else "recognised, not sent again"
        )
        self._report.add("upload", f"{sent.size_bytes / 1e6:.2f} MB {how}", f"/teach/{sent.lecture}/")
        facts = expert.wait_until_ready(person, sent, say=self._say)
        for mode in facts["modes"]:
            size = f"{mode['width']}x{mode['height']}, " if mode["width"] else ""
            figure = f"{size}{mode['size_bytes'] / 1e6:.2f} MB, {mode['average_kbits']} kbit/s"
            self._report.add(f"rendition {mode['mode']}", figure, f"/teach/{sent.lecture}/")
        length = facts["duration_ms"] / 1000
        done = f"{length:.1f} s of recording ready {time.monotonic() - started:.0f} s after the start"
        self._report.add(
            "transcode",
            done if sent.sent_now else f"{length:.1f} s of recording, ready",
            f"/teach/{sent.lecture}/",
        )
        sent.duration_ms = facts["duration_ms"]
        if not self._hours(sent):
            raise StepFailed(
                "length", f"{length:.1f} s earn no hours even here; give a recording of 30 s or more"
            )
        return sent

    def _hours(self, sent: expert.Sent) -> Decimal:
        """The hours (学时) that the demo's rule gives for the recording: its unit is one minute."""
        return hours_for(sent.duration_ms // 1000, unit_minutes=1)

    def _publish(self, sent: expert.Sent) -> None:
        person = self._person("supporting")
        sent.page = officers.publish(person, sent.lecture, title=self.title)
        self._report.add("published", f"released to 广西: {self.title}", sent.page)

    def _watch(self, sent: expert.Sent) -> None:
        person = self._person("lawyer")
        seen = viewing.watch(person, sent.page, say=self._say)
        how = f"in {seen.seconds:.0f} s at {seen.rate:g}×, " if seen.seconds else "before, "
        self._report.add("watched", f"{seen.percent} % {how}{seen.codes} codes answered", sent.page)
        expected = self._hours(sent)
        credited = viewing.credited(person, title=self.title)
        if credited.hours != expected:
            raise StepFailed("credit", f"{credited.hours} 学时 credited, the rule gives {expected}")
        self._report.add(
            "credited",
            f"{_plain(credited.hours)} 学时 ({sent.duration_ms / 1000:.1f} s, one-minute unit)",
            credited.page,
        )

    def _count(self) -> None:
        supporting, beneficiary = self._person("supporting"), self._person("beneficiary")
        before = officers.board(supporting)
        session = officers.hold(supporting, title=self.title)
        self._report.add("held", f"{session.code}, network video for 广西", session.page)
        officers.confirm(beneficiary, session)
        self._report.add("confirmed", f"{session.code} by the beneficiary's officer", session.page)
        month = officers.close_month(supporting)
        after = officers.board(supporting)
        self._report.add("month closed", f"{month.name}: {month.posted} posted", month.page)
        if month.closed_before and not session.counted_before:
            # A closed month is never reopened: what is confirmed later counts in the month that is still open.
            expected, note = (
                before.guangxi,
                f"; {session.code} is confirmed and counts when the next month closes",
            )
        else:
            expected, note = before.guangxi + (0 if session.counted_before else 1), ""
        if after.guangxi != expected or after.in_all != before.in_all + expected - before.guangxi:
            raise StepFailed("board", f"it shows {after.guangxi} for 广西, the rules give {expected}")
        self._report.add(
            "quota board, Guangxi", f"{after.guangxi} / {after.guangxi_target}{note}", after.page
        )
        self._report.add("quota board, in all", f"{after.in_all} / {after.target}", after.page)

    def _disc(self) -> None:
        supporting, beneficiary = self._person("supporting"), self._person("beneficiary")
        started = time.monotonic()
        disc = discs.make(supporting, title=self.title, say=self._say)
        made = f"{disc.bytes / 1e6:.2f} MB in {time.monotonic() - started:.0f} s, SHA-256 {disc.sha256[:12]}…"
        self._report.add("disc", f"{disc.serial}, {made if disc.made_now else 'made before'}", disc.page)
        discs.send(supporting, disc)
        steps = discs.receive(beneficiary, disc)
        self._report.add("disc received", f"{disc.serial} for {discs.COUNTY}, {steps} steps", disc.page)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(hours: Decimal) -> str:
    return f"{hours:.1f}"
