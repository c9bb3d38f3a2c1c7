"""The second wall: on PostgreSQL the database itself shows each person only the people whom they may see.

Every query of a request is asked in the name of whoever is signed in (`qianchang.account`, a setting of the database's
session); policies on the tables of people (wall_policies.py) look up there what that account reaches. Nobody signed in:
no rows. Workers and commands ask as the platform, which sees all. The permissions of permissions.py stand in front of
this wall and know more; it is there for the query that forgot them. On SQLite there is no such wall.

Some work of a request must see more than whoever asks: activation, the check of a certificate, counting. It says so with
`as_platform("why")`, as narrowly as it can, and shows no names from it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.signals import connection_created
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import SimpleLazyObject
from psycopg.pq import TransactionStatus

PLATFORM, NOBODY = "platform", ""
SETTING = "qianchang.account"

Asker = Callable[[], str]
Respond = Callable[[HttpRequest], HttpResponseBase]

_asker: ContextVar[Asker | None] = ContextVar("qianchang_asker", default=None)


@contextmanager
def as_platform(why: str) -> Iterator[None]:
    """Ask the database as the platform. `why` says for what, to whoever reads the code.

    What is asked inside is read inside: a queryset that is evaluated later is asked as whoever asks then. It may be
    nested, and afterwards everything is as before, also after an error or a rollback.
    """
    if not why:
        raise ValueError("say why")
    token = _asker.set(None)
    try:
        yield
    finally:
        _asker.reset(token)


@contextmanager
def as_account(asker: Asker) -> Iterator[None]:
    """Ask the database as the account whose number `asker` returns; "" is nobody."""
    token = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(token)


def ask_as_whoever_is_signed_in(respond: Respond) -> Respond:
    """Middleware: every query of a request is asked in the name of whoever is signed in. It stands behind that of
    authentication. A request that asks the database nothing costs nothing.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        asker = partial(_number_of, request)
        if hasattr(request, "user"):
            request.user = cast("Any", SimpleLazyObject(partial(_found, request.user)))
        with as_account(asker):
            response = respond(request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = _read_as(
                asker, iter(cast("Iterable[Any]", response.streaming_content))
            )
        return response

    return middleware


def speak_for(request: HttpRequest, account: AbstractBaseUser) -> None:
    """Ask the rest of a request in the name of an account that showed a key of its own instead of signing in."""
    request.spoken_for = account  # type: ignore[attr-defined]


def _number_of(request: HttpRequest) -> str:
    # A preview is asked in the name of whoever looks at it: the stand-in exists nowhere.
    for name in ("spoken_for", "previewed_by", "user"):
        account = getattr(request, name, None)
        if account is not None:
            break
    else:
        return NOBODY
    return str(account.pk) if account.is_authenticated else NOBODY


def _found(user: Any) -> Any:
    """Look up who is signed in. That asks for the session and the account, which are not walled, and must not itself
    wait for who is signed in.
    """
    token = _asker.set(_leave_it)
    try:
        user.is_authenticated  # noqa: B018 - looks it up
    finally:
        _asker.reset(token)
    return getattr(user, "_wrapped", user)


def _leave_it() -> str:
    raise AssertionError("nobody is told while it is looked up who is signed in")


def _read_as(asker: Asker, content: Iterator[Any]) -> Iterator[Any]:
    while True:
        with as_account(asker):
            chunk = next(content, None)
        if chunk is None:
            return
        yield chunk


class _Names:
    """Tells the database who asks, before it is asked and only where that has changed. One for each connection."""

    def __init__(self) -> None:
        self.told: str | None = None
        self.told_in_transaction = False
        self.resolving = False

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        connection = context["connection"]
        if not self.resolving:
            self._tell(connection)
        try:
            return execute(sql, params, many, context)
        finally:
            # Going back takes back what was told since.
            if isinstance(sql, str) and sql.startswith("ROLLBACK TO"):
                self.told = None

    def _tell(self, connection: Any) -> None:
        status = connection.connection.info.transaction_status
        if status == TransactionStatus.INERROR:
            return
        if status == TransactionStatus.IDLE and self.told_in_transaction:
            # That transaction is over, and may have been taken back with what was told in it.
            self.told, self.told_in_transaction = None, False
        if _asker.get() is _leave_it:
            return
        wanted = self._wanted()
        if wanted == self.told:
            return
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, wanted])
        self.told = wanted
        self.told_in_transaction = connection.in_atomic_block or not connection.autocommit

    def _wanted(self) -> str:
        asker = _asker.get()
        if asker is None:
            return PLATFORM
        # Finding out who is signed in asks for sessions and accounts, which are not walled.
        self.resolving = True
        try:
            return asker()
        finally:
            self.resolving = False


def listen() -> None:
    """From now on every new connection is told who asks."""
    connection_created.connect(_connected, dispatch_uid="people.walls")


def _connected(sender: object, connection: Any, **kwargs: Any) -> None:
    if connection.vendor != "postgresql":
        return
    names = next((each for each in connection.execute_wrappers if isinstance(each, _Names)), None)
    if names is None:
        connection.execute_wrappers.append(_Names())
    else:
        names.told, names.told_in_transaction = None, False


def escapes(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Tell whether the user of the database is bound by no wall: a superuser, or one with BYPASSRLS. One query."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])
