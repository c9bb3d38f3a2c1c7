"""The audit log: who, what, when and from where, cut and paged by key, and its file."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from qianchang.groundwork import audit
from qianchang.groundwork.models import AuditEntry
from qianchang.people import audit_log, audit_words
from qianchang.people.models import Account
from tests.world import World


def write(world: World, number: int, *, verb: str = "held", by: Account | None = None) -> AuditEntry:
    return audit.record(
        verb,
        object_type="session",
        object_key=str(number),
        by=by,
        at=world.later(minutes=number),
        reason="=1+1",
    )


@pytest.fixture
def desk(world: World) -> Client:
    assert world.administrator.pk
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post("/account/login/", {"login": "zheng.guanli", "password": World.PASSWORD})
    return client


def test_pages_follow_each_other_without_a_gap_or_a_repeat(world: World) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(at=world.later(minutes=n // 3), verb="held", object_type="session", object_key=str(n))
        for n in range(130)
    )
    seen, place = [], ""
    for _page in range(3):
        page = audit_log.page(audit_log.Which(object_type="session"), before=place)
        seen += [line.entry.object_key for line in page.lines]
        place = page.older
    assert place == ""
    assert seen == [str(n) for n in reversed(range(130))]


def test_the_thousandth_page_costs_two_queries_too(world: World, django_assert_num_queries: Any) -> None:
    for number in range(3):
        write(world, number, by=world.editor)
    with django_assert_num_queries(2):
        audit_log.page(audit_log.Which(), before=f"{world.later(days=9).isoformat()},5")


@pytest.mark.parametrize(
    "place", ["x", "2026-10-12,1", "2026-13-45T00:00:00+08:00,1", ",", "2026-10-12T00:00:00+08:00,x"]
)
def test_a_place_of_nonsense_is_the_beginning(world: World, place: str) -> None:
    write(world, 1)
    assert audit_log.page(audit_log.Which(object_key="1"), before=place).lines


def test_it_is_cut_by_person_act_object_and_day(world: World) -> None:
    write(world, 1, by=world.supporting_officer)
    write(world, 2, verb="confirmed", by=world.beneficiary_officer)

    def keys(**cut: Any) -> list[str]:
        page = audit_log.page(audit_log.Which(object_type="session", **cut))
        return [line.entry.object_key for line in page.lines]

    assert keys(person="梁秘") == ["1"]
    assert keys(person="huang.zhuanyuan") == ["2"]
    assert keys(person=f"#{world.beneficiary_officer.pk}") == ["2"]
    assert keys(person="没有这个人") == []
    assert keys(verb="confirmed") == ["2"]
    assert keys(object_key="1") == ["1"]
    assert keys(from_date=world.day + timedelta(days=1)) == []
    assert keys(from_date=world.day, until_date=world.day) == ["2", "1"]


def test_the_page_shows_names_by_a_join_and_the_address(world: World, desk: Client) -> None:
    page = desk.get("/manage/audit/").content.decode()
    assert "退出" in page
    desk.post("/manage/users/", {"name": "新人", "username": "xin-ren", "email": "x@example.org"})
    entry = AuditEntry.objects.filter(verb="opened").latest("pk")

    assert entry.address == "192.0.2.7"
    page = desk.get("/manage/audit/?verb=opened").content.decode()
    assert "192.0.2.7" in page
    assert "郑管理员" in page
    assert "开通账号" in page


def test_what_a_worker_records_comes_from_nowhere(world: World) -> None:
    assert write(world, 1).address == ""


def test_an_export_says_why_stands_in_the_log_and_runs_nothing(world: World, desk: Client) -> None:
    write(world, 1, by=world.editor)
    assert (
        desk.post(
            "/manage/audit/?object_type=session&object_key=1", {"format": "csv", "reason": ""}
        ).status_code
        == 422
    )
    assert not AuditEntry.objects.filter(verb="exported").exists()

    file = desk.post(
        "/manage/audit/?object_type=session&object_key=1", {"format": "csv", "reason": "省厅检查调阅"}
    )

    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][1] == "林编辑"
    assert not any(cell.startswith("=") for cell in rows[1])
    exported = AuditEntry.objects.get(verb="exported")
    assert exported.details["reason"] == "省厅检查调阅"
    assert exported.address == "192.0.2.7"
    excel = desk.post(
        "/manage/audit/?object_type=session&object_key=1", {"format": "xlsx", "reason": "省厅检查调阅"}
    )
    assert excel.content.startswith(b"PK")


def test_only_administrators_read_it(world: World, client_for: Callable[[Account], Client]) -> None:
    for who in (world.national_officer, world.editor, world.beneficiary_officer):
        assert client_for(who).get("/manage/audit/").status_code == 403


def test_the_filters_use_indexes(world: World) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the plan of an empty table says nothing on PostgreSQL")
    for which in (
        audit_log.Which(),
        audit_log.Which(verb="held"),
        audit_log.Which(object_type="session"),
        audit_log.Which(object_type="session", object_key="1"),
    ):
        plan = audit_log.entries(which)[:51].explain()
        assert "USING INDEX" in plan
        assert "TEMP B-TREE" not in plan or which.object_key, plan


def test_each_act_has_words() -> None:
    assert audit_words.in_words("unmasked") == "查看完整信息"
    assert audit_words.in_words("never heard of") == "never heard of"
