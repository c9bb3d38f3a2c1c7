"""The chain: whatever is altered, removed or moved is found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianchang.groundwork.chain import GENESIS, ChainValue, Fields, Head, Link, canonical, digest, faults

values = st.one_of(st.integers(), st.text(max_size=8), st.booleans(), st.none())
rows = st.lists(st.lists(values, min_size=1, max_size=4), min_size=1, max_size=8)


def chained(contents: list[list[ChainValue]]) -> list[Link]:
    """Return a chain that holds, with these contents."""
    links: list[Link] = []
    previous = GENESIS
    for number, content in enumerate(contents, start=1):
        fields = [("sequence", number), *((f"field{at}", value) for at, value in enumerate(content))]
        own = digest(previous, fields)
        links.append(Link(number, previous, own, fields))
        previous = own
    return links


def head_of(links: list[Link]) -> Head:
    return Head(links[-1].sequence, links[-1].own) if links else Head(0, GENESIS)


@given(rows)
def test_an_untouched_chain_holds(contents: list[list[ChainValue]]) -> None:
    links = chained(contents)

    assert faults(links) == []
    assert faults(links, head_of(links)) == []


@given(contents=rows, where=st.data(), other=values)
def test_an_altered_entry_is_found(
    contents: list[list[ChainValue]], where: st.DataObject, other: ChainValue
) -> None:
    links = chained(contents)
    at = where.draw(st.integers(0, len(links) - 1))
    altered = [*links[at].fields[:-1], (links[at].fields[-1][0], other)]
    if canonical(altered) == canonical(links[at].fields):
        return

    links[at] = replace(links[at], fields=altered)

    assert [fault.sequence for fault in faults(links)] == [links[at].sequence]


@given(contents=rows, where=st.data())
def test_an_entry_that_was_altered_with_its_digest_is_found_by_the_next_or_the_head(
    contents: list[list[ChainValue]], where: st.DataObject
) -> None:
    links = chained(contents)
    head = head_of(links)
    at = where.draw(st.integers(0, len(links) - 1))
    fields = [*links[at].fields, ("smuggled", 1)]

    links[at] = replace(links[at], fields=fields, own=digest(links[at].previous, fields))

    assert faults(links, head)


@given(contents=rows, where=st.data())
def test_a_removed_entry_is_found_at_the_end_as_well(
    contents: list[list[ChainValue]], where: st.DataObject
) -> None:
    links = chained(contents)
    head = head_of(links)
    gone = links.pop(where.draw(st.integers(0, len(links) - 1)))

    found = faults(links, head)

    assert found[0].sequence == gone.sequence
    assert "missing" in found[0].what


@given(contents=st.lists(st.lists(values, min_size=1, max_size=3), min_size=2, max_size=8), where=st.data())
def test_two_entries_that_changed_places_are_found(
    contents: list[list[ChainValue]], where: st.DataObject
) -> None:
    links = chained(contents)
    first = where.draw(st.integers(0, len(links) - 2))
    second = where.draw(st.integers(first + 1, len(links) - 1))
    links[first], links[second] = links[second], links[first]

    assert faults(links)


@given(contents=st.lists(st.lists(values, min_size=1, max_size=3), min_size=2, max_size=8), where=st.data())
def test_two_entries_that_changed_contents_but_not_numbers_are_found(
    contents: list[list[ChainValue]], where: st.DataObject
) -> None:
    links = chained(contents)
    first = where.draw(st.integers(0, len(links) - 2))
    a, b = links[first], links[first + 1]
    links[first] = replace(b, sequence=a.sequence, previous=a.previous)
    links[first + 1] = replace(a, sequence=b.sequence, previous=b.previous)

    assert faults(links)


@given(rows)
def test_an_entry_put_in_at_the_end_past_the_head_is_found(contents: list[list[ChainValue]]) -> None:
    links = chained(contents)
    more = chained([*contents, ["one more"]])

    assert faults(more) == []
    assert faults(more, head_of(links))


@pytest.mark.parametrize("value", [1.5, [1], {"a": 1}])
def test_a_value_that_two_machines_may_write_differently_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="hours"):
        canonical([("hours", value)])  # type: ignore[list-item]


def test_the_same_name_typed_in_two_ways_has_one_digest() -> None:
    assert canonical([("name", "e\u0301")]) == canonical([("name", "\u00e9")])


def test_neighbouring_values_cannot_run_into_each_other() -> None:
    assert canonical([("a", "1"), ("b", "23")]) != canonical([("a", "12"), ("b", "3")])
    assert canonical([("a", 1)]) != canonical([("a", "1")])
    assert canonical([("a", None)]) != canonical([("a", "")])


def test_the_digest_never_changes() -> None:
    """Entries stand for years: this value must stay what it is."""
    fields: Fields = [
        ("ledger", "CN-GX"),
        ("sequence", 1),
        ("name", "学时"),
        ("hours", "2.50"),
        ("reverses", None),
    ]

    assert digest(GENESIS, fields) == "114239b57eca26f4788172d12ce213383554a6ff3c0f09fef4b4b6c0c49239c8"
