"""Caption files as experts have them: read, cleaned, or refused with the place that is wrong."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.recordings.cues import CaptionsRefused, Cue, clean, decode, parse, read, read_time, write

MINUTE = 60_000

VTT = """WEBVTT - 讲座

NOTE made by hand

STYLE
::cue { color: red }

1
00:01.000 --> 00:02.500 align:start position:10%
<v 陈嘉敏>先看<b>鉴定材料</b>那一栏 & 病历

00:00:03.000 --> 00:00:04.000
没有质证的材料
可以申请补充鉴定
"""

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>先看</i>鉴定材料\r\n\r\n"
    "2\r\n00:00:03,000 --> 00:00:04,000\r\n没有质证的材料\r\n"
)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_webvtt_is_read_without_its_styles_places_and_voices():
    assert parse(VTT, duration_ms=MINUTE) == [
        Cue(1000, 2500, "先看<b>鉴定材料</b>那一栏 &amp; 病历"),
        Cue(3000, 4000, "没有质证的材料\n可以申请补充鉴定"),
    ]


def test_srt_becomes_the_same_cues():
    assert parse(SRT, duration_ms=MINUTE) == [
        Cue(1000, 2500, "<i>先看</i>鉴定材料"),
        Cue(3000, 4000, "没有质证的材料"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_usual_encodings_are_read(encoding):
    assert parse(decode(SRT.encode(encoding)), duration_ms=MINUTE)[1].text == "没有质证的材料"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This is not a caption file."),
        ("<html>hello</html>", "This is not a caption file."),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nx", "This is not a caption file."),
        ("WEBVTT\n\nNOTE nothing else\n", "There is no caption in this file."),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\nstray", "Line 6: here is text without a time above it."),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\n7\n00:0a.000 --> 00:09.000\ny",
            "Caption 2, line 7: the time",
        ),
        ("WEBVTT\n\n00:01.000 --> 00:61.000\nx", "Caption 1, line 3: the time"),
        ("WEBVTT\n\n00:02.000 --> 00:02.000\nx", "Caption 1, line 3: it ends before it begins."),
        (
            "WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:04.000 --> 00:06.000\ny",
            "Caption 2, line 6: it begins before the caption above it.",
        ),
        ("WEBVTT\n\n00:59.000 --> 01:03.000\nx", "Caption 1, line 3: it is later than the end"),
        ("WEBVTT\n\n01:00.000 --> 01:01.000\nx", "Caption 1, line 3: it is later than the end"),
        (
            f"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\n00:03.000 --> 00:04.000\n{'字' * 1001}",
            "Caption 2, line 6: it is longer than 1000 characters. Cut it in two.",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, sentence):
    with pytest.raises(CaptionsRefused) as refused:
        parse(text, duration_ms=MINUTE)
    assert str(refused.value).startswith(sentence)


def test_more_than_two_megabytes_are_refused_before_they_are_read():
    with pytest.raises(CaptionsRefused, match="2 MB"):
        decode(b"W" * 2_000_001)
    with pytest.raises(CaptionsRefused, match="2 MB"):
        parse("WEBVTT\n\n" + "字" * 700_000, duration_ms=MINUTE)


def test_a_cue_that_overhangs_the_end_a_little_is_cut_there():
    assert parse("WEBVTT\n\n00:59.000 --> 01:01.500\nx", duration_ms=MINUTE) == [Cue(59_000, 60_000, "x")]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<b class=x>重点", "<b>重点</b>"),
        ("<b>甲<i>乙</b>丙</i>", "<b>甲<i>乙</i></b>丙"),
        ("</b>没有开头", "没有开头"),
        ("<c.yellow>黄<00:00:02.000>色</c>", "黄色"),
        ("1 < 2 && 3 > 2", "1 &lt; 2 &amp;&amp; 3 &gt; 2"),
        ("&lt;b&gt; &amp; &amp;amp;", "&lt;b&gt; &amp; &amp;amp;"),
        ("上\n\n下  面", "上\n下 面"),
        ("<p>甲<br/>乙</p><FONT color=red>丙</FONT>", "甲乙丙"),
        ("见<条款A>与<A条款>，选<A>或</条款>", "见&lt;条款A&gt;与&lt;A条款&gt;，选&lt;A&gt;或&lt;/条款&gt;"),
        ("<v陈>", "&lt;v陈&gt;"),
    ],
)
def test_only_bold_italic_and_underline_stay(typed, kept):
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "written",
    [
        "&lt;条款A&gt;",
        "&lt;b&gt;不是粗体",
        "&lt;v 张三&gt;说",
        "&lt;script&gt;",
        "&amp;lt;",
        "<b>甲</b> &amp; 乙",
        "1 &lt; 2",
    ],
)
def test_what_a_file_wrote_as_text_is_still_there_after_it_was_shown_and_saved(written):
    # given a caption whose text looks like markup but was escaped
    [cue] = parse(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{written}", duration_ms=MINUTE)
    # when somebody opens it in the editor and saves it as it stands
    assert clean(cue.typed) == cue.text == written


def test_a_caption_of_exactly_the_limit_is_kept_whole():
    [cue] = parse(f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v 陈>{'&amp;' * 1000}", duration_ms=MINUTE)
    assert cue.typed == "&" * 1000


@given(st.text(alphabet="<>&;/bcv lt甲A.\n", max_size=40))
def test_whatever_was_cleaned_once_stays_as_it_is(text):
    once = Cue(0, 1, clean(text))
    assert clean(once.text) == once.text
    assert clean(once.typed) == once.text


@given(
    st.lists(
        st.tuples(st.integers(0, 50_000), st.integers(1, 5000), st.text(max_size=40)), min_size=1, max_size=8
    )
)
def test_whatever_is_written_is_read_back(rows):
    cues = [Cue(from_ms, from_ms + length, clean(text)) for from_ms, length, text in rows]
    cues = sorted((cue for cue in cues if cue.text), key=lambda cue: cue.from_ms)
    assert read(write(cues)) == cues
    if cues:
        assert parse(write(cues), duration_ms=MINUTE) == cues


@pytest.mark.parametrize(
    ("typed", "ms"),
    [("1:05", 65_000), ("0:01:05.5", 65_500), ("00:01:05,250", 65_250), ("1：05", 65_000), ("75:00", 4_500_000),
     ("1:75", None), ("0:75:00", None), ("五分钟", None), ("", None), ("-1:00", None)],
)  # fmt: skip
def test_times_are_read_as_people_type_them(typed, ms):
    assert read_time(typed) == ms
