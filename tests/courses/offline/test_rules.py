"""What a record says, on plain values."""

import hashlib
import hmac
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.offline import rules
from courses.offline.rules import Doubt, Doubtful
from tests.world import full_width

STICK = UUID("5f1c0f0e-0000-4000-8000-000000000001")
LENGTHS = {7: 7_200_000}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def read(inner):
    return rules.read(json.dumps(inner), stick=STICK, versions=LENGTHS.keys(), lengths_ms=LENGTHS)


def record(**more):
    run = {
        "run": "0123456789abcdef",
        "device": "Old Chrome",
        "spans": [[1, 7, 0, 60_000, 5, 60_005]],
        "answers": [],
    }
    return {"id": str(STICK), "number": 1, "saved_ms": 1, "runs": [run], "sheet": None} | more


def test_a_number_stands_on_a_stick_and_is_typed_in_any_case():
    assert rules.number_of(12) == "U-0012"
    assert rules.serial_of(" u-0012 ") == 12
    assert rules.serial_of(f"U-{full_width('0012')}") == 12
    assert rules.serial_of(rules.number_of(123_456)) == 123_456
    for wrong in ("", "12", "U-12", "D-0012", "U-0012-1"):
        assert rules.serial_of(wrong) is None


def test_a_record_is_read_as_it_was_written():
    found = read(record())
    assert (found.number, found.runs[0].spans) == (1, ((1, 7, 0, 60_000, 5, 60_005),))
    assert rules.spans_of(found.runs[0], 7) == [(1, 7, 0, 60_000, 5, 60_005)]
    assert rules.spans_of(found.runs[0], 8) == []


@pytest.mark.parametrize("editor", ["utf-8", "utf-8-sig", "utf-16", "ascii"])
def test_a_record_that_an_editor_of_windows_saved_is_still_signed(editor):
    body = json.dumps(record(saved_by="罗联络员"), ensure_ascii=False)
    made = hmac.new(b"key", body.encode(), hashlib.sha256).hexdigest()
    outer = {"qianchang": "stick-record", "form": 1, "stick": "U-0012", "body": body, "signature": made}
    text = json.dumps(outer, ensure_ascii=editor == "ascii") + "\r\n"
    sealed = rules.unseal(text.encode(editor))
    assert rules.is_signed(sealed, "key")
    assert sealed.body == body


@given(anything)
def test_whatever_stands_in_a_file_it_is_a_doubt_and_no_crash(inner):
    for data in (
        json.dumps(inner).encode(),
        json.dumps({"qianchang": "stick-record", "form": 1, "body": inner}).encode(),
    ):
        with pytest.raises(Doubtful):
            rules.unseal(data)


@given(st.sampled_from(["number", "saved_ms", "runs", "sheet"]), anything)
def test_whatever_stands_in_a_record_it_is_read_or_doubted(name, value):
    try:
        found = read(record(**{name: value}))
    except Doubtful:
        return
    assert found.stick == STICK


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_no_record(data):
    with pytest.raises(Doubtful) as error:
        rules.unseal(data)
    assert error.value.doubt is Doubt.UNREADABLE


def test_the_signature_covers_every_character():
    secret = "ab" * 32
    sealed = rules.Sealed("U-0001", "老电脑 {}", "")
    for secret_used, fits in ((secret, True), ("cd" * 32, False)):
        made = hmac.new(secret_used.encode(), sealed.body.encode(), hashlib.sha256).hexdigest()
        assert rules.is_signed(rules.Sealed("U-0001", sealed.body, made), secret) is fits
        assert not rules.is_signed(rules.Sealed("U-0001", sealed.body + " ", made), secret)


def test_a_sheet_is_read_with_plain_words_and_bounds():
    row = {
        "lawyer": 3,
        "name": " 韦\x00 晓岚 ",
        "licence": "1" * 40,
        "firm": "边城",
        "mark": "part",
        "minutes": 45,
    }
    sheet = {
        "rows": [row],
        "codes": ["1234", 5],
        "begins_at": "9:00",
        "ends_at": "25:00",
        "supervisor": "黄\ud800",
    }
    found = read(record(runs=[], sheet=sheet)).sheet
    assert (found.rows[0].name, found.rows[0].licence, found.rows[0].minutes) == ("韦 晓岚", "1" * 20, 45)
    assert (found.codes, found.begins_at.isoformat(), found.ends_at, found.supervisor) == (
        ("1234", ""),
        "09:00:00",
        None,
        "黄",
    )


def test_a_sheet_on_which_nobody_was_marked_is_empty():
    row = {"lawyer": 3, "name": "韦晓岚", "mark": ""}
    with pytest.raises(Doubtful) as error:
        read(record(runs=[], sheet={"rows": [row], "codes": []}))
    assert error.value.doubt is Doubt.EMPTY


def test_minutes_count_only_where_a_part_was_heard():
    row = {"lawyer": 3, "name": "韦晓岚", "mark": "full", "minutes": 45}
    assert read(record(sheet={"rows": [row], "codes": []})).sheet.rows[0].minutes is None
