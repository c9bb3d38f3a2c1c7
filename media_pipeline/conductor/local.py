"""All stages of a recording without a server and without rows: the same tools, the same checks, into one folder.

For `manage.py transcode`, and for the benchmark, which wants what production runs and nothing else.
"""

import json
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from media_pipeline.conductor.made import Made, verified
from media_pipeline.delivery.playlists import Variant, master_playlist
from media_pipeline.recordings.failures import StageFailed
from media_pipeline.transcoding import analysis, encode, reading, rules
from media_pipeline.transcoding.analysis import Analysis
from media_pipeline.transcoding.chunks import spans
from media_pipeline.transcoding.ladder import MIXED, OPUS, Step, ladder_for, ladder_name
from media_pipeline.transcoding.rules import Source, Timeline

OnStage = Callable[[str, int], None]
# What a recording without a picture is.
SOUND_ONLY = "audio"


@dataclass(frozen=True)
class Spent:
    """What one stage took: seconds on the wall, and CPU-seconds of this process and of the tools that it waited for."""

    stage: str
    wall_seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class MadeFile:
    """One mode in the folder; rates in bit/s as measured with everything around them."""

    mode: str
    file: str
    size_bytes: int
    average_bps: int
    peak_bps: int
    codecs: str
    width: int | None
    height: int | None
    frame_rate: float | None


@dataclass(frozen=True)
class MadeSlide:
    """One entry of the slide index; milliseconds, with an exclusive end."""

    number: int
    from_ms: int
    until_ms: int
    file: str
    width: int
    height: int
    size_bytes: int
    text: str


@dataclass
class Report:
    """What was made of a recording and what it took. `watchable` holds seconds from the start, by what could be played."""

    source_bytes: int
    duration_ms: int = 0
    content: str = SOUND_ONLY
    ladder: str = ""
    moving_share: float | None = None
    loudness_lufs: float | None = None
    gain_db: float | None = None
    files: list[MadeFile] = field(default_factory=list)
    slides: list[MadeSlide] = field(default_factory=list)
    storyboard: dict[str, Any] | None = None
    stages: list[Spent] = field(default_factory=list)
    watchable: dict[str, float] = field(default_factory=dict)
    # What the expert would be told: codes of `recordings.failures.Warned`.
    warnings: list[str] = field(default_factory=list)
    # What went wrong and did not stop the rest: codes of `recordings.failures.Failure`.
    problems: list[str] = field(default_factory=list)

    @property
    def stored_bytes(self) -> int:
        """Everything that a server would keep of it, without the original."""
        made = sum(one.size_bytes for one in self.files) + sum(one.size_bytes for one in self.slides)
        return made + (self.storyboard["size_bytes"] if self.storyboard else 0)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"stored_bytes": self.stored_bytes}


def transcode_file(
    source: Path, out: Path, *, full: bool = False, on_stage: OnStage = lambda stage, percent: None
) -> Report:
    """Make every mode of `source` in the folder `out`, lowest first, and return what was made.

    `on_stage` is told the stage and its percentage. Raises RecordingRefused for a file that cannot be used, StageFailed
    for what we could not do; then `out` may hold modes that were finished before, and nothing half-written.
    """
    out.mkdir(parents=True, exist_ok=True)
    work = out.resolve() / ".work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        # Under a name that says nothing, as on the server: ffmpeg would believe an ending.
        original = work / "original"
        original.symlink_to(source.resolve())
        return _Making(original, out.resolve(), work, on_stage).run(full=full)
    finally:
        shutil.rmtree(work, ignore_errors=True)


class _Making:
    """One recording being made into a folder: the stages in the order in which production runs them."""

    def __init__(self, source: Path, out: Path, work: Path, on_stage: OnStage) -> None:
        self._source, self._out, self._work, self._on_stage = source, out, work, on_stage
        self._began = time.monotonic()
        self._report = Report(source_bytes=source.stat().st_size)

    def run(self, *, full: bool) -> Report:
        with self._stage("probe"):
            facts = encode.probe(self._source, folder=self._work, cancelled=_never)
            timeline = encode.measure(self._source, facts, folder=self._work, cancelled=_never)
        self._report.duration_ms = timeline.duration_ms
        with self._stage("sound") as told:
            self._sound(facts, timeline, told)
        self._report.watchable["sound"] = self._since()
        if facts.picture is not None:
            with self._stage("slides") as told:
                self._slides(facts, timeline, told)
            if self._report.slides:
                self._report.watchable["audio + slides"] = self._since()
            steps = ladder_for(
                self._report.content,
                facts.picture.width,
                facts.picture.height,
                frame_rate=facts.picture.even_rate,
                full=full,
            )
            self._report.ladder = ladder_name(self._report.content)
            with self._stage("video") as told:
                parts = self._chunks(facts, timeline, steps, told)
            with self._stage("packaging") as told:
                self._package(parts, steps, timeline, told)
        self._report.watchable["all"] = self._since()
        if self._report.slides:
            with self._stage("text") as told:
                self._read(told)
        self._write()
        return self._report

    def _sound(self, facts: Source, timeline: Timeline, told: Callable[[int], None]) -> None:
        opus, aac = self._work / "audio.mp4", self._work / "aac.mp4"
        loudness = encode.make_sound(
            self._source, facts, timeline, opus=opus, aac=aac, on_percent=told, cancelled=_never
        )
        self._report.loudness_lufs = float(loudness.lufs)
        self._report.gain_db = float(loudness.gain_db)
        self._report.warnings = [str(code) for code in rules.warnings(facts, lufs=loudness.lufs)]
        for mode, path in (("audio", opus), ("aac", aac)):
            self._publish(verified(mode, path, timeline, pictured=False, cancelled=_never))

    def _slides(self, facts: Source, timeline: Timeline, told: Callable[[int], None]) -> None:
        try:
            found = analysis.analyse(
                self._source, facts, timeline, folder=self._work, on_percent=told, cancelled=_never
            )
        except StageFailed as failure:
            # As in production: a video without a slide index is better than none.
            self._report.content = MIXED
            self._report.problems.append(str(failure.code))
            return
        self._report.content, self._report.moving_share = found.content, found.moving_share
        self._report.slides = self._indexed(found, timeline)
        board = asdict(found.storyboard)
        size_bytes = found.storyboard.file.stat().st_size
        self._report.storyboard = board | {"file": "storyboard.webp", "size_bytes": size_bytes}
        found.storyboard.file.replace(self._out / "storyboard.webp")

    def _indexed(self, found: Analysis, timeline: Timeline) -> list[MadeSlide]:
        ends = [*(one.from_ms for one in found.slides[1:]), timeline.duration_ms]
        slides = []
        for number, (one, until_ms) in enumerate(zip(found.slides, ends, strict=True), start=1):
            name = f"slide-{number}.webp"
            size_bytes = one.picture.stat().st_size
            one.picture.replace(self._out / name)
            slides.append(
                MadeSlide(number, one.from_ms, until_ms, name, one.width, one.height, size_bytes, "")
            )
        return slides

    def _chunks(
        self, facts: Source, timeline: Timeline, steps: tuple[Step, ...], told: Callable[[int], None]
    ) -> dict[str, list[Path]]:
        parts: dict[str, list[Path]] = {step.mode: [] for step in steps}
        wanted = spans(timeline.duration_ms, facts.demuxer)
        for number, span in enumerate(wanted):
            folder = self._work / f"chunk-{number}"
            folder.mkdir()
            made = encode.make_chunk(
                self._source,
                facts,
                timeline,
                span,
                steps,
                folder=folder,
                on_percent=_part_of(told, number, len(wanted)),
                cancelled=_never,
            )
            for mode, path in made.items():
                parts[mode].append(path)
        return parts

    def _package(
        self,
        parts: dict[str, list[Path]],
        steps: tuple[Step, ...],
        timeline: Timeline,
        told: Callable[[int], None],
    ) -> None:
        joined = []
        for number, step in enumerate(steps):
            output = self._work / f"{step.mode}.mp4"
            sound = self._out / ("audio.mp4" if step.sound == OPUS else "aac.mp4")
            encode.join(parts[step.mode], sound, output, step, timeline, cancelled=_never)
            joined.append(verified(step.mode, output, timeline, pictured=True, cancelled=_never))
            told(100 * (number + 1) // len(steps))
        for made in joined:
            self._publish(made)

    def _read(self, told: Callable[[int], None]) -> None:
        read = []
        for done, slide in enumerate(self._report.slides):
            text = reading.read_text(self._out / slide.file)
            read.append(MadeSlide(**(asdict(slide) | {"text": text})))
            told(100 * (done + 1) // len(self._report.slides))
        self._report.slides = read

    def _publish(self, made: Made) -> None:
        """Move a verified output to where it stays, with its playlist beside it."""
        name, facts = f"{made.mode}.mp4", made.facts
        made.path.replace(self._out / name)
        (self._out / f"{made.mode}.m3u8").write_text(facts.playlist, encoding="utf-8")
        self._report.files.append(
            MadeFile(
                mode=made.mode,
                file=name,
                size_bytes=facts.size_bytes,
                average_bps=facts.average_bps,
                peak_bps=facts.peak_bps,
                codecs=facts.codecs,
                width=facts.width,
                height=facts.height,
                frame_rate=float(facts.frame_rate) if facts.frame_rate else None,
            )
        )

    def _write(self) -> None:
        """Write what ties the files together: the master playlist, the slide index, and the report."""
        master = master_playlist(_variant(made) for made in self._report.files)
        (self._out / "master.m3u8").write_text(master, encoding="utf-8")
        if self._report.slides:
            slides = [asdict(slide) for slide in self._report.slides]
            _write_json(self._out / "slides.json", slides)
        _write_json(self._out / "report.json", self._report.as_json())

    @contextmanager
    def _stage(self, name: str) -> Iterator[Callable[[int], None]]:
        """Count what the block takes; yields the function that tells its percentage."""
        self._on_stage(name, 0)
        wall, cpu = time.monotonic(), _cpu_seconds()
        yield lambda percent: self._on_stage(name, percent)
        spent = Spent(name, round(time.monotonic() - wall, 3), round(_cpu_seconds() - cpu, 3))
        self._report.stages.append(spent)
        self._on_stage(name, 100)

    def _since(self) -> float:
        return round(time.monotonic() - self._began, 3)


def _variant(made: MadeFile) -> Variant:
    return Variant(
        mode=made.mode,
        average_bps=made.average_bps,
        peak_bps=made.peak_bps,
        codecs=made.codecs,
        width=made.width,
        height=made.height,
        frame_rate=Decimal(str(made.frame_rate)) if made.frame_rate else None,
    )


def _part_of(told: Callable[[int], None], number: int, count: int) -> Callable[[int], None]:
    """Return the teller of one part's percentage as the whole's."""
    return lambda percent: told((100 * number + percent) // count)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _cpu_seconds() -> float:
    """CPU-seconds of this process, all its threads, and every tool that it has waited for."""
    own, tools = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + tools.ru_utime + tools.ru_stime


def _never() -> bool:
    return False
