"""The rows that a fold reads and writes, in statements that are written out.

For one report the ORM takes longer to put these statements together than the database to answer them: with it a lone
report cost twice the CPU (docs/benchmarks.md).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from courses.attendance.models import Coverage, Playback, PresenceCheck, WatchedSpan
from courses.attendance.rules import Interval
from courses.catalogue.models import LectureVersion
from qianchang.people.models import Association, Jurisdiction, Lawyer


@dataclass(frozen=True)
class Watched:
    """A lawyer's playback and coverage, locked until the end of the transaction, and what judging a report needs of
    the lecture. The four models know only the fields of `_LOCKED`; any other is read when it is asked for.
    """

    playback: Playback
    coverage: Coverage
    version: LectureVersion
    jurisdiction: Jurisdiction
    account_id: int | None


_PLAYBACK = (
    "id",
    "public_id",
    "lawyer_id",
    "lecture_version_id",
    "opened_at",
    "clock_offset_ms",
    "superseded_at",
    "download_until",
    "accepted_ms",
    "refused_count",
)
_COVERAGE = ("id", "lawyer_id", "lecture_version_id", "intervals_ms", "accepted_wall_ms", "position_ms")
_VERSION = ("id", "lecture_id", "length_ms", "excluded_ms")
_JURISDICTION = ("id", "code")


def _columns(table: str, names: Iterable[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


_LOCKED = f"""SELECT {_columns("playback", _PLAYBACK)}, {_columns("coverage", _COVERAGE)},
{_columns("version", _VERSION)}, {_columns("jurisdiction", _JURISDICTION)}, lawyer.account_id
FROM {Playback._meta.db_table} AS playback
JOIN {Coverage._meta.db_table} AS coverage
  ON coverage.lawyer_id = playback.lawyer_id AND coverage.lecture_version_id = playback.lecture_version_id
JOIN {LectureVersion._meta.db_table} AS version ON version.id = playback.lecture_version_id
JOIN {Lawyer._meta.db_table} AS lawyer ON lawyer.id = playback.lawyer_id
JOIN {Association._meta.db_table} AS association ON association.id = lawyer.association_id
JOIN {Jurisdiction._meta.db_table} AS jurisdiction ON jurisdiction.id = association.jurisdiction_id
WHERE playback.public_id IN ({{places}}) ORDER BY lawyer.id, coverage.id, playback.id {{lock}}"""  # noqa: S608 (no value is put in)

# CROSS JOIN keeps SQLite from reading the large table first; PostgreSQL decides by itself.
_SPAN = "span.lawyer_id, span.playback_id, span.sequence, span.refusal, span.accepted_wall_ms"
_SAME = f"""WITH asked(playback, sequence) AS (VALUES {{places}})
SELECT {_SPAN} FROM asked CROSS JOIN {WatchedSpan._meta.db_table} AS span
WHERE span.playback_id = asked.playback AND span.sequence = asked.sequence"""  # noqa: S608
_OVERLAPPING = f"""WITH asked(lawyer, began, ended) AS (VALUES {{places}})
SELECT {_SPAN} FROM asked CROSS JOIN {WatchedSpan._meta.db_table} AS span
WHERE span.lawyer_id = asked.lawyer AND span.wall_until > asked.began AND span.wall_from < asked.ended"""  # noqa: S608
_ANSWERED = f"""WITH asked(lawyer, version) AS (VALUES {{places}})
SELECT answer.lawyer_id, answer.lecture_version_id, answer.code_index
FROM asked CROSS JOIN {PresenceCheck._meta.db_table} AS answer
WHERE answer.lawyer_id = asked.lawyer AND answer.lecture_version_id = asked.version AND answer.correct"""  # noqa: S608
_KEEP_COVERAGE = f"""UPDATE {Coverage._meta.db_table} SET intervals_ms = %s, covered_ms = %s, accepted_wall_ms = %s,
position_ms = %s, updated_at = %s WHERE id = %s"""  # noqa: S608
_KEEP_PLAYBACK = f"""UPDATE {Playback._meta.db_table} SET clock_offset_ms = %s, accepted_ms = %s, refused_count = %s
WHERE id = %s"""  # noqa: S608


def lock_watched(ids: Iterable[UUID]) -> dict[UUID, Watched]:
    """Return what the playbacks with these public numbers belong to, by the number. One statement, inside the caller's
    transaction (two where some are not known). Playbacks of one lawyer and lecture share one coverage.

    It locks the lawyer too: another device may be reporting another lecture for the same minute. Always in the same
    order, or two transactions could wait for each other.
    """
    wanted = list(dict.fromkeys(ids))
    found: dict[UUID, Watched] = {}
    shared: dict[int, Coverage] = {}
    # PostgreSQL leaves out a row whose lawyer moved to another association while it waited for the lock: ask again.
    for _attempt in range(2):
        asked = [public_id for public_id in wanted if public_id not in found]
        for each in _locked(asked) if asked else ():
            coverage = shared.setdefault(each.coverage.pk, each.coverage)
            found[each.playback.public_id] = replace(each, coverage=coverage)
    return found


def same_spans(asked: Sequence[tuple[int, int]]) -> list[tuple[int, int, int, str, list[Interval]]]:
    """Return the spans with these (playback, sequence): lawyer, playback, sequence, refusal, wall time taken (ms)."""
    return _spans(_SAME, asked)


def overlapping_spans(
    asked: Sequence[tuple[int, datetime, datetime]],
) -> list[tuple[int, int, int, str, list[Interval]]]:
    """Return the spans that reach into these (lawyer, from, until): lawyer, playback, sequence, refusal, wall time."""
    adapt = connection.ops.adapt_datetimefield_value
    return _spans(_OVERLAPPING, [(lawyer, adapt(start), adapt(end)) for lawyer, start, end in asked])


def codes_answered(asked: Iterable[tuple[int, int]]) -> dict[tuple[int, int], frozenset[int]]:
    """Return the presence codes answered rightly for each (lawyer, lecture version)."""
    found: dict[tuple[int, int], set[int]] = {each: set() for each in asked}
    for lawyer, version, index in _rows(_ANSWERED, list(found)):
        found[lawyer, version].add(index)
    return {each: frozenset(indexes) for each, indexes in found.items()}


def keep(watched: Sequence[Watched]) -> None:
    """Write the changed coverages and playbacks."""
    coverages = {each.coverage.pk: each.coverage for each in watched}
    playbacks = {each.playback.pk: each.playback for each in watched}
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            _KEEP_COVERAGE,
            [
                (
                    json.dumps(each.intervals_ms),
                    each.covered_ms,
                    each.accepted_wall_ms,
                    each.position_ms,
                    adapt(each.updated_at),
                    pk,
                )
                for pk, each in coverages.items()
            ],
        )
        cursor.executemany(
            _KEEP_PLAYBACK,
            [
                (each.clock_offset_ms, json.dumps(each.accepted_ms), each.refused_count, pk)
                for pk, each in playbacks.items()
            ],
        )


def _locked(asked: Sequence[UUID]) -> list[Watched]:
    native = connection.features.has_native_uuid_field
    lock = (
        "FOR NO KEY UPDATE OF lawyer, coverage, playback" if connection.features.has_select_for_update else ""
    )
    statement = _LOCKED.format(places=", ".join(["%s"] * len(asked)), lock=lock)
    with connection.cursor() as cursor:
        cursor.execute(statement, [public_id if native else public_id.hex for public_id in asked])
        return [_watched(list(row)) for row in cursor.fetchall()]


def _watched(row: list[Any]) -> Watched:
    def next_of(names: Sequence[str]) -> dict[str, Any]:
        values, row[:] = row[: len(names)], row[len(names) :]
        return dict(zip(names, values, strict=True))

    playback, coverage = next_of(_PLAYBACK), next_of(_COVERAGE)
    version, jurisdiction = next_of(_VERSION), next_of(_JURISDICTION)
    playback["public_id"] = _uuid(playback["public_id"])
    playback["opened_at"] = _aware(playback["opened_at"])
    for name in ("superseded_at", "download_until"):
        playback[name] = playback[name] and _aware(playback[name])
    playback["accepted_ms"] = json.loads(playback["accepted_ms"])
    coverage["intervals_ms"] = json.loads(coverage["intervals_ms"])
    version["excluded_ms"] = json.loads(version["excluded_ms"])
    (account_id,) = row
    return Watched(
        _model(Playback, playback),
        _model(Coverage, coverage),
        _model(LectureVersion, version),
        _model(Jurisdiction, jurisdiction),
        account_id,
    )


def _model(model: Any, values: dict[str, Any]) -> Any:
    # Django wants them in the order of the model's fields, whatever names come with them.
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(connection.alias, names, [values[name] for name in names])


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _aware(value: datetime) -> datetime:
    """SQLite keeps no time zone: what it holds is UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _spans(
    statement: str, asked: Sequence[tuple[Any, ...]]
) -> list[tuple[int, int, int, str, list[Interval]]]:
    return [
        (lawyer, playback, sequence, refusal, [(start, end) for start, end in json.loads(pieces)])
        for lawyer, playback, sequence, refusal, pieces in _rows(statement, asked)
    ]


def _rows(statement: str, asked: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return what matches one of the tuples asked for, by an index for each."""
    if not asked:
        return []
    places = ", ".join(f"({', '.join(['%s'] * len(asked[0]))})" for _each in asked)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(places=places), [value for each in asked for value in each])
        return list(cursor.fetchall())
