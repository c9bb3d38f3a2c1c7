"""A site of the test's own with one published lecture, and what a test needs to know of it."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.media_pipeline.site import Site

SEED = """
import json, pathlib
from tests.courses.media_files import seed
print("FACTS", json.dumps(seed(pathlib.Path({folder!r}), seconds={seconds}, titles={titles!r})))
"""


@dataclass(frozen=True)
class LectureSite:
    """`facts` are those of `media_files.seed`: the lecture's address, sessions of the people, and the like."""

    site: Site
    facts: dict[str, Any]

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def shell(self) -> Callable[[str], str]:
        return self.site.shell

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement in the site's database and return its rows."""
        database = sqlite3.connect(self.site.folder / "qianchang.sqlite3", timeout=20)
        with closing(database), database:
            return database.execute(statement, values).fetchall()

    def nothing_watched(self) -> None:
        """Let the lawyer begin anew, whatever the tests before have watched."""
        self.sql("UPDATE attendance_coverage SET intervals_ms = '[]', covered_ms = 0, position_ms = 0")


@contextmanager
def lecture_site(
    folder: Path, *, seconds: int, titles: Sequence[str], more: str = ""
) -> Iterator[LectureSite]:
    """Run a site in `folder` with a lecture of so many seconds, one slide a title; `more` is run in its shell as well."""
    site = Site(folder)
    site.manage("collectstatic", "--noinput", "-v", "0")
    films = folder / "films"
    films.mkdir()
    said: str = site.shell(SEED.format(folder=str(films), seconds=seconds, titles=list(titles)) + more)
    site.start_web()
    try:
        yield LectureSite(site, json.loads(said.split("FACTS ")[1].splitlines()[0]))
    finally:
        site.stop_all()
