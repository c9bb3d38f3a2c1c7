"""Slide index and captions put right by hand: what changes, what is refused, what is written down."""

import pytest
from django.utils import translation

from media_pipeline import api
from media_pipeline.recordings.models import CaptionTrack, OutdatedFile, Slide
from qianchang.groundwork.models import AuditEntry
from tests.media_pipeline import factories

pytestmark = pytest.mark.django_db

VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n一\n\n00:03.000 --> 00:04.000\n二\n\n00:05.000 --> 00:06.000\n三\n"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def recording(world):
    """One minute with slides at 0, 10 and 30 seconds."""
    made = factories.received(world.expert, at=world.now, duration_ms=60_000)
    for number, from_ms in ((1, 0), (2, 10_000), (3, 30_000)):
        Slide.objects.create(
            recording=made, from_ms=from_ms, number=number, text=f"\n  第{number}页\n正文", fence=1, width=1280, height=720,
            picture=f"{made.public_id}/1/slide-{number}.webp", size_bytes=9000,
        )  # fmt: skip
    return made


@pytest.fixture
def by(world, recording):
    """Who changes which recording, and when."""
    return {"recording_id": recording.pk, "by": world.expert, "at": world.now}


def index(recording):
    return [
        (slide.number, slide.from_ms, slide.until_ms)
        for slide in api.slides_of(recording.pk, duration_ms=recording.duration_ms)
    ]


def verbs(recording):
    return list(
        AuditEntry.objects.filter(object_type="recording", object_key=str(recording.public_id))
        .order_by("pk")
        .values_list("verb", flat=True)
    )


class TestSlides:
    def test_a_slide_is_shown_until_the_next_one_begins(self, recording):
        assert index(recording) == [(1, 0, 10_000), (2, 10_000, 30_000), (3, 30_000, 60_000)]

    def test_a_slide_is_called_by_its_title_else_by_its_first_line(self, recording, by):
        api.rename_slide(number=1, title="  开场  与案件 ", **by)
        labels = [slide.label for slide in api.slides_of(recording.pk, duration_ms=60_000)]
        assert labels == ["开场 与案件", "第2页", "第3页"]
        assert verbs(recording) == ["rename slide"]

    def test_a_slide_moves_between_its_neighbours(self, recording, by):
        api.move_slide(number=2, from_ms=29_999, **by)
        assert index(recording)[1:] == [(2, 29_999, 30_000), (3, 30_000, 60_000)]
        assert Slide.objects.get(recording=recording, number=2).edited_at == by["at"]

    @pytest.mark.parametrize(
        ("number", "from_ms"), [(2, 0), (2, 30_000), (3, 60_000), (1, 10_000), (3, 9_000)]
    )
    def test_a_slide_does_not_pass_its_neighbours(self, recording, by, number, from_ms):
        with pytest.raises(api.UnableToEditSlides, match="between"):
            api.move_slide(number=number, from_ms=from_ms, **by)
        assert verbs(recording) == []

    def test_a_merged_slide_gives_its_time_to_the_one_before(self, recording, by):
        api.merge_slide(number=2, **by)
        assert index(recording) == [(1, 0, 30_000), (3, 30_000, 60_000)]
        # Its picture goes later: somebody may be looking at it.
        left = OutdatedFile.objects.get(name=f"{recording.public_id}/1/slide-2.webp")
        assert left.delete_after > by["at"]
        assert verbs(recording) == ["merge slide"]

    def test_the_first_slide_is_not_merged(self, recording, by):
        with pytest.raises(api.UnableToEditSlides, match="first slide"):
            api.merge_slide(number=1, **by)
        assert len(index(recording)) == 3

    def test_a_slide_that_is_gone_is_unknown(self, recording, by):
        api.merge_slide(number=2, **by)
        with pytest.raises(api.SlideUnknown):
            api.rename_slide(number=2, title="x", **by)


class TestCaptions:
    def test_a_file_becomes_clean_captions(self, recording, by):
        saved = api.put_captions(language="zh", vtt=VTT, revision=0, **by)
        assert (saved.revision, [cue.plain for cue in saved.cues]) == (1, ["一", "二", "三"])
        assert saved.vtt.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n一\n")
        assert verbs(recording) == ["put captions"]

    def test_a_file_that_is_wrong_changes_nothing(self, recording, by):
        api.put_captions(language="zh", vtt=VTT, revision=0, **by)
        with pytest.raises(api.CaptionsRefused, match="Caption 1, line 3"):
            api.put_captions(language="zh", vtt="WEBVTT\n\n09:00.000 --> 09:01.000\nx", revision=1, **by)
        assert CaptionTrack.objects.get().revision == 1

    def test_an_older_revision_is_refused_and_loses_nothing(self, recording, by, world):
        api.put_captions(language="zh", vtt=VTT, revision=0, **by)
        change = api.CueEdit(2, 3000, 4000, "改过的二")
        api.edit_caption_cues(
            language="zh", edits=[change], revision=1, **{**by, "by": world.supporting_officer}
        )
        for attempt in (
            lambda: api.put_captions(language="zh", vtt=VTT, revision=1, **by),
            lambda: api.edit_caption_cues(language="zh", edits=[change], revision=1, **by),
            lambda: api.remove_captions(language="zh", revision=1, **by),
        ):
            with pytest.raises(api.CaptionsChanged) as refused:
                attempt()
            assert refused.value.revision == 2
        [track] = api.captions_of(recording.pk)
        assert [cue.plain for cue in track.cues] == ["一", "改过的二", "三"]
        assert track.updated_by == str(world.supporting_officer)

    def test_lines_are_changed_added_and_taken_out_and_stand_in_order(self, recording, by):
        api.put_captions(language="zh", vtt=VTT, revision=0, **by)
        edits = [
            api.CueEdit(1, 7000, 8000, "<b>一</b>到最后"),
            api.CueEdit(2, 3000, 4000, "  "),
            api.CueEdit(None, 500, 900, "新的"),
        ]
        saved = api.edit_caption_cues(language="zh", edits=edits, revision=1, **by)
        assert [(cue.from_ms, cue.text) for cue in saved.cues] == [
            (500, "新的"),
            (5000, "三"),
            (7000, "<b>一</b>到最后"),
        ]
        assert verbs(recording) == ["put captions", "edit captions"]

    @pytest.mark.parametrize("edit", [(1, 2000, 2000, "x"), (1, 60_000, 61_000, "x"), (9, 1000, 2000, "x")])
    def test_a_line_that_cannot_be_is_refused(self, recording, by, edit):
        api.put_captions(language="zh", vtt=VTT, revision=0, **by)
        with pytest.raises(api.CaptionsRefused):
            api.edit_caption_cues(language="zh", edits=[api.CueEdit(*edit)], revision=1, **by)
        assert CaptionTrack.objects.get().revision == 1

    def test_captions_can_begin_with_a_typed_line(self, recording, by):
        api.edit_caption_cues(language="en", edits=[api.CueEdit(None, 0, 900, "Hello")], revision=0, **by)
        assert api.caption_languages_of(recording.pk) == [("en", "English")]

    def test_removed_captions_are_gone_in_their_language_only(self, recording, by):
        for language in ("zh", "en"):
            api.put_captions(language=language, vtt=VTT, revision=0, **by)
        api.remove_captions(language="zh", revision=1, **by)
        assert [track.language for track in api.captions_of(recording.pk)] == ["en"]
        assert api.cues_of(recording.pk, "zh") == []
