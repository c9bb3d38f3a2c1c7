"""The walls of the house that no linter sees."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from qianchang.groundwork.models import LedgerEntry
from tests.conftest import LONGEST_FIRST

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = [ROOT / "platform" / "qianchang", ROOT / "courses", ROOT / "media_pipeline", ROOT / "programmes"]
SOURCES = sorted(
    path for package in PACKAGES for path in package.rglob("*.py") if "migrations" not in path.parts
)

# From the floor up; a foreign key may point to its own storey or one below it.
STOREYS = ["groundwork", "people", "media_pipeline", "courses", "programmes", "project"]
ROOMS_OF_COURSES = [
    "catalogue",
    "enrolment",
    "schedule",
    "attendance",
    "credits",
    "discs",
    "sheets",
    "certificates",
    "offline",
]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "managers", "service", "services"}
LONGEST_FILE = 400


def test_platform_still_is_the_standard_librarys():
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not (ROOT / "locale" / "__init__.py").exists()
    command = [sys.executable, "-c", "import platform, locale; platform.python_version(); locale.getlocale()"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def storey(model: type[models.Model]) -> int | None:
    parts = model.__module__.split(".")
    name = parts[1] if parts[0] == "qianchang" else parts[0]
    return STOREYS.index(name) if name in STOREYS else None


def test_foreign_keys_point_down():
    upward = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey | models.ManyToManyField) or isinstance(
                field.related_model, str
            ):
                continue
            own, other = storey(model), storey(field.related_model)
            if own is not None and other is not None and other > own:
                upward.append(f"{model._meta.label}.{field.name}")
    assert upward == []


def test_foreign_keys_inside_courses_point_down():
    upward = []
    for model in apps.get_models():
        if not model.__module__.startswith("courses."):
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model.__module__.startswith("courses."):
                own = ROOMS_OF_COURSES.index(model._meta.app_label)
                if ROOMS_OF_COURSES.index(field.related_model._meta.app_label) > own:
                    upward.append(f"{model._meta.label}.{field.name}")
    assert upward == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_fits_in_the_head_and_has_a_name(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert path.stem not in FORBIDDEN_NAMES
    assert path.parent.name not in FORBIDDEN_NAMES


def test_every_ledger_is_numbered_and_walled():
    ledgers = [model for model in apps.get_models() if issubclass(model, LedgerEntry)]
    assert {model._meta.label for model in ledgers} >= {"credits.CreditEntry", "quotas.QuotaEntry"}
    for model in ledgers:
        unique = [
            tuple(constraint.fields)
            for constraint in model._meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
        ]
        assert ("ledger", "sequence") in unique, model


def test_locks_hold_no_addresses():
    for lock in [*ROOT.glob("requirements/*.txt"), ROOT / "frontend" / "package-lock.json"]:
        assert "://" not in lock.read_text(encoding="utf-8").replace('"resolved": "file://', ""), lock


def test_the_files_of_tests_that_begin_first_are_there():
    assert [name for name in LONGEST_FIRST if not (ROOT / "tests" / name).is_file()] == []
