"""The walls and every address once more on a real server, as a user of the database whom the walls bind."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.databases import migrated_postgresql, run

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with migrated_postgresql() as url:
        yield url


def test_the_walls_hold(server: str) -> None:
    told = run(server, "-m", "pytest", "-q", "--no-migrations", "tests/people/permissions/test_walls.py")

    assert " passed" in told
    assert "skipped" not in told


def test_every_address_answers_the_same_behind_the_walls(server: str) -> None:
    # Not those of other methods: they are refused before anything is read.
    addresses = "tests/people/permissions/test_every_address.py"
    told = run(server, "-m", "pytest", "-q", "--no-migrations", "-k", "not no_other_method", addresses)

    assert " passed" in told


def test_the_ways_to_an_account_are_open_behind_the_walls(server: str) -> None:
    ways = (
        "activation",
        "sent_codes",
        "invitations",
        "slips",
        "sessions",
        "second_factor",
        "outside_identity",
    )
    files = (f"tests/people/test_{way}.py" for way in ways)
    told = run(server, "-m", "pytest", "-q", "--no-migrations", *files)

    assert " passed" in told


def test_reports_of_many_lawyers_are_folded_behind_the_walls(server: str) -> None:
    test = "tests/courses/attendance/test_folding.py::test_whoever_asks_first_folds_the_reports_of_all"
    told = run(server, "-m", "pytest", "-q", "--no-migrations", test)

    assert "1 passed" in told


def test_a_migrated_site_shows_nobody_to_a_connection_that_says_nothing(server: str) -> None:
    # Given a site that was migrated, with somebody on its roster.
    run(
        server,
        "-c",
        "import django; django.setup()\nfrom django.db import transaction\nfrom tests.world import World\n"
        "World().county_lawyer",
    )
    # Then a bare connection as the same user sees nobody until it says who asks.
    with psycopg.connect(server) as connection:
        everybody = "SELECT count(*) FROM people_lawyer"
        assert connection.execute(everybody).fetchone() == (0,)
        connection.execute("SELECT set_config('qianchang.account', 'platform', false)")
        assert connection.execute(everybody).fetchone() == (1,)


def test_the_check_of_a_deployment_names_a_user_whom_no_wall_binds(server: str) -> None:
    superuser = server.replace("site@", "tester@")
    check = "import django; django.setup()\nfrom qianchang.project.checks import walls_bind\nprint(walls_bind(None))"

    assert "qianchang.E010" in run(superuser, "-c", check)
    assert run(server, "-c", check).strip() == "[]"
