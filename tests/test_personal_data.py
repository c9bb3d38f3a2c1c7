"""Every table of every app says what it holds about people, or why it holds nothing."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from qianchang.groundwork import personal_data, retention
from qianchang.people.models import Account, Lawyer

ALL = apps.get_models(include_auto_created=True)
PEOPLE = (Account, Lawyer)
# Names under which personal data hide. `device` is a browser's name, `words` and `reason` are free text about somebody.
LIKE_PERSONAL = re.compile(
    r"(^|_)(name|names|phone|email|mail|address|addresses|ip|user_agent|words|reason|answer|device|devices|birth|licence"
    r"|exception|comment|jpeg|photo|holder|sheet)($|_)"
)
# What the law and our word forbid: an identity-card number, a face, a place where somebody is.
FORBIDDEN = re.compile(
    r"(^|_)(id_?card|identity_(card|number)|shenfen|passport|face|facial|fingerprint|biometric|gps|latitude|longitude|lat|lng"
    r"|geo|location)($|_)"
)


def tables_of_ours() -> list[type[models.Model]]:
    return [
        m
        for m in ALL
        if m.__module__.split(".")[0] in ("qianchang", "courses", "media_pipeline", "programmes")
    ]


@pytest.mark.parametrize("model", ALL, ids=lambda model: model._meta.label)
def test_a_table_is_declared(model: type[models.Model]) -> None:
    declared = personal_data.holding_of(model) is not None
    excused = personal_data.reason_for_none(model) is not None
    assert declared != excused, (
        f"{model._meta.label}: say in the app's privacy.py what it holds about people, or why nothing"
    )


@pytest.mark.parametrize("holding", personal_data.holdings(), ids=lambda holding: holding.model)
def test_every_way_to_a_person_and_every_personal_column_is_named(holding: personal_data.Holding) -> None:
    model = holding.table
    # Each relation to somebody either makes the row theirs, or says who acted.
    relations = {f.name for f in model._meta.concrete_fields if f.related_model in PEOPLE}
    ways = {path.split("__")[0] for path in holding.of} | {*holding.acts, *holding.blank}
    inherited = {f.name for f in model._meta.concrete_fields if f.model is not model}
    assert relations - ways - inherited == set()
    # Each column with a telling name is blanked, searched, left on purpose, or goes with the row.
    if not holding.kept or holding.erase is not None:
        return
    named = {
        *holding.blank,
        *holding.texts,
        *holding.harmless,
        *holding.acts,
        *(p.split("__")[0] for p in holding.of),
    }
    telling = {
        f.name
        for f in model._meta.concrete_fields
        if f.model is model
        and LIKE_PERSONAL.search(f.name)
        and isinstance(f, models.CharField | models.TextField | models.JSONField | models.BinaryField)
    }
    assert telling - named == set()


@pytest.mark.parametrize("model", ALL, ids=lambda model: model._meta.label)
def test_a_table_without_people_has_no_way_to_one(model: type[models.Model]) -> None:
    if personal_data.reason_for_none(model) is None:
        return
    assert [f.name for f in model._meta.concrete_fields if f.related_model in PEOPLE] == []


@pytest.mark.parametrize("holding", personal_data.holdings(), ids=lambda holding: holding.model)
def test_what_is_declared_can_be_read_and_erased(holding: personal_data.Holding, db: None) -> None:
    subject = personal_data.Subject(
        rows={"people.lawyer": 0, "people.account": 0}, identifiers=["14510201811223344"]
    )
    rows = personal_data.rows_of(holding, subject)
    assert list(rows.values(*holding.given)) == []
    columns = {f.name for f in holding.table._meta.concrete_fields} | {
        f.attname for f in holding.table._meta.concrete_fields
    }
    assert {*holding.blank, *holding.texts, *holding.acts} <= columns


@pytest.mark.parametrize("model", tables_of_ours(), ids=lambda model: model._meta.label)
def test_no_identity_card_no_face_and_no_location_is_kept(model: type[models.Model]) -> None:
    assert [f.name for f in model._meta.concrete_fields if FORBIDDEN.search(f.name)] == []


def test_every_period_of_the_settings_is_applied_and_every_applied_one_is_set(settings) -> None:
    assert {period.name for period in retention.periods()} == set(settings.KEEP_DAYS)


ROOT = Path(__file__).resolve().parents[1]
SOURCES = [
    path
    for room in ("platform/qianchang", "courses", "media_pipeline", "programmes")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
]
# What never stands in the audit log, not as a key and not as a value: it outlives the person.
UNNAMED = ("licence_number", "phone", "email", "username", "get_username", "display_name")


def calls_of_the_log(source: str) -> list[ast.Call]:
    """Return every call of `audit.record`, and of an app's own `_record` that leads there."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func) in ("audit.record", "_record", "record_export")]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_and_no_number_of_a_person_goes_into_the_log(path: Path) -> None:
    for call in calls_of_the_log(path.read_text(encoding="utf-8")):
        said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert set(said) & set(UNNAMED) == set(), ast.unparse(call)
        told = [value for name, value in said.items() if name not in ("by", "at")]
        named = [
            value
            for value in told
            if any(value.endswith(f".{word}") or f".{word}(" in value for word in UNNAMED)
        ]
        assert named == [], ast.unparse(call)


def test_the_calls_are_found_at_all() -> None:
    assert sum(len(calls_of_the_log(path.read_text(encoding="utf-8"))) for path in SOURCES) > 60
