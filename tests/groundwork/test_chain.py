"""The chain: whatever is altered, removed or moved is found."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianchang.groundwork.chain import (
    GENESIS,
    ChainValue,
    Fault,
    Fields,
    Head,
    Link,
    Statement,
    canonical,
    digest,
    faults,
)
from qianchang.groundwork.heads import (
    Document,
    MalformedHead,
    is_signed,
    private_key,
    public_hex,
    read,
    sign,
)

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


# --- what is signed elsewhere -------------------------------------------------------------------------------


@given(contents=rows, where=st.data(), other=values)
def test_a_chain_that_was_rewritten_whole_does_not_hold_against_a_statement(
    contents: list[list[ChainValue]], where: st.DataObject, other: ChainValue
) -> None:
    links = chained(contents)
    at = where.draw(st.integers(0, len(links) - 1))
    stated = where.draw(st.integers(at, len(links) - 1))
    statement = Statement(links[stated].sequence, links[stated].own, "a witness")
    rewritten = chained([*contents[:at], [*contents[at], other], *contents[at + 1 :]])

    assert faults(links, head_of(links), statements=[statement]) == []
    found = faults(rewritten, head_of(rewritten), statements=[statement])
    assert [fault.sequence for fault in found] == [statement.sequence]


@given(contents=rows, where=st.data())
def test_the_rest_of_a_chain_can_be_proved_on_its_own(
    contents: list[list[ChainValue]], where: st.DataObject
) -> None:
    links = chained(contents)
    proved = where.draw(st.integers(1, len(links)))
    after = head_of(links[:proved])

    assert faults(links[proved:], head_of(links), after=after) == []
    assert faults(links[proved - 1 :], head_of(links), after=after)


def test_an_entry_that_stands_twice_is_named() -> None:
    links = chained([[1], [2]])

    assert Fault(1, "stands more than once") in faults([links[0], links[0], links[1]])


# --- the text of a signed head ------------------------------------------------------------------------------

KEY = private_key("3c" * 32)
names = st.text(st.characters(categories=["L", "N"], include_characters="-._"), min_size=1, max_size=12)


@given(
    heads=st.dictionaries(
        st.tuples(names, names), st.builds(Head, st.integers(1, 10**9), st.just("ab" * 32))
    ),
    number=st.integers(1, 10**6),
    day=st.dates(),
)
def test_a_document_reads_as_it_was_written(heads: dict, number: int, day: date) -> None:
    at = datetime(2026, 10, 12, 16, 5, tzinfo=UTC)
    document = Document("https://千场.example", number, day, at, public_hex(KEY), GENESIS, heads)

    assert read(document.text()) == document
    assert is_signed(document.text(), key=public_hex(KEY), signature=sign(document.text(), KEY))


@pytest.mark.parametrize("name", ["CN GX", "CN\nGX", "", "CN\u2028GX", "CN-GX 1"])
def test_a_name_that_would_break_a_line_is_not_signed(name: str) -> None:
    at = datetime(2026, 10, 12, 16, 5, tzinfo=UTC)
    document = Document("x", 1, at.date(), at, public_hex(KEY), GENESIS, {("kind", name): Head(1, GENESIS)})

    with pytest.raises(MalformedHead):
        document.text()


@pytest.mark.parametrize(
    "change",
    [
        ("number: 1", "number: 01"),
        ("site: x", "site:x"),
        ("\n", "\r\n"),
        ("kind CN 1", "kind  CN 1"),
        ("kind CN 1", "kind CN +1"),
        ("2026-10-12", "2026-10-32"),
        ("heads 1\n", "heads 2\n"),
        (f" {GENESIS}\nkind", f" {GENESIS}\n\nkind"),
    ],
)
def test_a_text_that_is_not_exactly_a_document_is_none(change: tuple[str, str]) -> None:
    at = datetime(2026, 10, 12, 16, 5, tzinfo=UTC)
    text = Document(
        "x", 1, at.date(), at, public_hex(KEY), GENESIS, {("kind", "CN"): Head(1, GENESIS)}
    ).text()
    assert change[0] in text

    with pytest.raises(MalformedHead):
        read(text.replace(*change))


@pytest.mark.parametrize(
    ("key", "signature"), [("", ""), ("zz", "00"), (public_hex(KEY), "00" * 64), ("ab" * 32, "x")]
)
def test_what_is_no_signature_is_none(key: str, signature: str) -> None:
    assert not is_signed("text", key=key, signature=signature)
