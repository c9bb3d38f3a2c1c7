"""The index follows what is written: once, again without harm, and also where no worker heard of it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, transaction
from wagtail.signals import page_published

from courses.catalogue import reviewing
from courses.catalogue.models import IndexedLecture, LecturePage, Lecturer, Passage, Topic
from courses.catalogue.search import finding, following, indexing, matching
from courses.catalogue.search.passages import source_of
from courses.catalogue.search.words import words_of
from courses.catalogue.tasks import catch_up_with_index, index_lectures
from media_pipeline import api as media
from media_pipeline.recordings.events import announce, recording_ready
from qianchang.people.privacy import search_index
from tests.courses.catalogue.search.conftest import say
from tests.courses.factories import make_draft


def found(query):
    return sorted(finding.found_in(words_of(query)))


@pytest.fixture
def told(monkeypatch):
    """Which lectures a worker was told of; whatever is announced after a commit is announced at once."""
    ids = []
    monkeypatch.setattr(following, "ask_for", lambda lecture_ids: ids.extend(sorted(lecture_ids)))
    return ids


def test_indexing_again_changes_nothing(lecture_of, world):
    lecture = lecture_of("质证", slides=["第一页"], said=[(60, "说一句。")])
    assert indexing.index_lecture(lecture.pk, at=world.now) is True
    before = list(Passage.objects.order_by("pk").values())
    assert indexing.index_lecture(lecture.pk, at=world.later(hours=1)) is False
    assert list(Passage.objects.order_by("pk").values()) == before
    assert IndexedLecture.objects.get().indexed_at == world.later(hours=1)


def test_captions_slides_and_words_of_the_page_are_followed(lecture_of, world):
    lecture = lecture_of("质证", slides=["旧的课件", "第二页"], said=[(60, "旧的一句。")])
    indexing.index_all(at=world.now)
    say(lecture, [(90, "新的一句。")], world, revision=1)
    media.rename_slide(
        recording_id=lecture.recording_id, number=1, title="新的课件", by=world.expert, at=world.now
    )
    LecturePage.objects.filter(pk=lecture.pk).update(introduction="新的介绍。")
    assert indexing.index_all(at=world.now) == 1
    assert found("新的一句") == found("新的课件") == found("新的介绍") == [lecture.pk]
    assert found("旧的一句") == []


def test_every_change_of_words_tells_a_worker_after_the_commit(
    lecture_of, world, told, django_capture_on_commit_callbacks
):
    lecture = lecture_of("质证", slides=["第一页", "第二页"])
    recording = lecture.recording_id
    told.clear()
    page_published.send(LecturePage, instance=lecture)
    assert told == [lecture.pk]
    with django_capture_on_commit_callbacks(execute=True):
        say(lecture, [(60, "一句。")], world)
        media.merge_slide(recording_id=recording, number=2, by=world.expert, at=world.now)
        announce(recording_ready, recording_id=recording, at=world.now)
    assert told == [lecture.pk] * 4
    Topic.objects.get(code="civil").save()
    Lecturer.objects.get().save()
    assert told == [lecture.pk] * 6
    reviewing.withdraw_lecture(
        lecture=lecture, reason="讲者要求收回。", by=world.supporting_officer, at=world.now
    )
    assert told == [lecture.pk] * 7


def test_the_words_of_drafts_are_nobodys_to_find(world, told, django_capture_on_commit_callbacks):
    draft = make_draft(world)
    with django_capture_on_commit_callbacks(execute=True):
        announce(recording_ready, recording_id=draft.recording_id, at=world.now)
        Topic.objects.get(code="medical-disputes").save()
    assert told == []
    indexing.index_lecture(draft.pk, at=world.now)
    assert not Passage.objects.exists()


def test_what_is_withdrawn_leaves_the_index(lecture_of, world):
    lecture = lecture_of("质证")
    index_lectures([lecture.pk])
    assert found("质证") == [lecture.pk]
    reviewing.withdraw_lecture(
        lecture=lecture, reason="讲者要求收回。", by=world.supporting_officer, at=world.now
    )
    catch_up_with_index()
    assert found("质证") == []
    assert not IndexedLecture.objects.exists()


def test_catching_up_finds_what_no_worker_was_told_of(lecture_of, world):
    lecture = lecture_of("质证")
    assert indexing.catch_up(at=world.now) == 1
    assert indexing.catch_up(at=world.now) == 0
    LecturePage.objects.filter(pk=lecture.pk).update(
        title="新的标题", last_published_at=world.later(minutes=5)
    )
    assert indexing.catch_up(at=world.later(minutes=10)) == 1
    assert found("新的标题") == [lecture.pk]
    # Changed where nothing tells of it: found within a day.
    LecturePage.objects.filter(pk=lecture.pk).update(introduction="悄悄改的。")
    assert indexing.catch_up(at=world.later(hours=23)) == 0
    assert indexing.catch_up(at=world.later(hours=25)) == 1
    assert found("悄悄改的") == [lecture.pk]


def test_a_lecture_that_cannot_be_read_keeps_no_other_from_the_index(lecture_of, world, monkeypatch, caplog):
    broken, whole = lecture_of("读不了的"), lecture_of("质证", topic="housing")

    def read(lecture):
        if lecture.pk == broken.pk:
            raise ValueError("unreadable")
        return source_of(lecture)

    monkeypatch.setattr(indexing, "source_of", read)
    for round_of in (indexing.catch_up, indexing.index_all):
        with pytest.raises(ValueError, match="unreadable"):
            round_of(at=world.now)
    assert found("质证") == [whole.pk]
    assert f"lecture {broken.pk} cannot be indexed" in caplog.text


def test_erased_words_leave_the_index_at_once(lecture_of, world):
    lecture = lecture_of("质证")
    indexing.index_all(at=world.now)
    assert found("陈嘉敏") == [lecture.pk]
    Lecturer.objects.update(name="***")
    assert search_index.reindexed_without(["陈嘉敏", " "]) >= 1
    assert found("陈嘉敏") == []


def test_an_english_track_and_both_titles_are_indexed(lecture_of, world):
    lecture = lecture_of("质证", said=[(60, "一句。")])
    LecturePage.objects.filter(pk=lecture.pk).update(title_en="Cross-examination")
    media.put_captions(
        recording_id=lecture.recording_id,
        language="en",
        vtt="WEBVTT\n\n00:01:00.000 --> 00:01:05.000\nLeading questions.\n",
        revision=0,
        by=world.expert,
        at=world.now,
    )
    indexing.index_all(at=world.now)
    assert found("cross examination") == found("leading") == found("一句") == [lecture.pk]


def test_each_caption_of_a_paragraph_keeps_its_own_second(lecture_of, world):
    lecture = lecture_of(
        "质证", said=[(60, "好的。"), (65, "好的。"), (70, "再来一句。"), (200, "很久以后。")]
    )
    said = [each for each in source_of(lecture).passages if each.kind == Passage.Kind.TRANSCRIPT]
    assert [(each.text, each.starts) for each in said] == [
        ("好的。好的。再来一句。", ((0, 60_000), (3, 65_000), (6, 70_000))),
        ("很久以后。", ((0, 200_000),)),
    ]


def test_the_command_indexes_everything_and_may_run_again(lecture_of):
    lecture_of("质证")
    for options, changed in (({}, 1), ({}, 0), ({"anew": True}, 1)):
        out = StringIO()
        call_command("index_lectures", stdout=out, **options)
        assert out.getvalue() == f"index: 1 lectures, 5 passages, {changed} lectures changed\n"


def test_the_index_follows_rows_and_is_filled_again_when_its_triggers_are_gone(lecture_of, world):
    lecture = lecture_of("质证")
    indexing.index_all(at=world.now)
    Passage.objects.filter(kind=Passage.Kind.TITLE).update(spaced=" 改 了 ")
    assert found("改了") == [lecture.pk]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in matching._TRIGGERS:
                cursor.execute(f"DROP TRIGGER {name}")
        Passage.objects.filter(kind=Passage.Kind.TITLE).update(spaced=" 又 改 ")
        assert found("又改") == []
        matching.put_up(using=DEFAULT_DB_ALIAS)
        assert found("又改") == [lecture.pk]
    matching.put_up(using=DEFAULT_DB_ALIAS)


def test_a_passage_with_a_time_is_a_slide_or_said(lecture_of, world):
    lecture = lecture_of("质证")
    for kind, from_ms in ((Passage.Kind.TITLE, 5), (Passage.Kind.SLIDE, None), (9, None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Passage.objects.create(lecture=lecture, kind=kind, from_ms=from_ms, text="x", spaced=" x ")


def test_nobody_waits_for_a_broker(monkeypatch, caplog):
    def refuse(*_args, **_options):
        raise ConnectionError("no broker")

    monkeypatch.setattr(following.current_app, "send_task", refuse)
    following._send([1])
    assert "beat will" in caplog.text
    assert index_lectures.name == following.INDEX
