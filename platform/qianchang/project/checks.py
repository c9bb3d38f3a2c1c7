"""Production refuses to start with unsafe settings, and says which and why."""

import re
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from qianchang.people import wall_policies
from qianchang.people.walls import escapes

_SHORTEST_SECRET = 50


def refuse_unsafe_production() -> None:
    """Raise ImproperlyConfigured naming every unsafe value, if these are production settings.

    Called when the apps are ready and not as a system check: gunicorn and celery start without running checks.
    """
    errors = unsafe_values() if settings.SETTINGS_MODULE.endswith(".production") else []
    if errors:
        raise ImproperlyConfigured("\n".join(str(error) for error in errors))


def unsafe_values() -> list[CheckMessage]:
    """Return one error per setting that a production site must not start with."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < _SHORTEST_SECRET or settings.SECRET_KEY.startswith("django-insecure"):
        found.append(
            Error(
                "QIANCHANG_SECRET_KEY is missing or short: sessions, media links and presence codes could be forged.",
                hint=f"Set it to at least {_SHORTEST_SECRET} random characters and keep it.",
                id="qianchang.E001",
            )
        )
    if not re.fullmatch("[0-9a-f]{64}", settings.LEDGER_KEY):
        found.append(
            Error(
                "QIANCHANG_LEDGER_KEY is missing or not 64 hex digits: the daily heads of the ledgers could not be signed.",
                hint="openssl rand -hex 32 makes one. Keep it and back it up: partners know its public half.",
                id="qianchang.E006",
            )
        )
    if settings.DEBUG:
        found.append(
            Error("DEBUG is on: error pages would show settings and personal data.", id="qianchang.E002")
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "QIANCHANG_HOSTS must name the site's own hosts, not '*'.",
                hint="QIANCHANG_HOSTS=example.org",
                id="qianchang.E003",
            )
        )
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        found.append(
            Error(
                "DATABASE_URL is not set: SQLite serves one machine only.",
                hint="DATABASE_URL=postgres://user:password@host/name",
                id="qianchang.E004",
            )
        )
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        found.append(
            Error(
                "QIANCHANG_EMAIL_URL is not set and mails are printed to the terminal: nobody would receive one.",
                hint="QIANCHANG_EMAIL_URL=smtp+tls://user:password@host:587",
                id="qianchang.E005",
            )
        )
    if settings.SMS_SENDER.endswith(".LogSender"):
        found.append(
            Error(
                "QIANCHANG_SMS_SENDER writes codes to the log: whoever reads it could open accounts.",
                hint="QIANCHANG_SMS_SENDER=qianchang.people.senders.HttpSender with QIANCHANG_SMS_URL, or leave it empty",
                id="qianchang.E007",
            )
        )
    if not 0 <= settings.MAIL_SUMMARY_HOUR <= 23:
        found.append(
            Error(
                "QIANCHANG_SUMMARY_HOUR is no hour from 0 to 23: the one mail of the day would never be written.",
                id="qianchang.E008",
            )
        )
    return found


def walls_bind(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check of a deployment (`manage.py check --deploy`): the user of the database is bound by row-level security, the
    second wall around people (people/walls.py), and requests are asked in the name of whoever is signed in.
    """
    found: list[CheckMessage] = []
    if escapes():
        found.append(
            Error(
                "The database user is a superuser or has BYPASSRLS: the wall around the people's data does not bind it.",
                hint="Connect as a role made with NOSUPERUSER NOBYPASSRLS that owns the database; see docs/operations.md.",
                id="qianchang.E010",
            )
        )
    if wall_policies.missing():
        found.append(
            Error(
                "No wall stands around the people's data in the database.",
                hint="Restart every web process and worker on this release, then run manage.py put_up_walls.",
                id="qianchang.E012",
            )
        )
    if "qianchang.people.walls.ask_as_whoever_is_signed_in" not in settings.MIDDLEWARE:
        found.append(
            Error(
                "MIDDLEWARE lacks people.walls: every request would ask the database as the platform.",
                id="qianchang.E011",
            )
        )
    return found
