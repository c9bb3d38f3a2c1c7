"""How text becomes signs, and a query words: what is typed in any width, case or punctuation finds what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.catalogue.search.marking import LEAD, SNIPPET, marked, snippet, spans
from courses.catalogue.search.numerals import in_chinese, in_digits
from courses.catalogue.search.words import BREAK, MOST_WORDS, looser, shorter, signs, spaced, words_of
from tests.world import full_width


def forms(query):
    """Every word with its forms: pieces with / between, ~ before parts, * after what may go on."""
    return {
        word.text: [
            ("" if form.exact else "~")
            + "/".join("".join(piece) for piece in form.pieces)
            + "*" * form.prefix
            for form in word.forms
        ]
        for word in words_of(query)
    }


@pytest.mark.parametrize(
    ("text", "signs_of_it"),
    [
        ("医疗纠纷", "医 疗 纠 纷"),
        ("医疗 纠纷", "医 疗 纠 纷"),  # captions break lines inside words
        ("医疗，纠纷", "医 疗 | 纠 纷"),
        ("《民法典》第1165条", "民 法 典 第 1165 条"),
        (f"{full_width('WTO')}　争端", "wto 争 端"),
        ("P2P、e.g.", "p2p | e | g |"),
        ("𬱖先生", "𬱖 先 生"),  # a name in a letter younger than SQLite's tables
        ("。。！", ""),
    ],
)
def test_every_character_is_a_sign_and_punctuation_parts_clauses(text, signs_of_it):
    assert spaced(text).strip() == signs_of_it


@given(st.text())
def test_signs_stand_where_they_were_written(text):
    for sign in signs(text):
        assert 0 <= sign.start < sign.end <= len(text)
        assert sign.text == BREAK or all(char.isalnum() for char in sign.text)


@given(st.text())
def test_any_query_is_cut_into_at_most_eight_words_whose_forms_have_signs(query):
    words = words_of(query)
    assert len(words) <= MOST_WORDS
    for word in [*words, *looser(words)]:
        assert word.forms
        for form in word.forms:
            assert all(piece for piece in form.pieces)
            assert all(char.isalnum() for piece in form.pieces for sign in piece for char in sign)


@pytest.mark.parametrize(
    ("query", "cut"),
    [
        ("医疗纠纷", {"医疗纠纷": ["医疗纠纷", "~医疗/纠纷"]}),
        ("质证", {"质证": ["质证"]}),
        ("税", {"税": ["税"]}),
        ("陈嘉敏 鉴定", {"陈嘉敏": ["陈嘉敏"], "鉴定": ["鉴定"]}),
        ("「质证」", {"质证": ["质证"]}),
        ("利益冲突，豁免", {"利益冲突": ["利益冲突", "~利益/冲突"], "豁免": ["豁免"]}),
        ("物权期待权", {"物权期待权": ["物权期待权", "~物权/期待权", "~物权期/待权"]}),
        ("民法典1165条", {"民法典": ["民法典"], "1165条": ["1165条", "第一千一百六十五条"]}),
        ("民法典第一千一百六十五条", {"民法典": ["民法典"], "1165条": ["1165条", "第一千一百六十五条"]}),
        (full_width("12348"), {"12348": ["12348"]}),
        ("WTO争端", {"wto": ["wto*"], "争端": ["争端"]}),
        ("一条龙", {"一条龙": ["一条龙"]}),  # no number of a provision
        ("，。", {}),
    ],
)
def test_a_query_is_cut_into_words(query, cut):
    assert forms(query) == cut


def test_words_that_say_nothing_are_left_out_of_the_parts_of_a_longer_one():
    assert "~医疗/纠纷/举证" in forms("医疗纠纷怎么举证")["医疗纠纷怎么举证"]


def test_what_is_found_nowhere_is_cut_further_and_made_shorter():
    assert [word.text for word in looser(words_of("医疗纠纷 质证"))] == ["医疗", "纠纷", "质证"]
    assert shorter(words_of("医疗纠纷")) == ["医疗", "纠纷"]
    assert shorter(words_of("海商法")) == ["海商", "商法"]
    assert shorter(words_of("海商法 质证")) == ["海商法", "质证"]
    assert shorter(words_of("税")) == []
    # Parts of a question that are no terms stand everywhere: they lead nowhere and take long.
    assert shorter(words_of("没有这样的讲座")) == ["讲座"]


@given(st.integers(min_value=1, max_value=9999))
def test_numbers_of_provisions_are_said_and_read_back(number):
    assert in_digits(in_chinese(str(number))) == str(number)


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("10", "十"),
        ("12", "十二"),
        ("110", "一百一十"),
        ("105", "一百零五"),
        ("1010", "一千零一十"),
        ("0", ""),
        ("10000", ""),
    ],
)
def test_numbers_are_said_as_lawyers_say_them(digits, said):
    assert in_chinese(digits) == said


def test_hits_are_marked_as_they_were_written():
    assert marked(full_width("WTO") + "与医疗 纠纷", words_of("wto 医疗纠纷")) == [
        (full_width("WTO"), True),
        ("与", False),
        ("医疗 纠纷", True),
    ]
    assert marked("医疗损害责任纠纷", words_of("医疗纠纷")) == [
        ("医疗", True),
        ("损害责任", False),
        ("纠纷", True),
    ]
    assert marked("1165条与第一千一百六十五条", words_of("1165条")) == [
        ("1165条", True),
        ("与第一千一百六十五条", False),
    ]
    assert marked("医疗，纠纷", words_of("医疗纠")) == [("医疗，纠纷", False)]
    assert marked("全部", []) == [("全部", False)]


@given(st.text(alphabet="医疗纠纷a1 ，", max_size=200), st.text(alphabet="医疗纠纷a1 ", max_size=8))
def test_marked_pieces_make_the_text_again(text, query):
    words = words_of(query)
    assert "".join(piece for piece, _hit in marked(text, words)) == text
    found = spans(text, words)
    assert found == sorted(found)
    cut = snippet(text, words)
    assert cut.text.strip("…") in text
    assert any(hit for _piece, hit in cut.pieces) == bool(found)


def test_a_snippet_shows_the_densest_hits_and_says_where_they_begin():
    text = "质证" + "很长的话" * 40 + "医疗损害责任纠纷的病历要质证" + "，后面还有" * 40
    cut = snippet(text, words_of("医疗纠纷 质证"))
    assert cut.hit_at == text.index("医疗")
    assert cut.text.startswith("…")
    assert len(cut.text) <= SNIPPET + LEAD
