"""A player in a county town, simulated: it plays, keeps an outbox, and sends it when there is a line.

Times are minutes: `at` counts from the evening's start by the true clock, media from the lecture's start.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from courses.attendance import operations, presence, queries, registries
from courses.attendance.clock import to_ms
from courses.attendance.models import Coverage, Playback
from courses.attendance.operations import Acknowledgement, ReportedSpan
from courses.catalogue.models import LectureVersion
from qianchang.people.models import Lawyer

MINUTE = 60_000
SPAN_WALL = MINUTE


@dataclass
class Device:
    """One browser on one machine, whose clock is `behind_ms` late."""

    lawyer: Lawyer
    version: LectureVersion
    evening: datetime
    name: str = "old PC"
    behind_ms: int = 0
    playback: Playback | None = None
    outbox: list[ReportedSpan] = field(default_factory=list)
    sent: list[ReportedSpan] = field(default_factory=list)
    sequence: int = 0

    def time(self, at: float) -> datetime:
        return self.evening + timedelta(minutes=at)

    def clock_ms(self, at: float) -> int:
        return to_ms(self.time(at)) - self.behind_ms

    def open(self, at: float = 0) -> "Device":
        self.playback = operations.open_playback(
            lawyer=self.lawyer,
            version=self.version,
            device=self.name,
            device_now_ms=self.clock_ms(at),
            at=self.time(at),
        )
        self.sequence = 0
        return self

    def play(self, media_from: float, media_until: float, at: float, *, rate: float = 1) -> float:
        """Play a stretch, starting at a time; return when it ended. Spans are at most a minute long."""
        wall, end = (
            round(self.clock_ms(at)),
            self.clock_ms(at) + round((media_until - media_from) * MINUTE / rate),
        )
        media = round(media_from * MINUTE)
        while wall < end:
            until = min(wall + SPAN_WALL, end)
            played = round((until - wall) * rate)
            self.claim((media, media + played), (wall, until))
            wall, media = until, media + played
        return at + (media_until - media_from) / rate

    def claim(self, media: tuple[int, int], device_wall: tuple[int, int]) -> None:
        self.sequence += 1
        self.outbox.append(ReportedSpan(self.sequence, media, device_wall))

    def send(self, at: float, *, travels_ms: int = 0) -> Acknowledgement:
        """Send the outbox; the answer comes back and what was acknowledged is forgotten."""
        answer = self._post(self.outbox, at, travels_ms)
        self.sent += self.outbox
        self.outbox = [span for span in self.outbox if span.sequence not in answer.acknowledged]
        return answer

    def send_again(self, at: float) -> Acknowledgement:
        """Send everything once more, last first: the answer was lost."""
        return self._post(list(reversed(self.sent)), at, 0)

    def _post(self, spans: list[ReportedSpan], at: float, travels_ms: int) -> Acknowledgement:
        assert self.playback is not None
        self.playback.refresh_from_db()
        return operations.report_spans(
            playback=self.playback,
            spans=spans,
            device_now_ms=self.clock_ms(at),
            position_ms=spans[-1].media[1] if spans else 0,
            at=self.time(at) + timedelta(milliseconds=travels_ms),
        )

    def watch(self, media_from: float, media_until: float, at: float, *, rate: float = 1) -> float:
        """Play with a good line: a report every ten minutes."""
        while media_from < media_until:
            until = min(media_from + 10 * rate, media_until)
            at = self.play(media_from, until, at, rate=rate)
            self.send(at)
            media_from = until
        return at

    def answer_codes(self, at: float) -> None:
        """Answer every presence code rightly."""
        terms = registries.terms_of(self.lawyer, on=self.time(at).date())
        for window in queries.watch_record(self.lawyer, self.version, terms=terms).windows:
            code = presence.code_for(lawyer_id=self.lawyer.pk, version_id=self.version.pk, index=window.index)
            operations.answer_presence(
                lawyer=self.lawyer,
                version=self.version,
                index=window.index,
                code=code,
                channel="player",
                at=self.time(at),
            )


def percent_credited(lawyer: Lawyer, version: LectureVersion) -> float:
    """The share of the lecture that counts as watched, in percent to one digit."""
    coverage = Coverage.objects.get(lawyer=lawyer, lecture_version=version)
    return round(100 * coverage.covered_ms / version.length_ms, 1)
