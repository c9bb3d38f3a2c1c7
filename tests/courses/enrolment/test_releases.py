"""Opening lectures: to whom, from when to when, what the database holds to, and shared collections."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courses.catalogue.models import LecturePage
from courses.catalogue.registries import ReleaseTerms
from courses.enrolment import reach, releasing
from courses.enrolment.models import Collection, Release
from courses.enrolment.release_forms import ReleaseForm
from courses.enrolment.releasing import UnableToRelease
from courses.enrolment.rules import Span, gaps
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import AssociationRole, Pairing
from tests.courses.factories import make_lecture_in_review, make_published_lecture
from tests.world import World


def pair(world, one, other, *, valid_from=None, valid_until=None):
    return Pairing.objects.create(
        kind=Pairing.Kind.STRONG_WITH_WEAK,
        supporting_association=one,
        beneficiary_association=other,
        valid_from=valid_from,
        valid_until=valid_until,
        source="tests",
    )


def collection_of(world: World, association=None, name="精品课程") -> Collection:
    return releasing.open_collection(
        association=association or world.guangdong, name=name, by=world.national_officer, at=world.now
    )


def release(world, lecture, *, at=None, **terms):
    return releasing.release(
        lecture=lecture, terms=ReleaseTerms(**terms), by=world.supporting_officer, at=at or world.now
    )


def seen_by(lawyer, at):
    releases = reach.open_to(reach.of_lawyer(lawyer), at=at)
    return set(LecturePage.objects.filter(pk__in=releases.values("lecture")).values_list("pk", flat=True))


class TestToWhom:
    """given a lecture of Guangdong, when it is opened to one target, then it is open to who belongs to that target."""

    @pytest.fixture
    def lecture(self, world):
        return make_published_lecture(world)

    def open_for(self, world, lecture, at=None):
        lawyers = {"guangxi": world.county_lawyer, "yunnan": world.yunnan_lawyer, "own": world.expert_lawyer}
        return {name for name, each in lawyers.items() if lecture.pk in seen_by(each, at or world.now)}

    def test_to_nobody_as_long_as_nobody_released_it(self, world, lecture):
        assert self.open_for(world, lecture) == set()

    def test_to_everybody(self, world, lecture):
        release(world, lecture, everybody=True)
        assert self.open_for(world, lecture) == {"guangxi", "yunnan", "own"}

    def test_to_a_region_and_what_lies_in_it(self, world, lecture):
        assert world.county_lawyer
        release(world, lecture, regions=(world.baise_region.code,))
        assert self.open_for(world, lecture) == {"guangxi"}

    def test_to_a_county_and_not_to_what_lies_around_it(self, world, lecture):
        release(world, lecture, regions=(world.napo_region.code,))
        in_town = world.lawyer("14510201111112222", "黄城", world.baise_firm)
        assert lecture.pk in seen_by(world.county_lawyer, world.now)
        assert lecture.pk not in seen_by(in_town, world.now)

    def test_to_the_beneficiaries_of_a_programme_on_the_day(self, world, lecture, monkeypatch):
        monkeypatch.setattr(
            "courses.enrolment.registries.programmes", lambda: {world.PROGRAMME: "百千千工程"}
        )
        release(world, lecture, programmes=(world.PROGRAMME,))
        assert self.open_for(world, lecture) == {"guangxi", "yunnan"}
        AssociationRole.objects.filter(association=world.yunnan).update(valid_until=world.day)
        assert self.open_for(world, lecture) == {"guangxi"}

    def test_to_whom_a_collection_is_shared_with_while_the_pair_stands(self, world, lecture):
        made = collection_of(world)
        release(world, lecture, collections=(made.pk,))
        assert self.open_for(world, lecture) == {"own"}
        pair(world, world.guangdong, world.guangxi, valid_until=world.day + timedelta(days=5))
        # Either end of a pair shares with the other.
        pair(world, world.yunnan, world.guangdong, valid_from=world.day + timedelta(days=5))
        assert self.open_for(world, lecture) == {"own", "guangxi"}
        assert self.open_for(world, lecture, at=world.later(days=5)) == {"own", "yunnan"}

    def test_from_a_time_until_a_time_that_is_not_in_it(self, world, lecture):
        begins, ends = world.later(days=1), world.later(days=2)
        release(world, lecture, everybody=True, begins_at=begins, ends_at=ends)
        assert self.open_for(world, lecture, at=begins - timedelta(seconds=1)) == set()
        assert "guangxi" in self.open_for(world, lecture, at=begins)
        assert "guangxi" in self.open_for(world, lecture, at=ends - timedelta(seconds=1))
        assert self.open_for(world, lecture, at=ends) == set()


class TestOneReleaseAfterAnother:
    @pytest.fixture
    def lecture(self, world):
        return make_published_lecture(world)

    def test_the_same_again_writes_nothing(self, world, lecture):
        first = release(world, lecture, associations=("CN-GX",) if world.guangxi else ())
        again = release(world, lecture, at=world.later(days=3), associations=("CN-GX",))
        assert again == first
        assert AuditEntry.objects.filter(verb="release lecture").count() == 1

    def test_a_longer_one_continues_the_shorter_one(self, world, lecture):
        release(world, lecture, everybody=True, ends_at=world.later(days=2))
        release(world, lecture, everybody=True, ends_at=world.later(days=5))
        spans = list(Release.objects.order_by("released_at").values_list("released_at", "ended_at"))
        assert spans == [(world.now, world.later(days=2)), (world.later(days=2), world.later(days=5))]

    def test_ending_it_keeps_the_row_and_says_who(self, world, lecture):
        (made,) = release(world, lecture, everybody=True)
        for hours in (4, 9):
            releasing.end_release(
                release=made, by=world.second_supporting_officer, at=world.later(hours=hours)
            )
        made.refresh_from_db()
        assert (made.ended_at, made.ended_by) == (world.later(hours=4), world.second_supporting_officer)
        assert AuditEntry.objects.filter(verb="end release").count() == 1

    def test_one_that_is_ended_before_it_begins_never_opens(self, world, lecture):
        (made,) = release(world, lecture, everybody=True, begins_at=world.later(days=2))
        releasing.end_release(release=made, by=world.supporting_officer, at=world.later(days=1))
        for days in (1, 2, 3):
            assert lecture.pk not in seen_by(world.yunnan_lawyer, world.later(days=days))

    def test_what_cannot_be(self, world, lecture):
        for terms, why in (
            ({}, "Choose who may watch"),
            ({"associations": ("CN-XX",)}, "not there any more"),
            ({"regions": ("999999",)}, "not there any more"),
            ({"programmes": ("NOTHING",)}, "not there any more"),
            ({"collections": (collection_of(world, world.guangxi).pk,)}, "not there any more"),
            ({"everybody": True, "ends_at": world.now}, "end before it begins"),
        ):
            with pytest.raises(UnableToRelease, match=why):
                release(world, lecture, **terms)
        with pytest.raises(UnableToRelease, match="Publish the lecture first"):
            release(world, make_lecture_in_review(world), everybody=True)
        assert not Release.objects.exists()

    def test_only_a_reviewer_of_the_association(self, world, lecture):
        (made,) = release(world, lecture, everybody=True)
        for stranger in (world.beneficiary_officer, world.expert, world.county_account):
            with pytest.raises(PermissionDenied):
                releasing.end_release(release=made, by=stranger, at=world.now)
            with pytest.raises(PermissionDenied):
                releasing.open_collection(association=world.guangdong, name="x", by=stranger, at=world.now)

    def test_the_database_takes_no_release_to_two_targets_or_that_ends_before_it_begins(self, world, lecture):
        for wrong in (
            {"association": world.guangxi, "region": world.guangxi_region},
            {"programme_code": "BQQ-2012", "association": world.guangxi},
            {"ended_at": world.later(days=-1)},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Release.objects.create(
                    lecture=lecture, released_at=world.now, released_by=world.supporting_officer, **wrong
                )

    def test_the_database_keeps_what_was_open(self, world, lecture):
        (made,) = release(world, lecture, everybody=True, ends_at=world.later(days=5))
        rows = Release.objects.filter(pk=made.pk)
        # when somebody deletes a release, gives it another beginning or target, or a later end, or none
        for wrong in (
            rows.delete,
            lambda: rows.update(released_at=world.later(days=-5)),
            lambda: rows.update(association=world.guangxi),
            lambda: rows.update(ended_at=world.later(days=6)),
            lambda: rows.update(ended_at=None),
            # or says that it was somebody else who ended it
            lambda: rows.update(ended_by=world.expert),
        ):
            # then the database refuses, and an earlier end alone is taken
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                wrong()
        assert rows.update(ended_at=world.later(days=2), ended_by=world.supporting_officer) == 1


class TestCollections:
    def test_the_same_name_is_the_same_collection(self, world):
        assert collection_of(world) == collection_of(world)
        assert collection_of(world, world.guangxi) != collection_of(world)
        with pytest.raises(UnableToRelease, match="Give the collection a name"):
            collection_of(world, name=" ")

    def test_closing_ends_what_it_shares_and_takes_nothing_more(self, world):
        lecture, made = make_published_lecture(world), collection_of(world)
        release(world, lecture, collections=(made.pk,))
        for hours in (1, 2):
            releasing.close_collection(
                collection=made, by=world.supporting_officer, at=world.later(hours=hours)
            )
        assert Release.objects.get().ended_at == world.later(hours=1)
        assert lecture.pk not in seen_by(world.expert_lawyer, world.later(hours=1))
        with pytest.raises(UnableToRelease, match="not there any more"):
            release(world, lecture, collections=(made.pk,))
        with pytest.raises(UnableToRelease, match="was closed"):
            collection_of(world)

    @pytest.mark.skipif(
        not connection.features.has_select_for_update, reason="SQLite writes one after the other"
    )
    def test_a_collection_that_is_being_closed_waits_for_what_comes_into_it(self, world):
        lecture, made = make_published_lecture(world), collection_of(world)
        with CaptureQueriesContext(connection) as asked:
            release(world, lecture, collections=(made.pk,))
        table = Collection._meta.db_table
        assert any("FOR UPDATE" in each["sql"] and f'FROM "{table}"' in each["sql"] for each in asked)


def test_both_ways_to_ask_give_the_same_answer(world, django_assert_max_num_queries):
    # given releases of every kind, and pairs and roles that begin and end
    made = collection_of(world)
    lecture = make_published_lecture(world)
    pair(world, world.guangdong, world.guangxi, valid_until=world.day + timedelta(days=5))
    AssociationRole.objects.filter(association=world.yunnan).update(valid_from=world.day + timedelta(days=4))
    targets = (
        {},
        {"association": world.guangxi},
        {"association": world.national},
        {"region": world.baise_region},
        {"region": world.napo_region},
        {"region": world.yunnan_region},
        {"programme_code": world.PROGRAMME},
        {"collection": made},
    )
    for target in targets:
        Release.objects.create(
            lecture=lecture, released_at=world.now, released_by=world.national_officer, **target
        )
    readers = {
        "guest": reach.GUEST,
        "county": reach.of_lawyer(world.county_lawyer),
        "yunnan": reach.of_lawyer(world.yunnan_lawyer),
        "guangdong": reach.of_association(world.guangdong),
        "baise": reach.of_association(world.baise),
    }
    # then the query of lists and the coverage of reports agree, release by release, reader by reader, day by day
    with django_assert_max_num_queries(4):
        coverage = reach.Coverage(Release.objects.select_related("collection"))
    answers = set()
    for name, reader in readers.items():
        for days in (0, 4, 5):
            at = world.later(days=days)
            asked = set(reach.open_to(reader, at=at))
            told = {each for each in coverage.releases if coverage.reaches(each, reader, on=at.date())}
            assert asked == told, (name, days)
            answers.add(len(asked))
    assert len(answers) > 3


@given(
    asked=st.tuples(st.integers(0, 20), st.none() | st.integers(0, 20)),
    taken=st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(0, 20)), max_size=5),
)
def test_gaps_are_exactly_what_is_not_covered(asked, taken):
    start = datetime(2026, 10, 1)  # noqa: DTZ001 - only differences count

    def span(begins, until):
        day = timedelta(days=1)
        return Span(start + begins * day, None if until is None else start + until * day)

    def covers(each, moment):
        return each.begins <= moment and (each.until is None or moment < each.until)

    found = gaps(span(*asked), [span(*each) for each in taken])
    for hours in range(0, 25 * 24, 12):
        moment = start + timedelta(hours=hours)
        wanted = covers(span(*asked), moment) and not any(covers(span(*each), moment) for each in taken)
        assert sum(covers(each, moment) for each in found) == wanted


class TestTheForm:
    @pytest.fixture
    def ask(self, world):
        lecture = make_published_lecture(world)
        assert world.guangxi
        assert world.napo_region

        def form(**data):
            return ReleaseForm(data, lecture=lecture, at=world.now)

        return form

    def test_regions_are_written_by_name_or_code(self, ask):
        form = ask(regions="百色市、451026")
        assert form.is_valid(), form.errors
        assert form.terms().regions == ("451000", "451026")

    def test_the_last_day_counts_whole(self, ask, world):
        form = ask(everybody="on", ends_on="2026-10-31", begins_on="2026-10-12")
        assert form.is_valid(), form.errors
        terms = form.terms()
        assert terms.begins_at is None
        assert timezone.localtime(terms.ends_at).date() == date(2026, 11, 1)
        assert ReleaseTerms.from_json(terms.as_json()) == terms

    def test_the_last_day_that_there_is_means_no_end(self, ask):
        form = ask(everybody="on", ends_on="9999-12-31")
        assert form.is_valid(), form.errors
        assert form.terms().ends_at is None

    @pytest.mark.parametrize(
        ("data", "field", "words"),
        [
            ({}, "associations", "Choose who may watch"),
            ({"regions": "火星"}, "regions", "There is no region “火星”"),
            ({"everybody": "on", "begins_on": "2026-10-11"}, "begins_on", "This day is over"),
            ({"everybody": "on", "ends_on": "2026-10-11"}, "ends_on", "before the first one"),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field(self, ask, data, field, words):
        form = ask(**data)
        assert not form.is_valid()
        assert words in str(form.errors[field])
