"""The yearly duty of one lawyer: what is asked, what waits, what is not credited and why, and what to do next."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from courses import api
from courses.attendance.models import Coverage, WatchedSpan
from courses.catalogue.models import Category, LectureVersion
from courses.credits import corrections, operations, queries, records
from courses.credits.models import AccountingWindow, CreditEntry, CreditRule
from courses.credits.rules import Duty
from courses.enrolment.operations import enrol
from qianchang.people.practice import record_practice
from tests.courses.factories import make_published_lecture
from tests.courses.schedule.conftest import MODES

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(evening):
    return evening + timedelta(hours=12)


@pytest.fixture
def page(world, version, at):
    """Return a function that gives what the page of an accounting year shows."""

    def of(year=None, when=None):
        lawyer = type(world.county_lawyer).objects.get(pk=world.county_lawyer.pk)
        when = when or at
        return records.year_page(lawyer, queries.year_of(lawyer, year=year, at=when), at=when)

    return of


@pytest.fixture
def practised(world):
    """Return a function that records a stretch of the county lawyer's practice."""

    def act(kind, valid_from, valid_until=None):
        return record_practice(
            lawyer=world.county_lawyer,
            kind=kind,
            valid_from=valid_from,
            valid_until=valid_until,
            source="桂司律许 2026-8 号",
            at=world.now,
        )

    return act


@pytest.fixture
def short_watch(world, device, evening):
    """Return a function that releases a lecture of so many minutes and lets the county lawyer watch it whole."""

    # One after the other, after the two hours of the fixture `watched`.
    evenings = itertools.count(120, 60)

    def act(title, *, minutes=45, category="business", answer=True, watch=True):
        lecture = make_published_lecture(
            world,
            title=title,
            category=category,
            released_to=[world.guangxi],
            duration_ms=minutes * 60_000,
        )
        if watch:
            enrol(lawyer=world.county_lawyer, lecture=lecture, by=world.county_account, at=world.now)
            version = LectureVersion.objects.select_related("lecture").get(lecture=lecture)
            begins = next(evenings)
            player = device(version=version).open(begins)
            end = player.watch(0, minutes, at=begins)
            if answer:
                player.answer_codes(end)
        return lecture

    return act


def required(page):
    totals = page.totals
    return [requirement.required for requirement in (totals.total, totals.ethics, totals.onsite)]


class TestWhatIsAsked:
    def test_the_default_is_forty_of_which_twelve_of_which_four_on_site(self, page):
        assert required(page()) == [40, 12, 4]

    def test_whoever_was_licensed_in_august_is_asked_four_twelfths(self, page, practised):
        practised("practising", date(2026, 8, 20))
        assert required(page()) == [Decimal("13.0"), Decimal("4.0"), Decimal("1.0")]
        assert required(page(2027)) == [40, 12, 4]

    def test_whoever_is_suspended_is_asked_less_and_whoever_left_nothing(self, page, practised):
        practised("suspended", date(2026, 1, 1), date(2026, 7, 1))
        assert required(page()) == [20, 6, 2]
        practised("practising", date(2010, 1, 1), date(2025, 6, 1))
        assert required(page()) == [0, 0, 0]
        assert page().totals.is_complete
        assert page().suggestion is None

    def test_a_jurisdiction_may_ask_the_whole_duty_of_everybody(self, page, practised):
        practised("practising", date(2026, 8, 20))
        CreditRule.objects.update(pro_rata="whole")
        assert required(page()) == [40, 12, 4]

    def test_whoever_is_licensed_later_was_asked_nothing_before(self, page, practised):
        practised("practising", date(2026, 8, 20))
        assert required(page(2025)) == [0, 0, 0]

    def test_a_new_rule_asks_nothing_more_of_a_year_that_is_over(self, page, watched, world):
        # given hours of 2026, and a rule of 2027 that asks fifty
        watched()
        old = CreditRule.objects.get()
        new = CreditRule.objects.create(
            jurisdiction=old.jurisdiction, version=2, effective_date=date(2027, 1, 1), yearly_hours=50
        )
        later = world.later(days=180)
        # then 2026 stays at forty, and 2027 is asked fifty
        assert [page(year, when=later).year.rule for year in (2026, 2027, 2028)] == [old, new, new]
        assert [required(page(year, when=later))[0] for year in (2026, 2027)] == [40, 50]

    def test_a_year_before_any_rule_is_shown_by_the_present_one(self, page):
        assert required(page(2001)) == [40, 12, 4]

    def test_the_certificate_states_what_is_asked_of_this_lawyer(self, watched, practised, world, at):
        from courses.certificates.operations import issue_certificate

        watched()
        practised("practising", date(2026, 8, 20))
        made = issue_certificate(lawyer=world.county_lawyer, year=2026, by=world.county_account, at=at)
        assert made.context["required"] == "13.0"

    def test_the_database_refuses_a_part_that_is_more_than_the_whole(self, version):
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditRule.objects.update(yearly_onsite_hours=13)


class TestAccountingWindows:
    def test_a_mode_may_have_a_year_of_its_own(self, version, watched, page, evening):
        # given a rule whose year begins in January, but that of network video in November
        AccountingWindow.objects.create(
            rule=CreditRule.objects.get(), mode_code="network_video", starts_month=11
        )
        # when a lecture is watched in October, then its hours belong to the year that began last November
        watched()
        assert CreditEntry.objects.get().accounting_year == 2025
        assert [page(year).totals.total.credited for year in (2025, 2026)] == [Decimal("2.5"), 0]

    def test_the_rules_page_names_it(self, version, world, client_for):
        AccountingWindow.objects.create(rule=CreditRule.objects.get(), mode_code="dvd", starts_month=4)
        text = client_for(world.county_account).get("/my/hours/rules/").content.decode()
        assert "dvd" in text
        assert "45" in text

    @pytest.mark.parametrize("month", [0, 13])
    def test_the_database_refuses_a_month_that_is_none(self, version, month):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountingWindow.objects.create(
                rule=CreditRule.objects.get(), mode_code="dvd", starts_month=month
            )


class TestWhatIsNotCredited:
    def rows(self, page):
        return [(row.lecture.title, row.hours, row.why, row.do) for row, _mode in page.pending]

    def test_a_lecture_with_a_missing_code_says_so(self, short_watch, page):
        lecture = short_watch("律师保密义务", answer=False)
        assert self.rows(page()) == [(lecture.title, Decimal("1.0"), "还差 1 个口令", "填口令")]

    def test_it_does_not_vanish_behind_a_dozen_lectures_that_were_watched_since(self, short_watch, page):
        lecture = short_watch("律师保密义务", answer=False)
        for number in range(12):
            short_watch(f"第 {number} 讲")
        shown = page()
        assert [row.lecture.title for row, _mode in shown.pending] == [lecture.title]
        assert shown.next_lecture.lecture.title == lecture.title

    def test_a_lecture_half_watched_says_how_long_it_still_takes(self, device, page, version):
        device().open().watch(0, 66, at=0)
        # 95 % of 120 minutes are 114.
        assert self.rows(page()) == [(version.lecture.title, Decimal("2.5"), "还要看 48 分钟", "继续看")]

    def test_a_credited_lecture_does_not_stand_there_in_this_year_or_another(self, watched, page):
        watched()
        assert page().pending == ()
        assert page(2025).pending == ()

    def test_a_reversed_award_that_is_to_be_given_back_awaits_confirmation(self, watched, page, world, at):
        watched()
        award = CreditEntry.objects.select_related("lawyer__association").get()
        proposed = corrections.propose_correction(
            subject=corrections.subject_of_entry(award), reason="误。", by=world.beneficiary_officer, at=at
        )
        assert page().pending == ()
        done = corrections.carry_out(correction=proposed, by=world.second_beneficiary_officer, at=at)
        corrections.propose_correction(
            subject=corrections.subject_of_entry(done.posted),
            reason="还。",
            by=world.beneficiary_officer,
            at=at,
        )
        shown = page()
        assert self.rows(shown) == [(award.lecture.title, Decimal("2.5"), "广西律师协会正在审核", "")]
        assert (shown.totals.total.credited, shown.totals.total.awaiting) == (0, Decimal("2.5"))

    @pytest.fixture
    def refused_rest(self, device, world, at):
        """An honest first hour, a second one that was refused because its time cannot be, and a proposal to count
        it all the same.
        """
        player = device().open()
        now = player.watch(0, 60, at=0)
        player.answer_codes(now)
        player.claim((3_600_000, 7_200_000), (player.clock_ms(now), player.clock_ms(now + 1)))
        player.send(now + 1)
        span = (
            WatchedSpan.objects.select_related("playback__lecture_version__lecture").exclude(refusal="").get()
        )
        return corrections.propose_correction(
            subject=corrections.subject_of_span(span), reason="核实。", by=world.beneficiary_officer, at=at
        )

    def test_a_stretch_that_would_complete_a_lecture_awaits_with_its_hours(
        self, refused_rest, page, world, at
    ):
        assert page().totals.total.awaiting == Decimal("2.5")
        # and the page was right: carried out, just these hours are credited and nothing waits
        corrections.carry_out(correction=refused_rest, by=world.second_beneficiary_officer, at=at)
        assert (page().totals.total.credited, page().totals.total.awaiting) == (Decimal("2.5"), 0)

    def test_looking_at_it_changes_no_coverage(self, refused_rest, page):
        before = Coverage.objects.values().get()
        page()
        assert Coverage.objects.values().get() == before

    def test_another_lawyers_rows_stay_out(self, refused_rest, world, at):
        other = world.second_county_lawyer
        year = queries.year_of(other, year=None, at=at)
        assert records.year_page(other, year, at=at).pending == ()


class TestWhatToDoNext:
    @pytest.fixture(autouse=True)
    def modes(self, db):
        api.ensure_delivery_modes(MODES)

    def test_ethics_is_offered_where_ethics_is_missing_most(self, short_watch, page):
        short_watch("执业纪律", minutes=90, category=Category.ETHICS, watch=False)
        long = short_watch("律师与法官", minutes=180, category=Category.ETHICS, watch=False)
        short_watch("合同审查", minutes=600, watch=False)
        tip = page().suggestion
        assert (tip.duty, tip.gap) == (Duty.ETHICS, 12)
        assert (tip.lecture.lecture, tip.lecture.hours, tip.lecture.minutes) == (long, 4, 180)
        assert tip.lecture.audio_bytes == 24_000 * 180 * 60 // 8

    def test_what_is_not_open_to_the_lawyer_is_not_offered(self, page, world, version):
        make_published_lecture(
            world,
            title="云南专场",
            category=Category.ETHICS,
            released_to=[world.yunnan],
            duration_ms=7_200_000,
        )
        assert page().suggestion.lecture is None

    def test_on_site_hours_need_a_session(self, page, world, version):
        CreditRule.objects.update(yearly_ethics_hours=4)
        assert page().suggestion.session is None
        lecture = make_published_lecture(
            world, title="执业纪律", category=Category.ETHICS, duration_ms=7_200_000
        )
        api.schedule_session(
            lecture=lecture,
            mode_code="onsite",
            supporter=world.guangdong,
            beneficiary=world.guangxi,
            date=date(2026, 11, 20),
            place="百色市",
            by=world.supporting_officer,
            at=world.now,
        )
        tip = page().suggestion
        assert (tip.duty, tip.session.lecture, tip.session.on) == (Duty.ONSITE, lecture, date(2026, 11, 20))
        assert page(when=world.later(days=60)).suggestion.session is None

    def test_a_past_year_suggests_nothing(self, page):
        assert page(2025).suggestion is None


class TestThePage:
    @pytest.fixture
    def filled(self, short_watch, watched):
        watched()
        short_watch("律师保密义务", answer=False)
        short_watch("执业纪律", category=Category.ETHICS, watch=False)

    def test_it_shows_each_part_with_its_bar_and_why_a_row_is_not_credited(self, filled, client_for, world):
        text = client_for(world.county_account).get("/my/hours/").content.decode()
        assert [text.count(f'data-duty="{code}"') for code in ("total", "ethics", "onsite")] == [1, 2, 1]
        assert "还差 1 个口令" in text
        assert "url(#hatch)" in text

    def test_a_guest_and_an_officer_see_no_rules_of_their_own(self, client, client_for, world, version):
        assert client.get("/my/hours/rules/").status_code == 302
        assert client_for(world.beneficiary_officer).get("/my/hours/rules/").status_code == 403

    def test_queries_do_not_grow_with_what_stands_there(
        self, filled, short_watch, client_for, world, django_assert_max_num_queries
    ):
        client = client_for(world.county_account)
        client.get("/my/hours/")
        with django_assert_max_num_queries(18) as few:
            client.get("/my/hours/")
        for number in range(4):
            short_watch(f"第 {number} 讲", answer=number % 2 == 0)
            short_watch(f"纪律 {number}", category=Category.ETHICS, watch=False)
        with django_assert_max_num_queries(len(few)):
            client.get("/my/hours/")


def test_the_default_rules_are_those_of_the_domain(world):
    rule = operations.ensure_default_rules(world.now)
    assert (rule.yearly_hours, rule.yearly_ethics_hours, rule.yearly_onsite_hours) == (40, 12, 4)
    assert rule.pro_rata == "months"
