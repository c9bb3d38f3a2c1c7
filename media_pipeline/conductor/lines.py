"""The expert's processing list: one line for each stage, in words. Many jobs become four lines; no code ever shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from media_pipeline.conductor import rules
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.plan import OPEN
from media_pipeline.conductor.rules import Tally
from media_pipeline.recordings.failures import Warned
from media_pipeline.recordings.models import Recording, Rendition
from media_pipeline.recordings.sentences import sentence

Kind, State = MediaJob.Kind, MediaJob.State
# Joining the chunks is a tenth of the work on the video, as far as a bar is concerned.
_JOINING = 10


@dataclass(frozen=True)
class JobSummary:
    """One line of the expert's processing list: check, audio, video or text.

    `words` is what the list says behind the label; `retries` counts how often something of it was begun again.
    """

    kind: str
    label: str
    state: str
    state_label: str
    progress_percent: int
    retries: int
    minutes_left: int | None
    sentence: str
    words: str


@dataclass(frozen=True)
class Facts:
    """What the list needs to know of a recording beside its jobs."""

    recording: Recording
    pictured_modes: Sequence[str]
    slides: int

    @property
    def pictured(self) -> bool:
        """Tell whether there is a picture; until somebody has looked, there is."""
        return self.recording.content != Recording.Content.AUDIO


def lines_of(facts: Facts, tallies: Sequence[Tally]) -> tuple[JobSummary, ...]:
    """Return the lines of one recording in the order in which they are done. No jobs, no lines."""
    if not tallies:
        return ()
    of: dict[str, list[Tally]] = {kind: [] for kind in Kind.values}
    for tally in tallies:
        of[tally.kind].append(tally)
    check = _check(facts, of)
    if not of[Kind.PROBE]:
        return (check,)
    return (check, _audio(facts, of), _video(facts, of), _text(facts, of))


def _told_above(recording: Recording, code: str) -> bool:
    """Tell whether a reason is the recording's own, which stands above the list already."""
    return bool(code) and recording.failure_code == code


def is_open(tallies: Sequence[Tally]) -> bool:
    """Tell whether anything of a recording still waits or runs."""
    return any(tally.state in OPEN for tally in tallies)


def _check(facts: Facts, of: dict[str, list[Tally]]) -> JobSummary:
    """The look at the first blocks, and after the upload the look at the whole file."""
    looked = of[Kind.PROBE] or of[Kind.CHECK]
    found = ""
    if rules.state_of(looked) == State.DONE:
        found = _found(facts.recording)
    return _line(facts, "check", _("File check"), looked, left_of=looked, said=found)


def _found(recording: Recording) -> str:
    quiet = Warned.TOO_QUIET in recording.warnings
    sound = _("sound very quiet") if quiet else _("sound good")
    if recording.width and recording.height:
        return _("picture %(width)d×%(height)d, %(sound)s") % {
            "width": recording.width,
            "height": recording.height,
            "sound": sound,
        }
    return sound if recording.content == Recording.Content.AUDIO else ""


def _audio(facts: Facts, of: dict[str, list[Tally]]) -> JobSummary:
    sound, slides = of[Kind.AUDIO], of[Kind.SLIDES]
    if not facts.pictured:
        return _line(facts, "audio", _("Audio (made first)"), sound, left_of=sound)
    label = _("Audio + slides (made first)")
    if rules.state_of(sound) != State.DONE:
        return _line(facts, "audio", label, [*sound, *slides], left_of=sound)
    if rules.state_of(slides) == State.FAILED:
        # The lecture is whole without its slides: the line is done, and says what is missing.
        missing = _("Sound is ready; the slides could not be recognised.")
        return _line(facts, "audio", label, sound, left_of=sound, said=missing)
    ready = _("can be listened to already") if rules.state_of(slides) in OPEN else ""
    return _line(facts, "audio", label, [*sound, *slides], left_of=slides, said=ready)


def _video(facts: Facts, of: dict[str, list[Tally]]) -> JobSummary:
    chunks, joining = of[Kind.CHUNK], of[Kind.PACKAGE]
    modes = [str(Rendition.Mode(mode).label) for mode in facts.pictured_modes]
    label = _(", ").join(modes) or _("Light and standard video")
    percent = rules.percent_of(chunks) * (100 - _JOINING) + rules.percent_of(joining) * _JOINING
    said = ""
    parts = sum(tally.count for tally in chunks)
    done = sum(tally.count for tally in chunks if tally.state == State.DONE)
    if parts > done and parts > 1:
        said = _("%(done)d of %(parts)d parts done") % {"done": done, "parts": parts}
    elif parts and rules.state_of(joining) == State.RUNNING:
        said = _("joining the parts")
    return _line(
        facts,
        "video",
        label,
        [*chunks, *joining],
        left_of=joining if rules.state_of(joining) == State.RUNNING else chunks,
        said=said,
        percent=percent // 100,
    )


def _text(facts: Facts, of: dict[str, list[Tally]]) -> JobSummary:
    said = ""
    if facts.slides:
        said = ngettext("%(count)d slide found", "%(count)d slides found", facts.slides) % {
            "count": facts.slides
        }
    return _line(facts, "text", _("Slide index and text"), of[Kind.TEXT], left_of=of[Kind.TEXT], said=said)


def _line(
    facts: Facts,
    kind: str,
    label: str,
    tallies: Sequence[Tally],
    *,
    left_of: Sequence[Tally],
    said: str = "",
    percent: int | None = None,
) -> JobSummary:
    state = State(rules.state_of(tallies))
    percent = rules.percent_of(tallies) if percent is None else percent
    seconds = rules.seconds_left(left_of) if state == State.RUNNING else None
    minutes = None if seconds is None else max(1, math.ceil(seconds / 60))
    retries = sum(tally.retries for tally in tallies)
    # A reason is told while it still matters: what went well in the end needs no excuse.
    code = next((tally.code for tally in tallies if tally.code and tally.state in (*OPEN, State.FAILED)), "")
    why = sentence(code)
    parts = [
        f"{state.label} {percent}%" if state == State.RUNNING else str(state.label),
        said,
        minutes_left(minutes),
        tried_again(retries) if state != State.DONE else "",
        "" if _told_above(facts.recording, code) else why,
    ]
    return JobSummary(
        kind=kind,
        label=label,
        state=state,
        state_label=str(state.label),
        progress_percent=percent,
        retries=retries,
        minutes_left=minutes,
        sentence=why,
        words=" · ".join(part for part in parts if part),
    )


def minutes_left(minutes: int | None) -> str:
    """Return "about 12 minutes left", or nothing."""
    if minutes is None:
        return ""
    return ngettext("about %(count)d minute left", "about %(count)d minutes left", minutes) % {
        "count": minutes
    }


def tried_again(retries: int) -> str:
    """Return "tried again 2 times", or nothing."""
    if not retries:
        return ""
    return ngettext("tried again once", "tried again %(count)d times", retries) % {"count": retries}
