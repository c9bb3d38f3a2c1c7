"""The expert's lectures as their list shows them: one state word and one next action each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.catalogue import queries
from courses.catalogue.models import LecturePage
from courses.catalogue.rules import State, state_of
from media_pipeline import api as media
from qianchang.people.models import Account

LABELS = {
    State.DRAFT: _("draft"),
    State.UPLOADING: _("uploading"),
    State.PROCESSING: _("processing"),
    State.TROUBLED: _("recording refused"),
    State.IN_REVIEW: _("in review"),
    State.RETURNED: _("returned for changes"),
    State.SCHEDULED: _("publishing scheduled"),
    State.PUBLISHED: _("published"),
    State.WITHDRAWN: _("withdrawn"),
}
ACTIONS = {
    State.DRAFT: _("Complete and submit"),
    State.UPLOADING: _("Resume upload"),
    State.PROCESSING: _("See progress"),
    State.TROUBLED: _("Send another file"),
    State.IN_REVIEW: _("See details"),
    State.RETURNED: _("Make the changes"),
    State.SCHEDULED: _("See the date"),
    State.PUBLISHED: _("Open the lecture"),
    State.WITHDRAWN: _("See the reason"),
}
# A recording in trouble says which: only a refused one is the file's own fault, and needs another file.
TROUBLES = {
    "failed": (_("processing failed"), _("See the reason")),
    "cancelled": (_("processing cancelled"), _("See details")),
}
# The classes of the tags in the stylesheet: done, waiting, needs the user, going on.
COLOURS = {
    State.PUBLISHED: "ok",
    State.SCHEDULED: "br",
    State.IN_REVIEW: "wa",
    State.TROUBLED: "er",
    State.RETURNED: "er",
    State.UPLOADING: "br",
    State.PROCESSING: "br",
}


@dataclass(frozen=True)
class TeachingRow:
    """One lecture of the expert, or a recording that has no lecture yet (`lecture` is None).

    `page` is where the expert manages it, `url` where the next action leads.
    """

    title: str
    state: State
    page: str
    url: str
    lecture: LecturePage | None
    recording: media.RecordingSummary | None

    @property
    def label(self) -> str:
        """The state word."""
        return str(self._words[0])

    @property
    def colour(self) -> str:
        """The class of the state's tag."""
        return COLOURS.get(self.state, "")

    @property
    def action(self) -> str:
        """What to do next."""
        return str(self._words[1])

    @property
    def _words(self) -> tuple[Promise, Promise]:
        usual = (LABELS[self.state], ACTIONS[self.state])
        if self.state is State.TROUBLED and self.recording is not None:
            return TROUBLES.get(self.recording.state, usual)
        return usual

    @property
    def percent(self) -> int | None:
        """How much of the file arrived, or how far the processing is; None when neither is going on."""
        if self.recording is None:
            return None
        if self.state is State.UPLOADING:
            return min(100, self.recording.received_bytes * 100 // max(1, self.recording.size_bytes))
        if self.state is State.PROCESSING and self.recording.jobs:
            return self.recording.progress_percent
        return None


def state_of_lecture(lecture: LecturePage, recording: media.RecordingSummary | None) -> State:
    """The one word for where a lecture stands."""
    return state_of(
        lecture.review,
        recording.state if recording else None,
        watchable=bool(recording and recording.modes),
        live=lecture.live,
    )


def row_of(lecture: LecturePage, recording: media.RecordingSummary | None) -> TeachingRow:
    """One lecture in the expert's list."""
    state = state_of_lecture(lecture, recording)
    page = reverse("catalogue:teach_lecture", args=[lecture.pk])
    url = (lecture.get_url() if state is State.PUBLISHED else None) or page
    return TeachingRow(lecture.title, state, page, url, lecture, recording)


def rows_of(account: Account) -> list[TeachingRow]:
    """Everything that an expert gave, what still needs doing first: recordings without a lecture, then lectures."""
    lectures = list(queries.lectures_of(account).select_related("association"))
    recordings = media.recording_summaries(
        [lecture.recording_id for lecture in lectures if lecture.recording_id]
    )
    elsewhere = queries.recordings_of_versions(account) | recordings.keys()
    loose = [recording for recording in media.recordings_of(account) if recording.id not in elsewhere]
    return [
        *_loose_rows(loose),
        *(row_of(lecture, recordings.get(lecture.recording_id or 0)) for lecture in lectures),
    ]


def _loose_rows(recordings: Iterable[media.RecordingSummary]) -> list[TeachingRow]:
    """Recordings that belong to no lecture. Refused ones have said why at the upload and need nothing more."""
    new = reverse("catalogue:teach_new")
    rows = []
    for recording in recordings:
        state = state_of(State.DRAFT, recording.state, watchable=False)
        if state is State.TROUBLED:
            continue
        # A file that has arrived only lacks its details; one that has not is chosen again and goes on.
        url = new if state is State.UPLOADING else f"{new}?recording={recording.public_id}"
        state = State.UPLOADING if state is State.UPLOADING else State.DRAFT
        rows.append(TeachingRow(recording.original_name, state, url, url, None, recording))
    return rows
