"""What a search finds in the catalogue, at which second, and what it never shows. The same on both databases."""

import pytest
from django.db import connection
from django.test import Client

from courses.catalogue import reviewing
from courses.catalogue.models import Lecturer, Passage
from courses.catalogue.search import finding, matching
from courses.catalogue.search.indexing import index_all
from courses.catalogue.search.words import words_of
from courses.enrolment.models import Release
from courses.enrolment.operations import enrol

LECTURES = "/api/v1/lectures/"


def rows_of(client: Client, query: str, **more):
    return list(client.get("/lectures/", {"q": query, **more}).context["catalogue"].page)


@pytest.mark.parametrize(
    "query",
    [
        "质证",
        "意见",  # inside a longer word
        "鉴定意见",
        "「质证」",
        "鉴定 质证",  # two words in different parts
        "陈嘉敏 外卖骑手",  # the lecturer, and what is said
        "医疗纠纷",  # in the title with other characters between
        "分配表",  # on a slide
        "外卖骑手",  # in the captions, over two of them
        "民法典1165条",
        "第１１６５条",
        "excel",
        "证",
    ],
)
def test_a_lecture_is_found_by_what_stands_anywhere_in_it(lecture_of, find, query):
    lecture_of(
        "医疗损害责任纠纷：鉴定意见的审查与质证",
        slides=["举证责任分配\n表"],
        said=[(60, "先看《民法典》第一千一百六十五条，用Excel算"), (66, "再说外卖"), (71, "骑手的误工费。")],
    )
    lecture_of("完全不同的一讲", topic="housing")
    assert find(query) == ["医疗损害责任纠纷：鉴定意见的审查与质证"]


@pytest.mark.parametrize(
    "query", ["纠医", "证质", "165条", "没有这回事", "，。", "%", "_", '"', "' OR 1", "*"]
)
def test_what_nobody_wrote_is_not_found(lecture_of, find, query):
    lecture_of("医疗纠纷的质证", said=[(60, "民法典第一千一百六十五条，外卖骑手。")])
    assert find(query) == []


def test_title_comes_before_lecturer_before_field_before_introduction_before_slides_before_transcript(
    lecture_of, find
):
    lecture_of("六", said=[(60, "住房的事。")])
    lecture_of("五", slides=["住房"])
    lecture_of("四", introduction="住房怎么办。")
    lecture_of("三", topic="housing")
    named = lecture_of("二")
    named.lecturers = [Lecturer.objects.create(slug="zf", name="李住房", association=named.association)]
    named.save()
    lecture_of("一住房")
    assert find("住房") == ["一住房", "二", "三", "四", "五", "六"]


def test_the_phrase_comes_before_its_parts_and_several_hits_before_one(lecture_of, find):
    lecture_of("说一次", said=[(60, "取保候审。")])
    lecture_of("说三次", said=[(60, "取保候审。"), (600, "取保候审。"), (1200, "取保候审。")])
    lecture_of("分开说", said=[(60, "取保的时候要候审。")])
    assert find("取保候审") == ["说三次", "说一次", "分开说"]


def test_a_hit_is_a_link_to_the_second_of_its_own_caption(lecture_of, guest, world):
    lecture = lecture_of(
        "没有的标题", said=[(1930, "这一段先说别的"), (1935, "然后<说>说见义勇为"), (1940, "最后再说别的。")]
    )
    index_all(at=world.now)
    answer = guest.get("/lectures/", {"q": "见义勇为"})
    page = answer.content.decode()
    [hit] = answer.context["catalogue"].page[0].hits
    assert (hit.from_ms, hit.kind.name) == (1_935_000, "TRANSCRIPT")
    assert f'href="{lecture.url}?t=1935#t=1935"' in page
    assert ">32:15</a>" in page
    assert "&lt;说&gt;说<mark>见义勇为</mark>" in page


def test_at_most_three_places_are_shown_those_with_most_of_the_words_first(lecture_of, guest, world):
    lecture_of(
        "没有的标题",
        said=[(60, "定金。"), (120, "定金。"), (180, "定金。"), (240, "定金和违约金。"), (300, "违约金。")],
    )
    index_all(at=world.now)
    [row] = rows_of(guest, "定金 违约金")
    assert [hit.from_ms for hit in row.hits] == [240_000, 60_000, 120_000]


def test_nothing_outside_the_release_is_found_counted_or_suggested(
    lecture_of, find, client_for, world, guest
):
    lecture = lecture_of("只给广西的讲座", released_to=[world.guangxi], said=[(60, "秘密的词。")])
    assert find("秘密的词", client_for(world.county_account)) == ["只给广西的讲座"]
    assert find("秘密的词", client_for(world.yunnan_lawyer.account)) == []
    for query in ("秘密的词", "秘密的语", "秘密", "只给广西的讲坐"):
        answer = guest.get("/lectures/", {"q": query})
        catalogue = answer.context["catalogue"]
        assert (list(catalogue.page), catalogue.suggestions, catalogue.topics) == ([], [], [])
        assert guest.get(LECTURES, {"q": query}).json()["count"] == 0
    Release.objects.filter(lecture=lecture).update(ended_at=world.now)
    assert find("秘密的词", client_for(world.county_account)) == []


def test_a_withdrawn_lecture_is_not_found_even_while_it_stands_in_the_index(lecture_of, find, guest, world):
    lecture = lecture_of("收回来的讲座")
    assert find("收回来") == ["收回来的讲座"]
    reviewing.withdraw_lecture(
        lecture=lecture, reason="讲者要求收回。", by=world.supporting_officer, at=world.now
    )
    assert Passage.objects.filter(lecture=lecture).exists()
    assert rows_of(guest, "收回来") == []


def test_filters_narrow_a_search_and_say_how_many_each_box_shows(lecture_of, guest, world):
    lecture_of("质证一", topic="employment", duration_ms=30 * 60_000, said=[(60, "好。")])
    lecture_of("质证二", topic="housing", category="ethics", duration_ms=100 * 60_000)
    lecture_of("别的", topic="housing")
    index_all(at=world.now)
    answer = guest.get("/lectures/", {"q": "质证", "ways": ["audio", "transcript"]}).context["catalogue"]
    assert [row.lecture.title for row in answer.page] == ["质证一"]
    everything = guest.get("/lectures/", {"q": "质证"}).context["catalogue"]
    boxes = {name: {box.value: box.count for box in boxes} for name, boxes in everything.filters.items()}
    assert boxes == {
        "topic": {"employment": 1, "housing": 1},
        "category": {"business": 1, "ethics": 1},
        "ways": {"audio": 2, "transcript": 1, "dvd": 2},
        "length": {"short": 1, "long": 1},
    }


def test_sorts_by_learners_by_data_and_by_time(lecture_of, find, world):
    lecture_of("质证长的", duration_ms=100 * 60_000)
    taken = lecture_of("质证有人学的", duration_ms=80 * 60_000)
    lecture_of("质证短的", duration_ms=10 * 60_000)
    enrol(lawyer=world.county_lawyer, lecture=taken, by=world.county_account, at=world.now)
    assert find("质证", sort="learners")[0] == "质证有人学的"
    assert find("质证", sort="data") == ["质证短的", "质证有人学的", "质证长的"]
    assert find("质证", sort="newest") == ["质证短的", "质证有人学的", "质证长的"]
    assert find("", sort="relevance") == find("", sort="newest")


def test_nothing_found_offers_less_of_it_near_spellings_and_fields(lecture_of, guest, world):
    lecture_of("医疗美容合同", topic="medical-disputes")
    index_all(at=world.now)
    answer = guest.get("/lectures/", {"q": "医疗美荣"})
    offered = [(link.label, link.count) for link in answer.context["catalogue"].suggestions]
    assert offered[0] == ("医疗美容", 1)
    assert ("医疗", 1) in offered
    page = answer.content.decode()
    assert "没有找到“医疗美荣”。试试少几个字，或看看这些领域：" in page
    assert f'href="{answer.context["catalogue"].suggestions[0].url}"' in page
    assert '<a href="?topic=medical-disputes">' in page


def test_what_stands_nearly_everywhere_is_not_offered(lecture_of, guest, world):
    for number in range(11):
        lecture_of(f"合同法第{number}讲", introduction="没有别的。")
    lecture_of("医疗美容合同")
    index_all(at=world.now)
    offered = guest.get("/lectures/", {"q": "没有医疗误诊"}).context["catalogue"].suggestions
    assert [link.label for link in offered] == ["医疗"]


def test_a_field_is_offered_for_filters_that_nothing_passes(lecture_of, guest, world):
    lecture_of("医疗美容合同", topic="medical-disputes")
    index_all(at=world.now)
    answer = guest.get("/lectures/", {"category": "ethics"}).context["catalogue"]
    assert [(option.value, option.count) for option in answer.topics] == [("medical-disputes", 1)]


def test_a_broken_index_shows_every_lecture_and_says_so(lecture_of, guest, world, monkeypatch, caplog):
    lecture_of("住房一", topic="housing")
    lecture_of("别的二")
    index_all(at=world.now)
    monkeypatch.setattr("courses.catalogue.search.matching.INDEX", "no_such_index")
    monkeypatch.setattr("courses.catalogue.search.matching._VECTOR", "no_such_function({column})")
    answer = guest.get("/lectures/", {"q": "住房"})
    assert answer.status_code == 200
    assert [row.lecture.title for row in answer.context["catalogue"].page] == ["别的二", "住房一"]
    assert "搜索暂时用不了，下面是全部讲座。" in answer.content.decode()
    assert "the search index does not answer" in caplog.text
    api = guest.get(LECTURES, {"q": "住房", "topic": "housing"}).json()
    assert (api["search_failed"], [row["title"] for row in api["lectures"]]) == (True, ["住房一"])


def test_the_api_answers_with_hits_their_times_and_where_to_mark(lecture_of, guest, world):
    lecture_of("没有的标题", slides=["第一页", "举证责任"], said=[(60, "举证责任在谁。")])
    index_all(at=world.now)
    [row] = guest.get(LECTURES, {"q": "举证责任", "ways": "transcript"}).json()["lectures"]
    slide, said = row["hits"]
    assert (slide["kind"], slide["from_ms"], slide["text"], slide["marks"]) == (
        "slide",
        20_000,
        "举证责任",
        [[0, 4]],
    )
    assert (said["kind"], said["from_ms"], said["marks"]) == ("transcript", 60_000, [[0, 4]])
    assert guest.get(LECTURES, {"page": 2}).json()["lectures"] == []
    assert guest.get(LECTURES, {"sort": "loudest"}).status_code == 422


def test_queries_grow_neither_with_lectures_nor_with_passages(
    lecture_of, guest, world, django_assert_max_num_queries
):
    lecture_of("质证讲座一", said=[(60, "质证。")])
    lecture_of("质证讲座二", said=[(60, "质证。")])
    index_all(at=world.now)
    guest.get("/lectures/", {"q": "质证"})
    with django_assert_max_num_queries(30) as few:
        guest.get("/lectures/", {"q": "质证 讲座"})
    for number in range(4):
        lecture_of(f"质证讲座{number}", said=[(60 * place, "质证。") for place in range(1, 20)])
    index_all(at=world.now)
    with django_assert_max_num_queries(len(few)):
        assert len(rows_of(guest, "质证 讲座")) == 6


@pytest.mark.parametrize("query", ["质证", "质证的方法和要点", "质"])
def test_the_database_answers_from_its_index(lecture_of, world, query):
    lecture = lecture_of("质证的方法和要点", said=[(60, "质证。")])
    index_all(at=world.now)
    [word] = words_of(query)
    assert list(finding.found_in([word])) == [lecture.pk]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Of so few passages it would read all.
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Passage.objects.filter(finding.holding(word)).explain()
    assert ("VIRTUAL TABLE" if connection.vendor == "sqlite" else matching.INDEX) in plan
    # What the index answered for is not asked of each passage again.
    filters = [line for line in plan.splitlines() if "Filter:" in line]
    assert not any("tsvector" in line for line in filters)


@pytest.mark.parametrize("query", ["的", "是", "一个", "这是不是", "的 质证"])
def test_signs_that_stand_everywhere_are_found_like_others(lecture_of, find, query):
    lecture_of("质证", said=[(60, "这是不是一个好的办法。")])
    lecture_of("个一", topic="housing", introduction="无。")
    assert find(query) == ["质证"]
