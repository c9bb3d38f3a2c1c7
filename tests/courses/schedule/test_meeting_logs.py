"""Logs of meetings: the columns of the common tools, and how long each was there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.schedule import meeting_logs
from courses.schedule.meeting_logs import (
    Attendee,
    Stay,
    UnreadableLog,
    match,
    names_in,
    read_log,
    union_seconds,
)

ZONE = ZoneInfo("Asia/Shanghai")


def rows(text):
    return [
        (number, line.split(","))
        for number, line in enumerate(text.strip().splitlines(), start=1)
        if line.strip()
    ]


TENCENT = """
会议主题,边境贸易合同审查
会议号,123 456 789
预定开始时间,2026/10/12 09:00
,
用户昵称(入会昵称),入会时间,退会时间,入会时长,身份
韦晓岚,2026-10-12 08:58:00,2026-10-12 10:30:00,01:32:00,成员
百色-农志强(手机),2026-10-12 09:10:00,2026-10-12 09:40:00,00:30:00,成员
百色-农志强(手机),2026-10-12 09:50:00,2026-10-12 11:00:00,01:10:00,成员
"""
ZOOM = """
Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Wei Xiaolan (韦晓岚),,10/12/2026 08:58:00 AM,10/12/2026 10:30:00 AM,92,Yes
14510200910556677 农志强,,10/12/2026 01:10:00 PM,10/12/2026 02:00:00 PM,50,Yes
"""
DINGTALK = """
姓名,部门,入会时间,离会时间,参会时长
韦晓岚,那坡,2026-10-12 08:58,2026-10-12 10:30,1小时32分钟
"""
FEISHU = """
参会人,加入时间,离开时间
韦晓岚,2026年10月12日 08:58:00,2026年10月12日 10:30:00
"""


@pytest.mark.parametrize(
    "log", [TENCENT, ZOOM, DINGTALK, FEISHU], ids=["tencent", "zoom", "dingtalk", "feishu"]
)
def test_the_log_of_each_tool_says_who_was_there_and_how_long(log):
    found = read_log(rows(log), zone=ZONE)
    wei = next(each for each in found.attendees if "韦晓岚" in each.name)
    assert wei.seconds == 92 * 60
    assert wei.joined_at == datetime(2026, 10, 12, 8, 58, tzinfo=ZONE)
    assert found.unread == ()


def test_leaving_and_coming_back_is_one_person():
    nong = next(each for each in read_log(rows(TENCENT), zone=ZONE).attendees if "农志强" in each.name)
    assert (nong.joins, nong.seconds) == (2, 100 * 60)


def test_afternoon_hours_of_a_twelve_hour_clock():
    nong = next(each for each in read_log(rows(ZOOM), zone=ZONE).attendees if "农志强" in each.name)
    assert nong.joined_at.hour == 13
    assert nong.licence == "14510200910556677"


def test_who_has_not_left_stays_to_the_end_of_the_log():
    log = "姓名,入会时间,退会时间\n甲,2026-10-12 09:00,2026-10-12 10:00\n乙,2026-10-12 09:30,--\n"
    found = {each.name: each.seconds for each in read_log(rows(log), zone=ZONE).attendees}
    assert found == {"甲": 3600, "乙": 1800}


def test_a_first_joining_and_a_last_leaving_count_only_what_the_log_says_between():
    log = "姓名,首次入会时间,最后退会时间,累计入会时长\n甲,2026-10-12 09:00,2026-10-12 12:00,0:40:00\n"
    assert read_log(rows(log), zone=ZONE).attendees[0].seconds == 2400


def test_lines_that_say_nothing_are_named():
    log = "姓名,入会时间,退会时间\n甲,2026-10-12 09:00,2026-10-12 10:00\n,2026-10-12 09:00,2026-10-12 10:00\n"
    log += "乙,昨天,今天\n丙,2026-10-12 10:00,2026-10-12 09:00\n丁,2026-13-40 09:00,2026-10-12 09:00\n"
    found = read_log(rows(log), zone=ZONE)
    assert [each.name for each in found.attendees] == ["甲"]
    assert found.unread == (3, 4, 5, 6)


def test_a_list_without_times_is_no_log():
    with pytest.raises(UnreadableLog) as refused:
        read_log(rows("姓名,入会时间,签名\n甲,2026-10-12 09:00,x\n"), zone=ZONE)
    assert refused.value.missing == ("left",)


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("韦晓岚", "韦晓岚"),
        ("百色-韦晓岚", "韦晓岚"),
        ("韦晓岚（那坡县司法局）", "韦晓岚"),
        ("xiaolan(韦晓岚)", "韦晓岚"),
        ("那坡 韦晓岚 律师", "韦晓岚"),
    ],
)
def test_a_name_is_found_in_what_a_meeting_shows(shown, name):
    assert name in names_in(shown)


def someone(name, licence=""):
    at = datetime(2026, 10, 12, 9, tzinfo=UTC)
    return Attendee(name, licence, 60, 1, (Stay(at, at + timedelta(minutes=1)),))


class TestMatching:
    def test_the_licence_number_decides(self):
        assert match(someone("谁", "1"), by_licence={"1": 7}, by_name={"谁": [8]}) == 7

    def test_a_licence_number_that_nobody_has_is_not_made_up_for_by_a_name(self):
        assert match(someone("谁", "2"), by_licence={"1": 7}, by_name={"谁": [8]}) is None

    def test_a_name_that_two_bear_decides_nothing(self):
        assert match(someone("韦晓岚"), by_licence={}, by_name={"韦晓岚": [7, 8]}) is None

    def test_a_name_that_one_bears_does(self):
        assert match(someone("百色-韦晓岚"), by_licence={}, by_name={"韦晓岚": [7]}) == 7


minutes = st.integers(0, 600)
stays = st.lists(st.tuples(minutes, minutes).map(sorted), max_size=12)
START = datetime(2026, 10, 12, tzinfo=UTC)


def as_stays(spans):
    return [Stay(START + timedelta(minutes=a), START + timedelta(minutes=b)) for a, b in spans]


@given(stays)
def test_the_union_is_the_set_of_the_minutes(spans):
    covered = {minute for a, b in spans for minute in range(a, b)}
    assert union_seconds(as_stays(spans)) == 60 * len(covered)


@given(stays, st.randoms())
def test_the_order_of_lines_changes_nothing(spans, random):
    shuffled = spans[:]
    random.shuffle(shuffled)
    assert union_seconds(as_stays(spans)) == union_seconds(as_stays(shuffled))
    assert union_seconds(as_stays(spans + spans)) == union_seconds(as_stays(spans))


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=12))
def test_whatever_stands_in_a_list_it_is_read_or_refused(cells):
    try:
        found = read_log(list(enumerate(cells, start=1)), zone=ZONE)
    except UnreadableLog:
        return
    assert all(each.seconds >= 0 for each in found.attendees)


@given(stays.filter(bool), stays.filter(bool))
def test_two_devices_of_one_person_never_count_a_minute_twice(one, other):
    both = [
        Attendee("甲", "", union_seconds(as_stays(spans)), len(spans), tuple(as_stays(spans)))
        for spans in (one, other)
    ]
    merged = meeting_logs.merged(both)
    assert merged.seconds == union_seconds(as_stays(one + other))
    assert merged.joins == len(one) + len(other)


DAY = "2026-10-12 09:00"


@pytest.mark.parametrize(
    "line",
    [
        "甲,0001-01-01 00:00,2026-10-12 10:00,",
        "甲,2026-10-12 09:00,9999-12-31 23:59,",
        "甲,0001-01-01 00:00,,",
    ],
)
def test_a_line_of_no_meeting_of_this_age_is_named_and_not_counted(line):
    found = read_log(rows(f"姓名,入会时间,退会时间,时长\n乙,{DAY},2026-10-12 10:00,\n{line}\n"), zone=ZONE)
    assert ([each.name for each in found.attendees], found.unread) == (["乙"], (3,))


@pytest.mark.parametrize(
    "length", ["99999999999999", "9" * 5000, "999999999小时", "1分" + "1" * 60_000 + "!"]
)
def test_whatever_length_a_line_claims_nobody_stays_longer_than_a_day(length):
    found = read_log(rows(f"姓名,入会时间,退会时间,时长\n甲,{DAY},,{length}\n"), zone=ZONE)
    assert [each.seconds <= 24 * 3600 for each in found.attendees] == [True]


def test_a_log_of_many_days_counts_the_day_that_is_asked_for():
    log = (
        "姓名,入会时间,退会时间\n甲,2026-10-12 09:00,2026-10-12 10:00\n甲,2026-10-05 09:00,2026-10-05 10:00\n"
    )
    log += "乙,2026-10-05 09:00,2026-10-05 10:00\n"
    found = read_log(rows(log), zone=ZONE, day=date(2026, 10, 12))
    assert [(each.name, each.seconds) for each in found.attendees] == [("甲", 3600)]
    assert found.days == {date(2026, 10, 12), date(2026, 10, 5)}


def test_one_shown_name_asks_for_few_names():
    assert len(names_in(" ".join("abcdefghijklmnopqrstuvwxyz"))) == meeting_logs.MOST_PARTS
