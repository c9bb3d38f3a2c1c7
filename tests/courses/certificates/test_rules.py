"""Certificate numbers, masked names and digests: plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.certificates import rules
from courses.certificates.rules import Standing

NUMBER = "QC-2026-7K4M-92PX"


class TestNumber:
    @pytest.mark.parametrize(
        "typed",
        [
            NUMBER,
            "qc20267k4m92px",
            " qc 2026 7k4m 92px ",
            "".join(chr(ord(each) + 0xFEE0) for each in NUMBER),  # as an input method types it
            "QC—2026—7K4M—92PX",
            "QC-2O26-7K4M-92PX",
        ],
    )
    def test_it_is_read_however_it_is_typed(self, typed):
        assert rules.read_number(typed) == NUMBER

    def test_letters_that_are_never_used_are_read_as_the_digits_they_look_like(self):
        assert rules.read_number("QC-2026-OIL0-0000") == "QC-2026-0110-0000"

    @pytest.mark.parametrize(
        "typed",
        ["", "0", "QC", "QC-2026-7K4M-92P", "QC-2026-7K4M-92PXX", "QC-2026-7U4M-92PX", "XX-2026-7K4M-92PX"],
    )
    def test_what_cannot_be_a_number_is_none(self, typed):
        assert rules.read_number(typed) is None

    @given(st.text(max_size=60))
    def test_whatever_is_typed_is_answered(self, typed):
        number = rules.read_number(typed)
        assert number is None or rules.read_number(number) == number

    @given(st.text(alphabet=rules.ALPHABET, min_size=8, max_size=8))
    def test_every_number_that_is_drawn_is_read_as_itself(self, digits):
        assert rules.read_number(rules.number_of(2026, digits)) == rules.number_of(2026, digits)


def test_a_digest_does_not_depend_on_the_order_of_names():
    assert rules.digest_of({"a": "1", "b": "2"}) == rules.digest_of({"b": "2", "a": "1"})
    assert rules.digest_of({"a": "1"}) != rules.digest_of({"a": "2"})


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ((True, False, False), Standing.VALID),
        ((True, False, True), Standing.CHANGED),
        ((True, True, True), Standing.REVOKED),
        ((False, True, True), Standing.ALTERED),
    ],
)
def test_the_gravest_thing_is_said(facts, standing):
    intact, revoked, reversals = facts
    assert rules.standing(is_intact=intact, is_revoked=revoked, has_reversals=reversals) is standing
