"""The order of the to-do list: what is due first stands first, whoever registered it."""

from datetime import date, timedelta

import pytest

from qianchang.people import todo
from qianchang.people.models import Account
from qianchang.people.todo import Deadline, Group, Task

DAY = date(2026, 10, 12)


def task(what, days=None, *, urgent=False):
    due = None if days is None else DAY + timedelta(days=days)
    return Task(what, "", "", "打开", "/", due=due, urgent=urgent)


def group(title, *tasks, count=None):
    return Group(title, len(tasks) if count is None else count, tasks)


@pytest.fixture
def sources(monkeypatch):
    """Only what the test registers."""
    monkeypatch.setattr(todo, "_groups", {})
    monkeypatch.setattr(todo, "_deadlines", {})
    return lambda *groups: todo.register_groups(str(len(todo._groups)), lambda _account, _on: groups)


def shown():
    return [(each.title, [row.what for row in each.tasks]) for each in todo.todo(Account(), on=DAY)]


def test_groups_and_rows_stand_by_their_deadlines_and_what_has_none_last(sources):
    sources(group("审核", task("x")), group("月报", task("后", 19), task("先", 3)))
    sources(group("确认", task("今天", 0), task("已过", -2)))
    assert shown() == [("确认", ["已过", "今天"]), ("月报", ["先", "后"]), ("审核", ["x"])]


def test_of_one_day_what_went_wrong_stands_first(sources):
    sources(group("确认", task("好", 3), task("坏", 3, urgent=True)))
    assert shown() == [("确认", ["坏", "好"])]


def test_days_left_and_days_late_are_reckoned(sources):
    sources(group("确认", task("a", 5), task("b", 0), task("c", -2), task("d")))
    (found,) = todo.todo(Account(), on=DAY)
    assert [(row.what, row.left, row.late) for row in found.tasks] == [
        ("c", -2, 2), ("b", 0, 0), ("a", 5, 0), ("d", None, 0),
    ]  # fmt: skip


def test_what_is_empty_is_left_out_and_what_is_not_listed_is_counted(sources):
    many = [task(str(number), number) for number in range(todo.LONGEST_GROUP)]
    sources(group("无", count=0), group("确认", *many, count=27), group("审核", task("7 讲"), count=7))
    assert [(each.title, each.more) for each in todo.todo(Account(), on=DAY)] == [("确认", 7), ("审核", 0)]


def test_the_next_deadline_is_the_first_that_lies_ahead(sources):
    found = [Deadline(DAY - timedelta(days=1), "昨天"), Deadline(DAY + timedelta(days=19), "月报")]
    todo.register_deadlines("quotas", lambda _account, _on: found)
    assert todo.next_deadline(Account(), on=DAY) == found[1]
    assert todo.next_deadline(Account(), on=DAY + timedelta(days=20)) is None
