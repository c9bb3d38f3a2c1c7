"""How SQLite finds entries: by the lawyer or the lecture, never through the whole ledger.

It takes "reverses_id IS NULL" for a key that finds one row. Nearly every entry is such a row, and every report of
watching asks for them.
"""

import pytest
from django.db import connection

from courses.credits import course_hours, office, queries
from courses.schedule.registries import ReachQuestion

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite; others have statistics"),
]


@pytest.fixture
def plans():
    """Return a function that asks something and gives the plan of each statement."""

    def of(ask):
        said = []

        def note(execute, sql, params, many, context):
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
                said.append("\n".join(row[3] for row in cursor.fetchall()))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            ask()
        return said

    return of


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda lawyer: queries.standing_entries([(lawyer.pk, 1, 2026)]), id="each report"),
        pytest.param(lambda lawyer: list(queries.awards_ever(lawyer, 1)), id="an award"),
        pytest.param(
            lambda lawyer: queries.awards_of(lawyer).filter(lecture=1, accounting_year=2026).first(),
            id="a lecture's page",
        ),
    ],
)
def test_the_awards_of_a_lecture_to_a_lawyer_are_found_by_both(ask, plans, world):
    lawyer = world.county_lawyer
    (plan,) = plans(lambda: ask(lawyer))
    assert "(lawyer_id=? AND lecture_id=?)" in plan


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda lawyer: list(queries.awards_of(lawyer)), id="a certificate"),
        pytest.param(lambda lawyer: office.progress(lawyer, [1, 2, 3]), id="a list of lectures"),
        pytest.param(lambda lawyer: course_hours.credited_lectures([lawyer.pk], [1, 2]), id="a course"),
        pytest.param(lambda lawyer: queries.reach([ReachQuestion(1, 1, "dvd")]), id="reach"),
        pytest.param(lambda lawyer: list(queries.entries_of(lawyer)), id="my hours"),
    ],
)
def test_nothing_reads_the_whole_ledger(ask, plans, world):
    lawyer = world.county_lawyer
    for plan in plans(lambda: ask(lawyer)):
        of_entries = [line for line in plan.splitlines() if "LEFT-JOIN" not in line]
        assert not any("reverses_id=?" in line or line.startswith("SCAN credits") for line in of_entries), (
            plan
        )
