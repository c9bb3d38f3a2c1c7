"""The desk where slides and captions are put right: pages, permissions, what is kept and what is said."""

import gzip

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from media_pipeline import api as media
from media_pipeline.recordings.models import CaptionTrack, Slide
from tests.courses.factories import (
    make_draft,
    make_lecture_in_review,
    make_published_lecture,
    make_recording,
    make_slides,
)

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xe4\xb8\x80\n\n00:03.000 --> 00:04.000\n\xe4\xba\x8c\n"
DESK_BYTES = 12 * 1024


@pytest.fixture
def recording(world):
    made = make_recording(world.expert, at=world.now, duration_ms=120 * 60_000)
    make_slides(made, ["开场", "", "小结"], every_ms=60_000, text="鉴定主体：机构与鉴定人")
    return made


@pytest.fixture
def lecture(world, recording):
    return make_published_lecture(world, recording=recording, released_to=[world.guangxi])


@pytest.fixture
def expert(world, client_for):
    return client_for(world.expert)


def slides_url(lecture):
    return f"/teach/{lecture.pk}/slides/"


def captions_url(lecture, language="zh"):
    return f"/teach/{lecture.pk}/captions/?language={language}"


def typed(form, **changed):
    """What the browser sends for a form as it was shown, with some fields typed over."""
    values = {name: form[name].value() for name in form.fields}
    values = {name: form.fields[name].prepare_value(value) for name, value in values.items()}
    return {name: "" if value is None else value for name, value in {**values, **changed}.items()}


def index(recording):
    return [
        (slide.number, slide.from_ms, slide.title)
        for slide in media.slides_of(recording.pk, duration_ms=recording.duration_ms)
    ]


class TestWho:
    @pytest.mark.parametrize("url", [slides_url, captions_url])
    def test_somebody_elses_lecture_is_not_found(self, world, client_for, lecture, url):
        for account in (world.county_account, world.yunnan_officer, world.beneficiary_officer):
            assert client_for(account).get(url(lecture)).status_code == 404
            assert (
                client_for(account).post(url(lecture), {"action": "remove", "revision": 0}).status_code == 404
            )

    def test_a_draft_is_its_experts_alone(self, world, client_for, recording):
        draft = make_draft(world, recording=recording)
        assert client_for(world.expert).get(slides_url(draft)).context["editable"]
        assert client_for(world.supporting_officer).get(slides_url(draft)).status_code == 404

    def test_in_review_the_reviewer_corrects_and_the_expert_only_looks(self, world, client_for, recording):
        lecture = make_lecture_in_review(world, recording=recording)
        assert client_for(world.supporting_officer).get(slides_url(lecture)).context["editable"]
        looking = client_for(world.expert).get(slides_url(lecture))
        assert not looking.context["editable"]
        client_for(world.expert).post(slides_url(lecture), typed(looking.context["form"], title_1="改"))
        assert index(recording)[0] == (1, 0, "开场")

    def test_a_published_lecture_is_kept_right_by_both(self, world, client_for, lecture):
        for account in (world.expert, world.supporting_officer):
            assert client_for(account).get(captions_url(lecture)).context["editable"]

    def test_a_guest_signs_in_first(self, client, lecture):
        assert client.get(slides_url(lecture)).status_code == 302


class TestSlides:
    def test_titles_and_times_are_saved_together(self, expert, lecture, recording):
        form = expert.get(slides_url(lecture)).context["form"]
        answer = expert.post(
            slides_url(lecture), typed(form, title_2="病历的封存", from_2="1:30", from_3="0:03:00")
        )
        assert answer.status_code == 302
        assert index(recording) == [(1, 0, "开场"), (2, 90_000, "病历的封存"), (3, 180_000, "小结")]

    def test_slides_that_move_together_do_not_run_into_each_other(self, expert, lecture, recording):
        form = expert.get(slides_url(lecture)).context["form"]
        expert.post(slides_url(lecture), typed(form, from_2="0:02:30", from_3="0:03:30"))
        assert [from_ms for _number, from_ms, _title in index(recording)] == [0, 150_000, 210_000]

    def test_a_slide_is_merged_into_the_one_before(self, expert, lecture, recording):
        form = expert.get(slides_url(lecture)).context["form"]
        expert.post(slides_url(lecture), typed(form, title_3="结语", merge="2"))
        assert index(recording) == [(1, 0, "开场"), (3, 120_000, "结语")]

    @pytest.mark.parametrize(
        ("changed", "field", "sentence"),
        [
            ({"from_2": "5:00", "title_1": "改"}, "from_2", "之间"),
            ({"from_2": "noon"}, "from_2", "时间请写成"),
            ({"from_2": ""}, "from_2", "请写这一页开始的时间"),
            ({"title_2": "字" * 201}, "title_2", "超过 200 个字"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field_and_nothing_is_saved(
        self, expert, lecture, recording, changed, field, sentence
    ):
        before = index(recording)
        form = expert.get(slides_url(lecture)).context["form"]
        answer = expert.post(slides_url(lecture), typed(form, **changed))
        assert answer.status_code == 400
        assert sentence in answer.context["form"].errors[field][0]
        assert index(recording) == before
        assert next(iter(changed.values())) in answer.content.decode()

    def test_who_is_slower_keeps_what_was_typed_and_is_told(self, expert, lecture, recording):
        form = expert.get(slides_url(lecture)).context["form"]
        Slide.objects.filter(recording=recording, number=1).update(title="别人改的")
        answer = expert.post(slides_url(lecture), typed(form, title_2="我改的"))
        assert answer.status_code == 400
        assert "我改的" in answer.content.decode()
        assert index(recording)[0][2] == "别人改的"
        assert index(recording)[1][2] == ""
        again = answer.context["form"]
        expert.post(slides_url(lecture), {**typed(again), "stamp": again["stamp"].value()})
        assert index(recording)[1][2] == "我改的"

    @pytest.mark.parametrize("merge", ["1", "77", "x", "9" * 30])
    def test_a_merge_that_cannot_be_changes_nothing(self, expert, lecture, recording, merge):
        form = expert.get(slides_url(lecture)).context["form"]
        expert.post(slides_url(lecture), typed(form, merge=merge))
        assert len(index(recording)) == 3

    def test_bytes_and_queries_do_not_grow(self, world, expert, django_assert_max_num_queries):
        recording = make_recording(world.expert, at=world.now, duration_ms=120 * 60_000)
        make_slides(recording, [f"第{n}节 鉴定意见的审查与质证" for n in range(150)], text="鉴定主体" * 60)
        lecture = make_published_lecture(world, title="长讲座", recording=recording)
        expert.get(slides_url(lecture))
        with django_assert_max_num_queries(18):
            answer = expert.get(slides_url(lecture))
        assert len(gzip.compress(answer.content)) <= DESK_BYTES
        assert "qc_viewer" in answer.cookies

    def test_without_slides_the_page_says_so(self, world, expert):
        lecture = make_published_lecture(world, title="只有声音")
        assert "还没有课件目录" in expert.get(slides_url(lecture)).content.decode()


class TestCaptions:
    def send(self, expert, lecture, content=VTT, revision=0, name="字幕.vtt"):
        file = SimpleUploadedFile(name, content)
        return expert.post(captions_url(lecture), {"action": "put", "revision": revision, "file": file})

    def test_a_file_is_sent_seen_downloaded_and_removed(self, expert, lecture, recording):
        assert self.send(expert, lecture).status_code == 302
        page = expert.get(captions_url(lecture))
        assert [row.text.value() for row in page.context["lines"].rows()] == ["一", "二"]
        file = expert.get(f"/teach/{lecture.pk}/captions/zh.vtt")
        assert file["Content-Type"].startswith("text/vtt")
        assert file.content.decode().startswith("WEBVTT\n")
        assert expert.get(f"/teach/{lecture.pk}/captions/en.vtt").status_code == 404
        expert.post(captions_url(lecture), {"action": "remove", "revision": 1})
        assert not CaptionTrack.objects.exists()

    def test_a_file_that_is_wrong_says_where(self, expert, lecture):
        answer = self.send(expert, lecture, b"WEBVTT\n\n00:01.000 --> 00:0x.000\nx\n")
        assert answer.status_code == 400
        assert "第 1 条字幕（第 3 行）" in answer.content.decode()
        assert not CaptionTrack.objects.exists()

    def test_fields_that_the_page_never_had_are_passed_over(self, expert, lecture):
        # given captions, and a form that was read before they were put, with a field that somebody made up
        expert.post(
            captions_url(lecture),
            {"action": "put", "revision": "0", "file": SimpleUploadedFile("k.vtt", VTT)},
        )
        older = {
            "action": "edit",
            "revision": "0",
            "text_new": "打好的一句",
            "evil_new": "x",
            "_new": "y",
            "text_new_new": "z",
        }
        # then it is told like any other one that was too late, and what was typed is still there
        answer = expert.post(captions_url(lecture), older)
        assert answer.status_code == 400
        assert "打好的一句" in answer.content.decode()

    def test_a_file_for_older_captions_is_refused_once(self, expert, lecture):
        self.send(expert, lecture)
        answer = self.send(expert, lecture, VTT.replace(b"\xe4\xb8\x80", b"new"))
        assert answer.status_code == 400
        assert "一" in CaptionTrack.objects.get().vtt
        assert answer.context["file"]["revision"].value() == 1

    def test_lines_are_corrected_in_place(self, expert, lecture, recording):
        self.send(expert, lecture)
        form = expert.get(captions_url(lecture)).context["lines"]
        first, second = form.keyed[0][0], form.keyed[1][0]
        changed = {
            f"text_{first}": "<b>改</b>过的一<script>",
            f"text_{second}": "",
            "from_new": "0:07",
            "until_new": "0:09",
            "text_new": "新的",
        }
        answer = expert.post(captions_url(lecture), typed(form, action="edit", **changed))
        assert answer.status_code == 302
        cues = media.cues_of(recording.pk, "zh")
        assert [(cue.from_ms, cue.text) for cue in cues] == [(1000, "<b>改</b>过的一"), (7000, "新的")]

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"from": "x"}, "时间请写成"),
            ({"until": "0:00:00.500"}, "早于开始时间"),
            ({"from": ""}, "请写字幕开始的时间"),
            ({"text": "字" * 1001}, "太长"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field(self, expert, lecture, changed, sentence):
        self.send(expert, lecture)
        form = expert.get(captions_url(lecture)).context["lines"]
        key = form.keyed[0][0]
        values = {f"{name}_{key}": value for name, value in changed.items()}
        answer = expert.post(captions_url(lecture), typed(form, action="edit", **values))
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
        assert CaptionTrack.objects.get().revision == 1

    def test_who_is_slower_loses_nothing_and_overwrites_nothing(
        self, world, client_for, expert, lecture, recording
    ):
        self.send(expert, lecture)
        mine = expert.get(captions_url(lecture)).context["lines"]
        # Meanwhile the officer changes the second line and puts a new one before both.
        officer = client_for(world.supporting_officer)
        theirs = officer.get(captions_url(lecture)).context["lines"]
        second = theirs.keyed[1][0]
        new = {
            "from_new": "0:00",
            "until_new": "0:00.9",
            "text_new": "别人加的",
            f"text_{second}": "别人改的二",
        }
        officer.post(captions_url(lecture), typed(theirs, action="edit", **new))
        # Mine changed the first line only.
        late = expert.post(
            captions_url(lecture), typed(mine, action="edit", **{f"text_{mine.keyed[0][0]}": "我改的一"})
        )
        assert late.status_code == 400
        lines = late.context["lines"]
        assert [row.text.value() for row in lines.rows()] == ["别人加的", "我改的一", "别人改的二"]
        expert.post(captions_url(lecture), typed(lines, action="edit"))
        assert [cue.plain for cue in media.cues_of(recording.pk, "zh")] == [
            "别人加的",
            "我改的一",
            "别人改的二",
        ]

    def test_what_was_typed_on_a_line_that_is_gone_is_shown(
        self, world, client_for, expert, lecture, recording
    ):
        self.send(expert, lecture)
        mine = expert.get(captions_url(lecture)).context["lines"]
        officer = client_for(world.supporting_officer)
        theirs = officer.get(captions_url(lecture)).context["lines"]
        officer.post(
            captions_url(lecture), typed(theirs, action="edit", **{f"text_{theirs.keyed[0][0]}": ""})
        )
        late = expert.post(
            captions_url(lecture), typed(mine, action="edit", **{f"text_{mine.keyed[0][0]}": "我改的一"})
        )
        assert late.context["lost"] == ["0:00:01.000 我改的一"]
        assert "我改的一" in late.content.decode()

    def test_a_long_lecture_is_paged_and_found_by_time(self, expert, lecture, django_assert_max_num_queries):
        cues = "".join(
            f"{n * 4 // 3600:02d}:{n * 4 // 60 % 60:02d}:{n * 4 % 60:02d}.000 --> "
            f"{n * 4 // 3600:02d}:{n * 4 // 60 % 60:02d}:{n * 4 % 60 + 3:02d}.500\n"
            f"第{n}句：鉴定意见的审查，先看材料{n * 7919 % 1009}，再看结论{n * 104729 % 997}。\n\n"
            for n in range(1500)
            if n * 4 % 60 < 56
        )
        self.send(expert, lecture, f"WEBVTT\n\n{cues}".encode())
        with django_assert_max_num_queries(18):
            page = expert.get(captions_url(lecture) + "&at=1:00:00")
        assert page.context["page"].object_list[0][1].from_ms <= 3_600_000
        assert page.context["page"].object_list[-1][1].from_ms >= 3_600_000
        assert len(gzip.compress(page.content)) <= DESK_BYTES
        # A line of a later page is saved without touching the others.
        form = page.context["lines"]
        address = captions_url(lecture) + "&at=1:00:00"
        assert (
            expert.post(address, typed(form, action="edit", **{f"text_{form.keyed[5][0]}": "改"})).status_code
            == 302
        )
        assert CaptionTrack.objects.get().vtt.count("第") >= 1390


def test_the_manage_page_leads_to_both(expert, lecture):
    page = expert.get(f"/teach/{lecture.pk}/").content.decode()
    assert slides_url(lecture) in page
    assert f"/teach/{lecture.pk}/captions/" in page
