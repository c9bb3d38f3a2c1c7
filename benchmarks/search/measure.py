"""One run in a process of its own, over the database that the environment names. Prints one line of JSON.

python -m benchmarks.search.measure 400 30000
"""

import json
import os
import statistics
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

QUERIES = Path(__file__).with_name("queries.toml")
AGAIN = 5


def run(lectures: int, paragraphs: int) -> dict[str, Any]:
    """Load the catalogue, ask every query, and say what was found, how fast, and how large the index is."""
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from benchmarks.catalogue.loading import load
    from courses.catalogue.models import Passage
    from courses.catalogue.search import indexing
    from tests.world import World

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    loaded = load(World(), lectures=lectures, paragraphs=paragraphs, at=timezone.now())
    loading = time.perf_counter() - began
    began = time.perf_counter()
    indexing.index_all(at=timezone.now(), anew=True)
    indexing_all = time.perf_counter() - began
    _analyse()
    client = Client(SERVER_NAME="127.0.0.1")
    client.get("/lectures/", {"q": "热身"})  # templates, connections, plans
    answers = [_ask(client, query) for query in _queries()]
    client.get("/lectures/")
    return {
        "lectures": loaded.lectures,
        "paragraphs": loaded.paragraphs,
        "passages": Passage.objects.count(),
        "queries": len(answers),
        "recall_1": _share(answer["place"] == 1 for answer in answers),
        "recall_5": _share(0 < answer["place"] <= 5 for answer in answers),
        "timed": sum(answer["timed"] for answer in answers),
        "at_the_right_second": sum(answer["right_second"] for answer in answers),
        "missed": [
            answer for answer in answers if answer["place"] != 1 or answer["timed"] > answer["right_second"]
        ],
        "search_ms": _spread([each for answer in answers for each in answer["search_ms"]]),
        "page_ms": _spread([each for answer in answers for each in answer["page_ms"]]),
        "whole_list_ms": _spread([_timed(lambda: client.get("/lectures/")) for _number in range(AGAIN)]),
        "nothing_found_ms": _spread(
            [
                _timed(lambda: client.get("/lectures/", {"q": "陈嘉铭的海商法讲座"}))
                for _number in range(AGAIN)
            ]
        ),
        "queries_of_the_database": max(answer["queries"] for answer in answers),
        "index_mb": _megabytes(),
        "load_s": round(loading),
        "index_s": round(indexing_all, 1),
    }


def _queries() -> Iterator[dict[str, Any]]:
    yield from tomllib.loads(QUERIES.read_text(encoding="utf-8"))["query"]


def _ask(client: Any, query: dict[str, Any]) -> dict[str, Any]:
    from django.contrib.auth.models import AnonymousUser
    from django.db import connection
    from django.http import QueryDict
    from django.test import RequestFactory
    from django.test.utils import CaptureQueriesContext

    from courses.catalogue.search.listing import listing, read
    from media_pipeline.recordings.cues import read_time

    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/lectures/", {"q": query["text"]})
    rows = list(answer.context_data["catalogue"].page)
    titles = [row.lecture.title for row in rows]
    place = titles.index(query["first"]) + 1 if query["first"] in titles else 0
    times = [hit.from_ms for hit in rows[0].hits][:1] if rows else []
    request = RequestFactory(SERVER_NAME="127.0.0.1").get("/lectures/")
    request.user = AnonymousUser()
    parameters = QueryDict(mutable=True)
    parameters["q"] = query["text"]
    return {
        "text": query["text"],
        "place": place,
        "found": titles[:3],
        "number": answer.context_data["catalogue"].page.paginator.count,
        "timed": int("at" in query),
        "right_second": int("at" in query and times == [read_time(query["at"])]),
        "queries": len(asked),
        "search_ms": [
            _timed(lambda: listing(read(parameters), request, number=1, per_page=20))
            for _number in range(AGAIN)
        ],
        "page_ms": [
            _timed(lambda: client.get("/lectures/", {"q": query["text"]})) for _number in range(AGAIN)
        ],
    }


def _timed(step: Any) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000


def _spread(times: list[float]) -> dict[str, int]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered)),
        "p95": round(ordered[int(len(ordered) * 0.95) - 1]),
        "worst": round(ordered[-1]),
    }


def _share(true: Any) -> float:
    answers = list(true)
    return round(sum(answers) / len(answers), 3)


def _analyse() -> None:
    """As autovacuum does on a site; SQLite has no need of it."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE catalogue_passage")


def _megabytes() -> dict[str, float]:
    """How large the text is, and the index over it."""
    from django.db import connection

    from courses.catalogue.search.matching import INDEX, TABLE

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_total_relation_size(%s) - pg_relation_size(%s), pg_relation_size(%s)",
                [TABLE, INDEX, INDEX],
            )
        else:
            sizes = "SELECT sum(length(spaced) * 3), (SELECT sum(length(block)) FROM {0}_data) FROM {1}"
            cursor.execute(sizes.format(INDEX, TABLE))
        text, index = cursor.fetchone()
    return {"text": round(text / 1e6, 1), "index": round(index / 1e6, 1)}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qianchang.project.settings.test")
    django.setup()
    print(json.dumps(run(*(int(each) for each in sys.argv[1:3])), ensure_ascii=False))
