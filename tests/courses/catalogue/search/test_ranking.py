"""Which of two lectures fits better, and how filters count."""

import pytest

from courses.catalogue.models import Passage
from courses.catalogue.search.filters import Chosen, Facets, counts, passes
from courses.catalogue.search.ranking import Count, Kind, score
from courses.catalogue.search.suggesting import near_spellings

HERE = Count(passages=1, exact=1)
IN_PARTS = Count(passages=1, exact=0)
MEDICAL = Facets("medical-disputes", "business", "long", frozenset({"audio", "transcript"}))
HOUSING = Facets("housing", "business", "short", frozenset({"audio"}))
ETHICS = Facets("housing", "ethics", "short", frozenset({"audio", "dvd"}))
GROUPS = [(MEDICAL, 3), (HOUSING, 1), (ETHICS, 1)]


def one(counts_by_kind, share=0.0):
    return score([counts_by_kind], {}, share_of_title=share)


def test_kinds_are_stored_as_they_are_ranked():
    assert [(kind.name, kind.value) for kind in Kind] == [(kind.name, kind.value) for kind in Passage.Kind]


@pytest.mark.parametrize(("better", "worse"), [(kind, Kind(kind + 1)) for kind in list(Kind)[:-1]])
def test_where_a_word_stands_outweighs_everything_after_it(better, worse):
    rest = {kind: HERE for kind in Kind if kind >= worse}
    assert one({better: HERE}) > one({worse: HERE})
    if better <= Kind.TOPIC:
        assert one({better: HERE}) > one(rest)


def test_as_typed_is_worth_more_than_in_parts_and_parts_of_a_title_more_than_a_transcript():
    assert one({Kind.TITLE: HERE}) > one({Kind.TITLE: IN_PARTS})
    assert one({Kind.TITLE: IN_PARTS}) > one({Kind.TRANSCRIPT: Count(500, 500)})


def test_several_hits_count_and_never_outgrow_a_title():
    assert one({Kind.TRANSCRIPT: Count(9, 9)}) > one({Kind.TRANSCRIPT: HERE})
    assert one({Kind.TRANSCRIPT: Count(10_000, 10_000)}) < 2 * one({Kind.TRANSCRIPT: HERE})


def test_words_in_one_place_are_worth_more_than_words_far_apart():
    apart = [{Kind.TRANSCRIPT: HERE}, {Kind.TRANSCRIPT: HERE}]
    assert score(apart, {Kind.TRANSCRIPT: HERE}, share_of_title=0) > score(apart, {}, share_of_title=0)


def test_the_lecture_about_it_comes_before_one_whose_title_mentions_it():
    assert one({Kind.TITLE: HERE}, share=0.2) > one({Kind.TITLE: HERE}, share=0.1)
    assert one({Kind.TRANSCRIPT: HERE}, share=0.2) == one({Kind.TRANSCRIPT: HERE}, share=0.1)


def test_a_filter_counts_what_each_of_its_boxes_would_show():
    found = counts(GROUPS, Chosen(topic=frozenset({"medical-disputes"})))
    assert found["topic"] == {"medical-disputes": 3, "housing": 2}  # its own boxes do not narrow it
    assert found["category"] == {"business": 3}
    assert found["length"] == {"long": 3}
    assert found["ways"] == {"audio": 3, "transcript": 3}


def test_ways_narrow_each_other_and_values_of_another_filter_add_up():
    assert counts(GROUPS, Chosen(ways=frozenset({"dvd"})))["ways"] == {"audio": 1, "dvd": 1}
    either = Chosen(topic=frozenset({"medical-disputes", "housing"}))
    assert all(passes(facets, either) for facets, _number in GROUPS)
    ethics = Chosen(topic=frozenset({"housing"}), category=frozenset({"ethics"}))
    assert [passes(facets, ethics) for facets, _number in GROUPS] == [False, False, True]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("陈嘉铭", ["陈嘉敏"]),  # another sign
        ("质正方法", ["质证方法"]),
        ("审查与证质", ["审查与质证"]),  # changed places
        ("鉴意见的", ["鉴定意见的"]),  # one too few
        ("质正", []),  # of two signs everything would be near
        ("arbitraton", ["arbitration"]),
    ],
)
def test_slips_are_near_what_is_written(typed, meant):
    known = ["医疗损害：鉴定意见的审查与质证方法", "陈嘉敏", "Commercial arbitration"]
    found = near_spellings(typed, known)
    assert found == meant if not meant else set(meant) <= set(found)
