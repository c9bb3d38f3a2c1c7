"""Whatever the code writes into the audit log has a Chinese word on its page: acts, kinds of objects, details."""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from django.utils import translation

from courses.enrolment import history
from qianchang.people import audit_details, audit_words

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("courses", "programmes", "media_pipeline", "platform")
# Acts whose names are put together while the code runs, and what can come out.
PUT_TOGETHER = {
    "f'recording {state.value}'": {"recording failed"},
    "f'upload {state.value}'": {"upload expired", "upload terminated"},
    "VERBS[step.kind]": set(history.VERBS.values()),
}
# `proof` stands with the decision itself.
NOT_DETAILS = {"by", "at", "object_type", "object_key", "verb", "proof"}


class Written:
    """What one module writes into the log, its own functions in front of audit.record included."""

    def __init__(self, module: ast.Module) -> None:
        self.verbs: set[str] = set()
        self.kinds: set[str] = set()
        self.details: set[str] = set()
        self._calls = [each for each in ast.walk(module) if isinstance(each, ast.Call)]
        functions = [each for each in ast.walk(module) if isinstance(each, ast.FunctionDef)]
        self._inside = {id(node): function for function in functions for node in ast.walk(function)}
        for call in self._calls:
            if ast.unparse(call.func) == "audit.record":
                self._take(call, call.args[0])

    def _take(self, call: ast.Call, verb: ast.expr) -> None:
        given = {each.arg: each.value for each in call.keywords if each.arg}
        self.details |= given.keys() - NOT_DETAILS
        kind = given.get("object_type")
        if isinstance(kind, ast.Constant):
            self.kinds.add(str(kind.value))
        if isinstance(verb, ast.Name):
            self._follow(verb.id, self._inside[id(call)])
        else:
            self.verbs |= set(_said(verb))

    def _follow(self, name: str, function: ast.FunctionDef) -> None:
        """The act has a name inside of `function`: it is set there, or handed in by everybody who calls."""
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                self.verbs |= set(_said(node.value))
                return
        places = [each.arg for each in function.args.args]
        callers = [call for call in self._calls if ast.unparse(call.func) == function.name]
        assert callers, f"nobody calls {function.name}"
        for call in callers:
            named = {each.arg: each.value for each in call.keywords}
            self._take(call, named[name] if name in named else call.args[places.index(name)])


def _said(verb: ast.expr) -> Iterator[str]:
    if isinstance(verb, ast.Constant):
        yield str(verb.value)
    elif isinstance(verb, ast.IfExp):
        yield from chain(_said(verb.body), _said(verb.orelse))
    else:
        yield from PUT_TOGETHER[ast.unparse(verb)]


@pytest.fixture(scope="module")
def written() -> list[Written]:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    texts = [text for text in (path.read_text() for path in files) if "audit.record(" in text]
    return [Written(ast.parse(text)) for text in texts]


def test_every_act_that_the_code_records_has_a_name(written: list[Written]) -> None:
    verbs = set().union(*(each.verbs for each in written))

    assert len(verbs) > 80
    assert verbs - audit_words.VERBS.keys() == set()


def test_no_act_is_named_that_nothing_records(written: list[Written]) -> None:
    assert audit_words.VERBS.keys() - set().union(*(each.verbs for each in written)) == set()


def test_every_kind_of_object_has_a_name(written: list[Written]) -> None:
    assert set().union(*(each.kinds for each in written)) - audit_words.KINDS.keys() == set()


def test_every_detail_has_a_name(written: list[Written]) -> None:
    assert set().union(*(each.details for each in written)) - audit_details.NAMES.keys() == set()


def test_all_of_them_are_chinese_words() -> None:
    values = chain.from_iterable(each.values() for each in audit_details.VALUES.values())
    words = chain(
        audit_words.VERBS.values(),
        audit_words.KINDS.values(),
        audit_details.NAMES.values(),
        audit_details.KEYS.values(),
        values,
    )
    with translation.override("zh-hans"):
        plain = {str(each) for each in words if str(each).isascii()}

    assert plain == {"SHA-256"}


def test_details_are_said_in_words() -> None:
    details = {"role": "county_contact", "valid_from": "2026-10-12", "valid_until": None, "counts": "True"}
    with translation.override("zh-hans"):
        said = list(audit_details.details_in_words(details))

    assert said == [("角色", "县级联络员"), ("自", "2026-10-12"), ("计入", "是")]
    assert list(audit_details.details_in_words({"never_heard": 3})) == [("never heard", "3")]
