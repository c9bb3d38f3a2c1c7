"""The rule of releases, whole: every way to come by a lecture, for every kind of reader, under every kind of release.

What is not released to a reader is not there: no page, no list, no search hit, no answer, no feed item, no byte.
"""

import json
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from courses.catalogue.models import LecturePage
from courses.catalogue.queries import visible_lectures
from courses.catalogue.registries import ReleaseTerms
from courses.catalogue.search.indexing import index_all
from courses.enrolment import releasing
from courses.enrolment.access import may_play_recording
from courses.enrolment.operations import enrol
from media_pipeline import api as media
from qianchang.people.models import Account, Pairing
from tests.courses.factories import make_course, make_published_lecture

TITLE, WORD = "医疗损害鉴定意见的质证", "质证"
READERS = ("guest", "county", "yunnan", "giver", "reviewer", "guangxi officer", "yunnan officer", "national")
# Who gave it and who reviews for its association know of it whatever is released.
ALWAYS = {"giver", "reviewer", "national"}
GUANGXI = {"county", "guangxi officer"}
YUNNAN = {"yunnan", "yunnan officer"}


def nothing(world):
    return None


def everybody(world):
    return ReleaseTerms(everybody=True)


def association(world):
    return ReleaseTerms(associations=(world.guangxi.code,))


def city_association(world):
    return ReleaseTerms(associations=(world.baise.code,))


def region(world):
    return ReleaseTerms(regions=(world.guangxi_region.code,))


def county(world):
    return ReleaseTerms(regions=(world.napo_region.code,))


def programme(world):
    return ReleaseTerms(programmes=(world.PROGRAMME,))


def paired(world):
    made = releasing.open_collection(
        association=world.guangdong, name="精品课程", by=world.supporting_officer, at=world.now
    )
    return ReleaseTerms(collections=(made.pk,))


def over(world):
    return ReleaseTerms(everybody=True, ends_at=world.later(hours=1))


def later(world):
    return ReleaseTerms(everybody=True, begins_at=world.later(days=9))


RELEASES = (
    (nothing, set()),
    (everybody, {*GUANGXI, *YUNNAN, "guest"}),
    (association, GUANGXI),
    (city_association, set()),
    (region, GUANGXI),
    (county, {"county"}),
    (programme, GUANGXI | YUNNAN),
    (paired, GUANGXI),
    (over, set()),
    (later, set()),
)


@pytest.fixture(autouse=True)
def _a_day_later(world, monkeypatch):
    monkeypatch.setattr("courses.enrolment.registries.programmes", lambda: {world.PROGRAMME: "百千千工程"})
    with time_machine.travel(world.later(days=1), tick=False):
        yield


@pytest.fixture
def accounts(world):
    Pairing.objects.create(
        kind=Pairing.Kind.STRONG_WITH_WEAK,
        supporting_association=world.guangdong,
        beneficiary_association=world.guangxi,
        source="tests",
    )
    return {
        "guest": None,
        "county": world.county_account,
        "yunnan": world.yunnan_lawyer.account,
        "giver": world.expert,
        "reviewer": world.supporting_officer,
        "guangxi officer": world.beneficiary_officer,
        "yunnan officer": world.yunnan_officer,
        "national": world.national_officer,
    }


@pytest.fixture
def browsers(accounts, client_for):
    return {name: client_for(account) if account else Client() for name, account in accounts.items()}


@pytest.fixture
def lecture(world):
    lecture = make_published_lecture(world, title=TITLE)
    index_all(at=world.now)
    return lecture


def release(world, lecture, terms):
    if terms is not None:
        releasing.release(lecture=lecture, terms=terms, by=world.supporting_officer, at=world.now)


def shows(address: str) -> Callable[[Client, LecturePage], bool]:
    """A way in which a lecture is seen by its title."""

    def look(browser, lecture):
        answer = browser.get(address, headers={"Accept-Language": "zh-hans"})
        assert answer.status_code == 200, (address, answer.status_code)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        # The words of a search are marked; JSON may write Chinese in escapes.
        text = re.sub("</?mark>", "", body.decode())
        return TITLE in text or json.dumps(TITLE) in text

    return look


def page(browser, lecture):
    answer = browser.get(lecture.get_url())
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


def page_by_wagtail(browser, lecture):
    # Past our shorter way: an address that only Wagtail itself takes apart.
    answer = browser.get(lecture.get_url() + "text/")
    return answer.status_code != 404


def of_lecturer(browser, lecture):
    slug = lecture.lecturers.get().slug
    answer = browser.get(f"/lecturers/{slug}/")
    return answer.status_code == 200 and TITLE in answer.content.decode()


WAYS = {
    "page": page,
    "transcript": page_by_wagtail,
    "list": shows("/lectures/"),
    "search": shows(f"/lectures/?q={WORD}"),
    "answer": shows("/api/v1/lectures/"),
    "searched answer": shows(f"/api/v1/lectures/?q={WORD}"),
    "feed": shows("/lectures/feed/"),
    "home": shows("/"),
    "lecturer": of_lecturer,
}


@pytest.mark.parametrize(("terms_of", "readers"), RELEASES, ids=[each.__name__ for each, _ in RELEASES])
def test_every_way_shows_a_lecture_to_whom_it_is_released_and_to_nobody_else(
    world, browsers, lecture, terms_of, readers
):
    release(world, lecture, terms_of(world))
    seen = {
        (way, name)
        for way, look in WAYS.items()
        for name, browser in browsers.items()
        if look(browser, lecture)
    }
    assert seen == {(way, name) for way in WAYS for name in ALWAYS | readers}


@pytest.mark.parametrize(("terms_of", "readers"), RELEASES, ids=[each.__name__ for each, _ in RELEASES])
def test_the_sitemap_names_what_guests_may_see(world, lecture, terms_of, readers):
    release(world, lecture, terms_of(world))
    assert (lecture.get_url() in Client().get("/sitemap.xml").content.decode()) == ("guest" in readers)


@pytest.mark.parametrize(("terms_of", "readers"), RELEASES, ids=[each.__name__ for each, _ in RELEASES])
def test_a_course_is_shown_without_what_is_not_released(world, browsers, lecture, terms_of, readers):
    # given a course of this lecture and of one that is open to everybody
    release(world, lecture, terms_of(world))
    course = make_course(world, [make_published_lecture(world, title="起诉状", released_to=None), lecture])
    alone = make_course(world, [lecture], title="只有这一讲")
    for name, browser in browsers.items():
        text = browser.get(course.get_url()).content.decode()
        may_see = name in ALWAYS | readers
        assert (TITLE in text) == may_see, name
        assert ('id="hidden"' in text) != may_see, name
        assert "起诉状" in text
        # and a course of nothing else is not there
        assert (browser.get(alone.get_url()).status_code == 200) == may_see, name
        assert ("只有这一讲" in browser.get("/courses/").content.decode()) == may_see, name


@pytest.mark.parametrize(("terms_of", "readers"), RELEASES, ids=[each.__name__ for each, _ in RELEASES])
def test_only_lawyers_to_whom_it_is_released_take_it_and_play_it(
    world, accounts, browsers, lecture, terms_of, readers
):
    release(world, lecture, terms_of(world))
    for name in ("county", "yunnan"):
        browsers[name].post(f"/lectures/{lecture.pk}/enrol/")
        assert may_play_recording(accounts[name].pk, lecture.recording_id) == (name in readers), name


def test_no_forged_number_says_that_there_is_a_lecture(world, browsers, lecture):
    """Given a lecture and a course that are open to Yunnan alone, then their numbers tell nobody else anything."""
    release(world, lecture, ReleaseTerms(associations=(world.yunnan.code,)))
    course = make_course(world, [lecture], title="只有这一讲")
    for address in (f"/lectures/{lecture.pk}/enrol/", f"/courses/{course.pk}/enrol/"):
        assert browsers["county"].post(address).status_code == 404, address
        assert browsers["yunnan"].post(address).status_code == 302, address
    for name in ("guest", "county", "guangxi officer"):
        assert TITLE not in browsers[name].get(f"/compat/?lecture={lecture.pk}").content.decode(), name
    assert TITLE in browsers["yunnan"].get(f"/compat/?lecture={lecture.pk}").content.decode()


def test_when_the_release_ends_everything_of_it_is_refused(world, accounts, browsers, lecture):
    # given a lawyer who takes a lecture, has its links and began to play it
    (made,) = releasing.release(
        lecture=lecture, terms=association(world), by=world.supporting_officer, at=world.now
    )
    lawyer, browser, now = world.county_lawyer, browsers["county"], timezone.now()
    enrol(lawyer=lawyer, lecture=lecture, by=world.county_account, at=now)
    version = lecture.versions.get()
    assert 'id="player"' in browser.get(lecture.get_url()).content.decode() or page(browser, lecture)
    # when the release ends
    releasing.end_release(release=made, by=world.supporting_officer, at=now)
    # then there is no page, no transcript, no player, no pack, no presence and no link any more
    assert not page(browser, lecture)
    assert browser.get(lecture.get_url() + "text/").status_code == 404
    opened = browser.post(
        "/api/v1/playbacks/",
        {"lecture": lecture.pk, "version": version.pk, "device": "old PC", "device_now_ms": 0},
        content_type="application/json",
    )
    assert opened.status_code in (403, 404), opened.content
    assert browser.get(f"/lectures/{lecture.pk}/pack/").status_code in (403, 404)
    with pytest.raises(media.AccessRefused):
        media.playback_links(lecture.recording_id, viewer_id=world.county_account.pk, at=now)


def test_a_list_asks_once_whatever_the_releases(world, accounts, django_assert_num_queries, lecture):
    # given releases of every kind
    for terms_of, _readers in RELEASES:
        release(world, lecture, terms_of(world))
    request = SimpleNamespace(user=Account.objects.get(pk=world.county_account.pk))
    # who reads (the lawyer, the grants), and then the list itself
    with django_assert_num_queries(3):
        assert list(visible_lectures(request)) == [lecture]
    with django_assert_num_queries(1):
        assert list(visible_lectures(request)) == [lecture]
