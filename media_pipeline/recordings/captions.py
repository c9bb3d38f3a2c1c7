"""The captions of a recording: put whole, edited line by line, removed. Who may do it is decided above.

A change names the revision that it was made on. When somebody was quicker, it is refused and nothing of theirs is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from media_pipeline.recordings.cues import MAX_BYTES, CaptionsRefused, Cue, clean, ordered, parse, read, write
from media_pipeline.recordings.events import announce, recording_words_changed
from media_pipeline.recordings.models import CaptionTrack, Recording
from qianchang.groundwork import audit
from qianchang.people.models import Account

__all__ = [
    "CaptionsChanged",
    "CaptionsOut",
    "CaptionsRefused",
    "CueEdit",
    "caption_languages_of",
    "captions_of",
    "cues_of",
    "edit_caption_cues",
    "put_captions",
    "remove_captions",
]


class CaptionsChanged(Exception):
    """Somebody changed the captions after they were read. The newest revision is on the exception."""

    def __init__(self, revision: int) -> None:
        super().__init__(_("Somebody changed these captions in the meantime. Look at the newest ones first."))
        self.revision = revision


@dataclass(frozen=True)
class CaptionsOut:
    """The captions of a recording in one language. `revision` is what a change has to name."""

    language: str
    language_label: str
    revision: int
    vtt: str
    updated_at: datetime
    updated_by: str

    @property
    def cues(self) -> list[Cue]:
        """The captions one by one, in order."""
        return read(self.vtt)


@dataclass(frozen=True)
class CueEdit:
    """What one caption shall be. `number` counts from 1; None is a new one. An empty text removes it."""

    number: int | None
    from_ms: int
    until_ms: int
    text: str


def captions_of(recording_id: int) -> tuple[CaptionsOut, ...]:
    """Return the captions of a recording in every language there is, Chinese first."""
    tracks = CaptionTrack.objects.filter(recording_id=recording_id).select_related("updated_by")
    order = CaptionTrack.Language.values
    return tuple(_out(track) for track in sorted(tracks, key=lambda track: order.index(track.language)))


def caption_languages_of(recording_id: int) -> list[tuple[str, str]]:
    """Return code and name of each language that a recording has captions in, Chinese first."""
    there = set(CaptionTrack.objects.filter(recording_id=recording_id).values_list("language", flat=True))
    return [(code, str(label)) for code, label in CaptionTrack.Language.choices if code in there]


def cues_of(recording_id: int, language: str) -> list[Cue]:
    """Return the captions of one language one by one; none where there are no captions."""
    track = CaptionTrack.objects.filter(recording_id=recording_id, language=language).first()
    return read(track.vtt) if track else []


@transaction.atomic
def put_captions(
    *, recording_id: int, language: str, vtt: str, revision: int, by: Account, at: datetime
) -> CaptionsOut:
    """Take the captions of a file, WebVTT or SRT, instead of those that are there. `revision` is 0 where there are none.

    Raises CaptionsRefused for what cannot be read, CaptionsChanged for an older revision.
    """
    recording = Recording.objects.select_for_update().get(pk=recording_id)
    cues = parse(vtt, duration_ms=_length_of(recording))
    return _save(recording, language, cues, revision=revision, verb="put captions", by=by, at=at)


@transaction.atomic
def edit_caption_cues(
    *, recording_id: int, language: str, edits: Sequence[CueEdit], revision: int, by: Account, at: datetime
) -> CaptionsOut:
    """Change, add and take out single captions. `revision` is 0 to begin captions by typing the first ones.

    Raises CaptionsChanged for an older revision, CaptionsRefused for times that cannot be or when nothing would be left.
    """
    recording = Recording.objects.select_for_update().get(pk=recording_id)
    track = CaptionTrack.objects.filter(recording=recording, language=language).first()
    _require_newest(track, revision)
    cues: dict[int, Cue] = dict(enumerate(read(track.vtt) if track else [], start=1))
    added = len(cues)
    for edit in edits:
        text = clean(edit.text)
        if edit.number is None:
            added += 1
        elif edit.number not in cues:
            raise CaptionsRefused(_("Caption %(number)s is not there.") % {"number": edit.number})
        number = added if edit.number is None else edit.number
        if text:
            cues[number] = Cue(edit.from_ms, edit.until_ms, text)
        else:
            cues.pop(number, None)
    if not cues:
        raise CaptionsRefused(_("No caption would be left. To take them all away, remove the captions."))
    whole = ordered(list(cues.values()), duration_ms=_length_of(recording))
    return _save(recording, language, whole, revision=revision, verb="edit captions", by=by, at=at)


@transaction.atomic
def remove_captions(*, recording_id: int, language: str, revision: int, by: Account, at: datetime) -> None:
    """Take the captions of a language away. Raises CaptionsChanged for an older revision."""
    recording = Recording.objects.select_for_update().get(pk=recording_id)
    track = CaptionTrack.objects.filter(recording=recording, language=language).first()
    _require_newest(track, revision)
    if track is None:
        return
    track.delete()
    _record("remove captions", recording, by=by, at=at, language=language, revision=revision)


def _save(
    recording: Recording,
    language: str,
    cues: list[Cue],
    *,
    revision: int,
    verb: str,
    by: Account,
    at: datetime,
) -> CaptionsOut:
    track = CaptionTrack.objects.filter(recording=recording, language=language).first()
    _require_newest(track, revision)
    track = track or CaptionTrack(recording=recording, language=language, revision=0)
    track.vtt = write(cues)
    if len(track.vtt.encode()) > MAX_BYTES:
        raise CaptionsRefused(
            _("The captions are larger than 2 MB. Choose the caption file, not the recording.")
        )
    track.revision += 1
    track.updated_by, track.updated_at = by, at
    track.save()
    _record(verb, recording, by=by, at=at, language=language, revision=track.revision, captions=len(cues))
    return _out(track)


def _require_newest(track: CaptionTrack | None, revision: int) -> None:
    newest = track.revision if track else 0
    if newest != revision:
        raise CaptionsChanged(newest)


def _length_of(recording: Recording) -> int:
    if not recording.duration_ms:
        raise CaptionsRefused(_("The recording is not read yet. Come back when the file check is done."))
    return recording.duration_ms


def _out(track: CaptionTrack) -> CaptionsOut:
    return CaptionsOut(
        language=track.language,
        language_label=track.get_language_display(),
        revision=track.revision,
        vtt=track.vtt,
        updated_at=track.updated_at,
        updated_by=str(track.updated_by) if track.updated_by else "",
    )


def _record(verb: str, recording: Recording, *, by: Account, at: datetime, **details: str | int) -> None:
    audit.record(verb, object_type="recording", object_key=str(recording.public_id), by=by, at=at, **details)
    announce(recording_words_changed, recording_id=recording.pk, at=at)
