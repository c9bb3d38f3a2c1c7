"""One run: our ladder, the anchors and the peers on the same recording, and what each rendition is worth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.media import legibility, likeness, peers
from benchmarks.media.likeness import Likeness, Point
from benchmarks.media.recordings import Recording, Truth
from benchmarks.media.spending import Spent, total
from media_pipeline.conductor.local import Report, transcode_file

Say = Callable[[str], None]
# What a lawyer can play; the AAC sound is only a stand-in.
PICTURED = ("light", "standard", "clear")
# A stretch of the recording is compared picture by picture, every so many; a GOP of ours is this long.
STRETCH_SECONDS, EVERY, GOP_SECONDS = 20, 10, 12
SOON_SECONDS = 3.0
# Enough to know the curve: the top size of a camera costs as much as all others together.
CAMERA_LINES = (144, 240, 360, 480, 720)


@dataclass
class Row:
    """One rendition in the table; None where nothing was measured."""

    system: str
    name: str
    stored_bytes: int
    kbits: float
    cpu: float | None = None
    likeness: Likeness | None = None
    read: float | None = None
    picture_kbits: float | None = None


@dataclass
class Run:
    """Everything that was measured on one recording. `read_in_source`: the share of its text that OCR reads at all."""

    recording: Recording
    report: Report
    ours: dict[str, Spent]
    stored_bytes: int
    rows: list[Row] = field(default_factory=list)
    read_in_source: float | None = None
    read_soon: float | None = None
    bare: Spent | None = None
    decode: Spent | None = None

    @property
    def ladder(self) -> Spent:
        """What production runs until everything can be watched; reading the slides comes after it."""
        return total(spent for stage, spent in self.ours.items() if stage != "text")

    def of(self, system: str) -> list[Row]:
        return [row for row in self.rows if row.system == system]


def lecture(recording: Recording, folder: Path, say: Say) -> Run:
    """Measure a slide lecture: ours, the anchors, both peers."""
    run = _ours(recording, folder, say)
    say("bare top rendition, and decoding alone")
    run.bare, run.decode = peers.bare(recording, folder / "bare.mp4"), peers.decode(recording)
    ladders = _peers(run, folder, say)
    say("likeness")
    for row, file in _files(run, folder, ladders):
        row.likeness = _likeness(recording, file, folder)
    say("legibility")
    _legibility(run, folder, ladders)
    return run


def camera(recording: Recording, folder: Path, say: Say) -> Run:
    """Measure a camera recording: our modes and the peers' pictures, for the bits at equal likeness."""
    run = _ours(recording, folder, say)
    ladders = _peers(run, folder, say, lines=CAMERA_LINES, sound=False)
    say("likeness")
    for row, file in _files(run, folder, ladders):
        row.likeness = _likeness(recording, file, folder)
        row.picture_kbits = likeness.picture_bits(recording, file) / 1000
    return run


def camera_ratios(run: Run) -> dict[str, dict[str, float | None]]:
    """Return, for each of our modes and each peer, our bits over its bits at the VMAF of our mode, pictures alone."""
    found: dict[str, dict[str, float | None]] = {}
    for row in run.of("ours"):
        if row.likeness is None or row.picture_kbits is None:
            continue
        found[row.name] = {}
        for peer in peers.PEERS:
            curve = [
                Point(rung.picture_kbits, rung.likeness.vmaf)
                for rung in run.of(peer.name)
                if rung.likeness and rung.picture_kbits
            ]
            theirs = likeness.bits_at(curve, row.likeness.vmaf)
            found[row.name][peer.name] = row.picture_kbits / theirs if theirs else None
    return found


def _ours(recording: Recording, folder: Path, say: Say) -> Run:
    out = folder / "ours"
    say("our ladder")
    report = transcode_file(recording.path, out)
    ours = {one.stage: Spent(one.cpu_seconds, one.wall_seconds) for one in report.stages}
    # In production each stage judges the file anew: sound, slides, packaging, and every chunk.
    judged = 3 + max(1, round(report.duration_ms / 300_000)) if "video" in ours else 1
    ours["judged anew"] = total([ours["probe"]] * judged)
    stored = sum(
        file.stat().st_size for file in out.iterdir() if file.is_file() and file.name != "report.json"
    )
    run = Run(recording, report, ours, stored)
    slides = sum(slide.size_bytes for slide in report.slides)
    for made in report.files:
        size_bytes = made.size_bytes + (slides if made.mode == "audio" else 0)
        name = "audio + slides" if made.mode == "audio" else made.mode
        run.rows.append(Row("ours", name, size_bytes, size_bytes / 125 / recording.seconds))
    return run


def _peers(
    run: Run, folder: Path, say: Say, *, lines: Sequence[int] = (), sound: bool = True
) -> dict[str, list[peers.Rung]]:
    ladders = {}
    for peer in peers.PEERS:
        say(peer.name)
        ladders[peer.name] = peers.run(peer, run.recording, folder, lines=lines, sound=sound)
        for rung in ladders[peer.name]:
            kbits = rung.played_bytes / 125 / run.recording.seconds
            run.rows.append(Row(peer.name, rung.name, rung.stored_bytes, kbits, cpu=rung.spent.cpu))
    return ladders


def _files(run: Run, folder: Path, ladders: dict[str, list[peers.Rung]]) -> list[tuple[Row, Path]]:
    """Every rendition with a picture, with its row."""
    pairs = [(row, folder / "ours" / f"{row.name}.mp4") for row in run.of("ours") if row.name in PICTURED]
    for name, rungs in ladders.items():
        pairs += [(row, rung.file) for row, rung in zip(run.of(name), rungs, strict=True)]
    return pairs


def _likeness(recording: Recording, file: Path, work: Path) -> Likeness:
    # From a key picture of ours on, so that every rendition shows the very moment.
    start = (
        recording.seconds / 2 // GOP_SECONDS * GOP_SECONDS if recording.seconds > 2 * STRETCH_SECONDS else 0
    )
    seconds = min(STRETCH_SECONDS, recording.seconds - start - 0.5)
    return likeness.likeness(recording, file, work, start=start, seconds=seconds, every=EVERY)


def _legibility(run: Run, folder: Path, ladders: dict[str, list[peers.Rung]]) -> None:
    recording = run.recording
    truth = legibility.chosen(recording.truth or _read_in(run, folder))
    if not truth:
        return
    run.read_in_source = legibility.share_read(recording, recording.path, truth, folder)
    if not run.read_in_source:
        return
    ours = {row.name: row for row in run.of("ours")}
    for mode in PICTURED:
        if mode in ours:
            read = legibility.share_read(recording, folder / "ours" / f"{mode}.mp4", truth, folder)
            ours[mode].read = read / run.read_in_source
    soon = [replace(state, at=min(state.at, state.since + SOON_SECONDS)) for state in truth]
    read = legibility.share_read(recording, folder / "ours" / "light.mp4", soon, folder)
    run.read_soon = read / run.read_in_source
    for name, rungs in ladders.items():
        # Upwards until one can be read; those above it can be read too.
        for row, rung in zip(run.of(name), rungs, strict=True):
            row.read = legibility.share_read(recording, rung.file, truth, folder) / run.read_in_source
            if row.read >= 0.99:
                break


def _read_in(run: Run, folder: Path) -> list[Truth]:
    """Where nobody knows the slides: what OCR reads in the recording itself, while each entry of the index is shown."""
    known = []
    for slide in run.report.slides:
        since, at = slide.from_ms / 1000, max(slide.from_ms / 1000, slide.until_ms / 1000 - 1)
        if at - since < SOON_SECONDS:
            continue
        lines = legibility.seen(run.recording, run.recording.path, at, folder)
        lines = [line for line in lines if len(legibility.plain(line)) > 2]
        if lines:
            known.append(Truth(at, since, tuple(lines)))
    return known
