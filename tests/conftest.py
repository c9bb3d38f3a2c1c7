"""Fixtures for every room."""

import gc
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import translation
from hypothesis import settings

from qianchang.people.models import Account
from tests.databases import keep_for_this_run
from tests.world import World

# A busy machine is no fault of the rule under test: properties are judged by what they say, not by their speed.
settings.register_profile("qianchang", deadline=None)
settings.load_profile("qianchang")


# The slow suite hands out whole files: those that take minutes begin first, so that none begins when the rest has ended.
LONGEST_FIRST = (
    "people/permissions/test_walls_on_postgresql.py",
    "courses/attendance/test_eleven_in_browser.py",
    "courses/enrolment/test_classes_on_both_databases.py",
    "media_pipeline/test_deaths.py",
    "journeys/test_main_job.py",
    "journeys/test_embedded_site.py",
    "browser/test_accessibility.py",
    "courses/attendance/test_downloads_in_browser.py",
    "courses/attendance/test_deaths_while_watching.py",
    "groundwork/test_both_databases.py",
)
_TESTS = Path(__file__).parent
_BEFORE = {_TESTS / name: place for place, name in enumerate(LONGEST_FIRST)}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order what was drawn: the long files first, in the order above, everything else as it was drawn."""
    items.sort(key=lambda item: _BEFORE.get(item.path, len(_BEFORE)))


def pytest_configure(config: pytest.Config) -> None:
    if folder := keep_for_this_run():
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave Django, Wagtail and the tests themselves out of every later garbage collection: a twelfth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True)
def _no_rate_limit_from_another_test() -> None:
    # Rate limits are counted in the cache, which outlives a test.
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture
def world(db: None) -> World:
    """The cast; see world.py."""
    return World()


@pytest.fixture
def client_for() -> Callable[[Account], Client]:
    """Return a function that gives a browser in which an account is signed in."""

    def sign_in(account: Account) -> Client:
        client = Client()
        client.force_login(account)
        # As allauth notes it when the password is typed: dangerous acts ask again after fifteen minutes.
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _own_language():
    """Every test begins in the site's own language, whatever the last one was asked in."""
    translation.deactivate()
    yield
    translation.deactivate()
