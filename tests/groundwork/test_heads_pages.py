"""The public pages of the signed heads: open to everybody, and enough to be a witness."""

from collections.abc import Iterator

import pytest
from django.test import Client

from qianchang.groundwork import heads, signing
from qianchang.groundwork.models import SignedHead
from tests.groundwork.factories import credit, passing, tear_down_the_wall
from tests.world import World


@pytest.fixture(autouse=True)
def _nothing_stays(db: None) -> Iterator[None]:
    with passing():
        yield


def sign(world: World, days: int) -> None:
    credit(1, at=world.now)
    for day in range(days):
        signing.sign_heads(at=world.later(days=day))


def test_before_the_first_head_the_page_says_so(client: Client) -> None:
    answer = client.get("/ledger/heads/")

    assert answer.status_code == 200
    assert "还没有签名" in answer.content.decode()
    assert client.get("/ledger/heads.json").json()["heads"] == []


def test_a_stranger_sees_where_every_ledger_stands(world: World, client: Client) -> None:
    assert world.guangxi.code == "CN-GX"
    sign(world, 2)

    page = client.get("/ledger/heads/").content.decode()

    assert "第 2 号签名（2026-10-13）" in page
    assert world.guangxi.name_zh in page
    assert "学时台账" in page
    assert signing.trusted_keys()[0][:16] in page


def test_the_page_asks_the_same_of_the_database_however_many_heads_there_are(
    world: World, client: Client, django_assert_num_queries
) -> None:
    sign(world, 40)

    # The newest head, the names of its associations, the count of heads and one page of them.
    with django_assert_num_queries(4):
        client.get("/ledger/heads/?page=2")
    with django_assert_num_queries(1):
        client.get("/ledger/heads.json?after=12")


def test_a_partners_machine_gets_what_is_new_and_can_check_it(world: World, client: Client) -> None:
    sign(world, 3)

    answer = client.get("/ledger/heads.json?after=1")

    assert "public" in answer["Cache-Control"]
    told = answer.json()
    line = [heads.Signed(head["document"], head["key"], head["signature"]) for head in told["heads"]]
    found, documents = heads.head_faults(line, trusted=told["keys"])
    assert [document.number for document in documents] == [2, 3]
    assert [fault.what for fault in found] == [
        "signed heads 1 to 1 are missing",
        "does not follow the signed head before it",
    ]
    assert told["next_after"] is None


def test_a_long_line_of_heads_comes_in_parts(world: World, client: Client, monkeypatch) -> None:
    monkeypatch.setattr("qianchang.groundwork.views.HEADS_AN_ANSWER", 2)
    sign(world, 3)

    first = client.get("/ledger/heads.json").json()
    rest = client.get(f"/ledger/heads.json?after={first['next_after']}").json()

    assert [head["number"] for head in first["heads"]] == [1, 2]
    assert ([head["number"] for head in rest["heads"]], rest["next_after"]) == ([3], None)


@pytest.mark.parametrize("after", ["-1", "x", "", "9" * 40, "0x1"])
def test_an_odd_number_is_refused_in_words(client: Client, after: str) -> None:
    answer = client.get("/ledger/heads.json", {"after": after})

    assert (answer.status_code, "detail" in answer.json()) == (400, True)


@pytest.mark.parametrize("address", ["heads/2.txt", "heads/2.sig", "heads/99999999999999999999999.txt"])
def test_there_is_no_head_before_it_is_signed(world: World, client: Client, address: str) -> None:
    sign(world, 1)

    assert client.get(f"/ledger/{address}").status_code == 404


def test_an_altered_document_is_shown_as_such(world: World, client: Client) -> None:
    sign(world, 1)
    tear_down_the_wall(SignedHead._meta.db_table)
    SignedHead.objects.update(document="nothing")

    assert "签名之后被改动过" in client.get("/ledger/heads/").content.decode()


def test_without_a_key_the_page_stands_and_offers_none(client: Client, settings) -> None:
    settings.LEDGER_KEY = ""

    assert "public-key" not in client.get("/ledger/heads/").content.decode()
    assert client.get("/ledger/key.pem").status_code == 404


@pytest.mark.parametrize("address", ["heads/", "heads.json", "key.pem"])
def test_nothing_here_can_be_written(client: Client, address: str) -> None:
    assert client.post(f"/ledger/{address}").status_code == 405
