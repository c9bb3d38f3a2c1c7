"""The catalogue's arithmetic: states, filters, hits."""

import pytest

from courses.catalogue.rules import (
    Chosen,
    Facets,
    Length,
    State,
    counts,
    length_class,
    passes,
    pieces,
    relevance,
    state_of,
)

MEDICAL = Facets(topic="medical-disputes", category="business", length=Length.LONG)
HOUSING = Facets(topic="housing", category="business", length=Length.SHORT)
ETHICS = Facets(topic="housing", category="ethics", length=Length.SHORT)


@pytest.mark.parametrize(
    ("review", "recording", "watchable", "word"),
    [
        ("draft", None, False, State.DRAFT),
        ("draft", "uploading", False, State.UPLOADING),
        ("in_review", "uploading", False, State.UPLOADING),
        ("in_review", "processing", False, State.PROCESSING),
        ("in_review", "processing", True, State.IN_REVIEW),
        ("draft", "processing", True, State.PROCESSING),
        ("draft", "ready", True, State.DRAFT),
        ("in_review", "ready", True, State.IN_REVIEW),
        ("in_review", "refused", False, State.TROUBLED),
        ("draft", "failed", False, State.TROUBLED),
        ("returned", "ready", True, State.RETURNED),
        ("published", "processing", True, State.PUBLISHED),
        ("withdrawn", "ready", True, State.WITHDRAWN),
    ],
)
def test_a_lecture_has_one_state_word(review, recording, watchable, word):
    assert state_of(review, recording, watchable=watchable) is word


@pytest.mark.parametrize(
    ("minutes", "length"),
    [(1, Length.SHORT), (45, Length.SHORT), (46, Length.MIDDLE), (90, Length.MIDDLE), (91, Length.LONG)],
)
def test_lengths_fall_into_three_classes(minutes, length):
    assert length_class(minutes * 60_000) is length


def test_a_filter_counts_what_each_of_its_boxes_would_show():
    found = counts([MEDICAL, HOUSING, ETHICS], Chosen(topic=frozenset({"medical-disputes"})))
    assert found["topic"] == {"medical-disputes": 1, "housing": 2}  # its own boxes do not narrow it
    assert found["category"] == {"business": 1}
    assert found["length"] == {Length.LONG: 1}


def test_boxes_of_one_filter_add_up_and_filters_narrow_each_other():
    either = Chosen(topic=frozenset({"medical-disputes", "housing"}))
    assert [passes(each, either) for each in (MEDICAL, HOUSING, ETHICS)] == [True, True, True]
    ethics = Chosen(topic=frozenset({"housing"}), category=frozenset({"ethics"}))
    assert [passes(each, ethics) for each in (MEDICAL, HOUSING, ETHICS)] == [False, False, True]


def test_a_hit_in_the_title_outweighs_a_lecturer():
    assert relevance("医疗纠纷", "陈嘉敏", ["医疗"]) > relevance("土地承包", "医疗 律师", ["医疗"]) > 0


def test_hits_are_cut_out_of_the_text_as_it_is_written():
    assert pieces("Medical 医疗 law", ["medical", "医疗"]) == [
        ("Medical", True),
        (" ", False),
        ("医疗", True),
        (" law", False),
    ]
    assert pieces("a+b", ["+"]) == [("a", False), ("+", True), ("b", False)]
    assert pieces("全部", []) == [("全部", False)]
