"""The full-text index of passages: FTS5 on SQLite, a GIN index on PostgreSQL, both over signs that we told apart.

Neither database is asked what a word is: their parsers differ, and depend on the locale. They only answer which passages
have all of some signs; that signs stand side by side is asked of the text, of those passages alone. So both give the same
answer (decision 0022).
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from courses.catalogue.models import Passage
from courses.catalogue.search.words import Form, Word

TABLE = Passage._meta.db_table
INDEX = f"{TABLE}_signs"
# All that we count as a sign is one to FTS5 as well, also letters younger than its tables (Cn).
_FTS5 = f"""CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(spaced, content='{TABLE}', content_rowid='id',
detail=none, tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Cn'")"""
_GONE = f"INSERT INTO {INDEX}({INDEX}, rowid, spaced) VALUES ('delete', old.id, old.spaced);"  # noqa: S608
_NEW = f"INSERT INTO {INDEX}(rowid, spaced) VALUES (new.id, new.spaced);"  # noqa: S608
_TRIGGERS = {
    f"{INDEX}_insert": f"AFTER INSERT ON {TABLE} BEGIN {_NEW} END",
    f"{INDEX}_delete": f"AFTER DELETE ON {TABLE} BEGIN {_GONE} END",
    f"{INDEX}_update": f"AFTER UPDATE ON {TABLE} BEGIN {_GONE} {_NEW} END",
}
# They stand in most of what is said. PostgreSQL then reads every passage, and takes each apart once more to look into it:
# seconds, where the text itself answers in a tenth of one.
_EVERYWHERE = frozenset("的一是不了在有我这个们就那也你他到说会要")
_VECTOR = "array_to_tsvector(string_to_array(btrim({column}), ' '))"


class HasSigns(Func):
    """Whether a passage has every sign of one of some forms; the last sign may go on where the form says `prefix`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, forms: Sequence[Form]) -> None:
        super().__init__(F("pk"), F("spaced"))
        self.forms = tuple(
            dict.fromkeys((tuple(dict.fromkeys(_signs_of(form))), form.prefix) for form in forms)
        )

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        number, params = compiler.compile(self.source_expressions[0])
        sql = f"{number} IN (SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s)"  # noqa: S608
        return sql, [*params, self._asked(quote='"', every=" ", either=" OR ", on="*")]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[1])
        if any(_EVERYWHERE.issuperset(signs) for signs, _prefix in self.forms):
            in_each = (" AND ".join([f"{column} LIKE %s"] * len(signs)) for signs, _prefix in self.forms)
            wanted = [f"% {sign} %" for signs, _prefix in self.forms for sign in signs]
            return f"({' OR '.join(in_each)})", [*params, *wanted]
        asked = self._asked(quote="'", every=" & ", either=" | ", on=":*")
        return f"{_VECTOR.format(column=column)} @@ %s::tsquery", [*params, asked]

    def _asked(self, *, quote: str, every: str, either: str, on: str) -> str:
        return either.join(
            f"({every.join(f'{quote}{sign}{quote}' for sign in signs)}{on if prefix else ''})"
            for signs, prefix in self.forms
        )


def holding(word: Word) -> Q:
    """The condition on passages that hold a word in any of its forms.

    One question to the index for all forms, and beside it what only the text can say: were they mixed, PostgreSQL would
    take every passage apart again that its index has already answered for.
    """
    has = Q(HasSigns(word.forms))
    # One sign is nowhere but where the index says.
    return has if all(len(list(_signs_of(form))) == 1 for form in word.forms) else has & in_text(word)


def as_typed(word: Word) -> Q:
    """The condition, on passages that hold a word, that it stands there in one piece. Asks no index."""
    return _any([form for form in word.forms if form.exact])


def in_text(word: Word) -> Q:
    """The condition that a word stands in a passage in any of its forms. Asks no index: for few passages."""
    return _any(word.forms)


def put_up(*, using: str, **signal: object) -> None:
    """Make what is missing of the index; called after every migrate. A table that was rebuilt has lost its triggers on
    SQLite: then the index is filled again from the table.
    """
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Asked first: even where it is there, making it waits for everybody who writes.
            cursor.execute("SELECT to_regclass(%s)", [INDEX])
            if cursor.fetchone() == (None,):
                cursor.execute(
                    f"CREATE INDEX {INDEX} ON {TABLE} USING gin (({_VECTOR.format(column='spaced')}))"
                )
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
        missing = _TRIGGERS.keys() - {name for (name,) in cursor.fetchall()}
        cursor.execute(_FTS5)
        for name in sorted(missing):
            cursor.execute(f"CREATE TRIGGER {name} {_TRIGGERS[name]}")
        if missing:
            cursor.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')")  # noqa: S608


def _any(forms: Sequence[Form]) -> Q:
    return reduce(or_, (_stands(form) for form in forms))


def _stands(form: Form) -> Q:
    """Every piece with its signs side by side. Signs are letters and digits: nothing in them is a wild card."""
    end = "" if form.prefix else " "
    return Q(*(Q(spaced__contains=f" {' '.join(piece)}{end}") for piece in form.pieces))


def _signs_of(form: Form) -> Iterator[str]:
    for piece in form.pieces:
        yield from piece
