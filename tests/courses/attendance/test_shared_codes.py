"""Codes that everybody in a room reads: of a disc, of a session's room, of a stick (domain.md, watching, 5)."""

from hypothesis import given
from hypothesis import strategies as st

from courses.attendance import presence, rules

PLACES = st.sampled_from(["disc:D-0057", "disc:D-0058", "session:桂26-D-0417", "stick:8c1f"])


def code(place: str, version: int = 7, index: int = 1) -> str:
    return presence.shared_code(place=place, version_id=version, index=index)


def test_a_disc_shows_the_same_four_digits_each_time() -> None:
    assert code("disc:D-0057") == code("disc:D-0057")
    assert len(code("disc:D-0057")) == 4
    assert code("disc:D-0057").isdecimal()


def test_the_code_list_of_one_disc_is_worthless_on_another() -> None:
    own = [code("disc:D-0057", index=index) for index in range(1, 5)]
    other = [code("disc:D-0058", index=index) for index in range(1, 5)]

    assert own != other
    fits = [
        presence.matches_shared(digits, place="disc:D-0058", version_id=7, index=index)
        for index, digits in enumerate(own, start=1)
    ]
    assert not all(fits)


def test_what_was_copied_by_hand_is_read_as_it_was_meant() -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code("disc:D-0057"))

    assert presence.matches_shared(f" {wide} ", place="disc:D-0057", version_id=7, index=1)


def test_a_disc_outlives_a_change_of_the_secret(settings) -> None:
    shown = code("disc:D-0057")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of the site, as long as it has to be for one"

    assert code("disc:D-0057") != shown
    assert presence.matches_shared(shown, place="disc:D-0057", version_id=7, index=1)


@given(
    place=PLACES,
    version=st.integers(1, 10**9),
    index=st.integers(1, 8),
    key=st.binary(min_size=32, max_size=32),
)
def test_no_place_shares_its_codes_with_a_lawyer(place: str, version: int, index: int, key: bytes) -> None:
    shared = [
        rules.shared_code(key, place=place, version_id=version, index=index + step) for step in range(4)
    ]
    own = [rules.presence_code(key, lawyer_id=1, version_id=version, index=index + step) for step in range(4)]

    assert shared != own
