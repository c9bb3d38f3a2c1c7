"""The second wall, asked with a raw cursor: PostgreSQL shows each account only the people whom it may see."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.utils.timezone import localdate

from qianchang.people import wall_policies, walls
from qianchang.people.models import Account, Lawyer, Practice
from qianchang.people.practice import record_practice
from tests.world import World

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite has no such wall; test_walls_on_postgresql.py runs these there",
)


def seen_by(who: str, table: str = "people_lawyer", column: str = "id") -> set[int]:
    """What a raw cursor gets when the database is told that `who` asks."""
    with walls.as_account(lambda: who), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 - names of tables, from this file
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def people(world: World) -> dict[str, Lawyer]:
    """Lawyers of 那坡县, of the city above it, of Yunnan and of Guangdong."""
    return {
        "county": world.county_lawyer,
        "city": world.lawyer("14510201611223355", "陆城里", world.baise_firm),
        "yunnan": world.yunnan_lawyer,
        "guangdong": world.expert_lawyer,
    }


@on_postgresql
@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("county_account", {"county"}),
        ("county_contact", {"county"}),
        ("beneficiary_officer", {"county", "city"}),
        ("yunnan_officer", {"yunnan"}),
        ("supporting_officer", {"guangdong"}),
        ("national_officer", set()),
        ("editor", set()),
        ("administrator", {"county", "city", "yunnan", "guangdong"}),
    ],
)
def test_each_sees_the_rosters_of_their_reach(
    world: World, people: dict[str, Lawyer], who: str, seen: set[str]
) -> None:
    account: Account = getattr(world, who)

    assert seen_by(str(account.pk)) == {people[name].pk for name in seen}


@on_postgresql
@pytest.mark.parametrize("nobody", ["", "0", "99999999", "x", "1 or 1=1", "-1"])
def test_guests_and_accounts_that_do_not_exist_see_nobody(people: dict[str, Lawyer], nobody: str) -> None:
    assert seen_by(nobody) == set()


@on_postgresql
def test_workers_and_commands_see_all(people: dict[str, Lawyer]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_lawyer")
        assert cursor.fetchone()[0] == len(people)


@on_postgresql
def test_a_role_that_ran_out_opens_nothing(world: World, people: dict[str, Lawyer]) -> None:
    former = world.account("former", "前任")
    world.grant(former, "beneficiary_officer", world.guangxi, valid_until=date(2026, 2, 1))
    # The database asks its own clock. The last day is excluded: who holds it until today has nothing today.
    today = world.account("today", "今日")
    world.grant(today, "beneficiary_officer", world.guangxi, valid_until=localdate())
    tomorrow = world.account("tomorrow", "明日")
    world.grant(tomorrow, "beneficiary_officer", world.guangxi, valid_until=localdate() + timedelta(days=1))

    assert seen_by(str(former.pk)) == set()
    assert seen_by(str(today.pk)) == set()
    assert seen_by(str(tomorrow.pk)) == {people["county"].pk, people["city"].pk}


@on_postgresql
def test_what_is_about_a_lawyer_is_seen_with_the_lawyer(world: World, people: dict[str, Lawyer]) -> None:
    for each in people.values():
        record_practice(
            lawyer=each, kind=Practice.Kind.PRACTISING, valid_from=world.day, source="名册", at=world.now
        )
    seen = seen_by(str(world.beneficiary_officer.pk), "people_practice", "lawyer_id")

    assert seen == {people["county"].pk, people["city"].pk}


@on_postgresql
def test_nobody_writes_what_they_may_not_see(world: World, people: dict[str, Lawyer]) -> None:
    with walls.as_account(lambda: str(world.yunnan_officer.pk)):
        assert Lawyer.objects.filter(pk=people["county"].pk).update(name="改名") == 0
        assert Lawyer.objects.filter(pk=people["county"].pk).delete()[0] == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Lawyer.objects.filter(pk=people["yunnan"].pk).update(association=world.guangxi)


@on_postgresql
def test_every_walled_table_is_behind_one_policy_that_binds_its_owner_too(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, count(p.policyname) FROM pg_class c "
            "LEFT JOIN pg_policies p ON p.tablename = c.relname WHERE c.relname = ANY(%s) GROUP BY 1, 2",
            [list(wall_policies.WALLED)],
        )
        found = {name: (forced, policies) for name, forced, policies in cursor.fetchall()}

    assert found == dict.fromkeys(wall_policies.WALLED, (True, 1))
    assert not walls.escapes()


@on_postgresql
def test_a_policy_that_was_lost_comes_back_with_the_next_migrate(
    world: World, people: dict[str, Lawyer]
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE people_lawyer DISABLE ROW LEVEL SECURITY")
        assert len(seen_by("")) == len(people)
        wall_policies.put_up("default")
        assert seen_by("") == set()


@on_postgresql
def test_the_policy_uses_indexes_and_asks_about_the_account_once(world: World) -> None:
    world.county_lawyer  # noqa: B018 - the roster is not empty
    with walls.as_account(lambda: str(world.beneficiary_officer.pk)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id, name FROM people_lawyer")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    lawyers = plan[plan.index("people_lawyer") :]
    assert "BitmapOr" in plan
    assert "Seq Scan on people_lawyer" not in plan
    assert lawyers.count("Index Cond") >= 4
    assert "InitPlan" in plan
    assert "SubPlan" not in plan


# --- who asks -------------------------------------------------------------------------------------------------


@on_postgresql
class TestAsPlatform:
    def test_it_is_nested_and_ends_where_it_began(self, world: World, people: dict[str, Lawyer]) -> None:
        with walls.as_account(lambda: ""):
            with walls.as_platform("a test"):
                with walls.as_platform("a test in a test"):
                    assert Lawyer.objects.count() == len(people)
                assert Lawyer.objects.count() == len(people)
            assert Lawyer.objects.count() == 0
        assert Lawyer.objects.count() == len(people)

    def test_an_error_inside_ends_it(self, people: dict[str, Lawyer]) -> None:
        with walls.as_account(lambda: ""):
            with pytest.raises(ZeroDivisionError), walls.as_platform("a test"):
                raise ZeroDivisionError
            assert Lawyer.objects.count() == 0

    @pytest.mark.parametrize("inside", [True, False])
    def test_a_failed_and_rolled_back_transaction_ends_it(
        self, people: dict[str, Lawyer], inside: bool
    ) -> None:
        platform, block = walls.as_platform("a test"), transaction.atomic()
        with walls.as_account(lambda: ""):
            assert Lawyer.objects.count() == 0
            first, second = (platform, block) if inside else (block, platform)
            with pytest.raises(DatabaseError), first, second, connection.cursor() as cursor:  # noqa: PT012
                assert Lawyer.objects.count() == len(people)
                cursor.execute("SELECT 1/0")
            assert Lawyer.objects.count() == 0
        assert Lawyer.objects.count() == len(people)

    def test_what_was_told_inside_a_savepoint_is_told_again_after_it(self, people: dict[str, Lawyer]) -> None:
        with walls.as_account(lambda: ""):
            with transaction.atomic():
                with walls.as_platform("a test"):
                    assert Lawyer.objects.count() == len(people)
                transaction.set_rollback(True)
            with walls.as_platform("a test"):
                assert Lawyer.objects.count() == len(people)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_outside_of_transactions_too(world: World) -> None:
    mine = world.county_lawyer
    with pytest.raises(ZeroDivisionError), transaction.atomic(), walls.as_account(lambda: ""):  # noqa: PT012
        assert Lawyer.objects.count() == 0
        raise ZeroDivisionError
    with walls.as_account(lambda: ""):
        assert Lawyer.objects.count() == 0
    assert list(Lawyer.objects.all()) == [mine]


@on_postgresql
def test_a_request_asks_in_the_name_of_whoever_is_signed_in(world: World, people: dict[str, Lawyer]) -> None:
    def respond(request: Any) -> HttpResponse:
        return HttpResponse(str(Lawyer.objects.count()))

    request = RequestFactory().get("/")
    request.user = world.beneficiary_officer
    assert walls.ask_as_whoever_is_signed_in(respond)(request).content == b"2"
    assert Lawyer.objects.count() == len(people)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_next_request_on_a_connection_is_its_own_also_after_an_error(world: World) -> None:
    seen: list[int] = []
    assert world.county_lawyer
    assert world.yunnan_lawyer

    def fails(request: Any) -> HttpResponse:
        with transaction.atomic(), connection.cursor() as cursor, walls.as_platform("a test"):
            seen.append(Lawyer.objects.count())
            cursor.execute("SELECT 1/0")
        raise AssertionError

    def counts(request: Any) -> HttpResponse:
        seen.append(Lawyer.objects.count())
        return HttpResponse("x")

    def ask(respond: Any, account: Any) -> None:
        request = RequestFactory().get("/")
        request.user = account
        walls.ask_as_whoever_is_signed_in(respond)(request)

    for account in (world.yunnan_officer, AnonymousUser(), world.administrator):
        with pytest.raises(DatabaseError):
            ask(fails, world.administrator)
        ask(counts, account)

    assert seen == [2, 1, 2, 0, 2, 2]


@on_postgresql
def test_what_is_streamed_is_read_in_the_same_name(world: World, people: dict[str, Lawyer]) -> None:
    def respond(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(str(Lawyer.objects.count()) for _each in range(2))

    request = RequestFactory().get("/")
    request.user = world.beneficiary_officer
    response = walls.ask_as_whoever_is_signed_in(respond)(request)
    assert b"".join(response.streaming_content) == b"22"


def test_a_request_without_a_question_costs_nothing(world: World, django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/")

    with django_assert_num_queries(0):
        walls.ask_as_whoever_is_signed_in(lambda each: HttpResponse("x"))(request)


def test_saying_why_is_not_optional() -> None:
    with pytest.raises(ValueError, match="why"), walls.as_platform(""):
        pass
