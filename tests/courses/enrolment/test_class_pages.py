"""Courses and classes on the lawyer's pages and at the association's desk."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from courses.enrolment import batches, classes
from courses.enrolment.models import CourseRun, Enrolment
from courses.enrolment.named_lists import entries_of
from qianchang.groundwork.models import AuditEntry
from tests.courses.enrolment.scenes import change, class_of, county_lawyers, course_of, join, seated, waiting
from tests.courses.enrolment.test_spreadsheets import xlsx
from tests.courses.factories import make_course, make_published_lecture

PAGE_QUERIES = 40


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def today() -> date:
    return timezone.localdate()


class TestTheLawyersPages:
    @pytest.fixture
    def course(self, world):
        return course_of(world, lectures=3)

    def page(self, client_for, account, course):
        response = client_for(account).get(course.get_url())
        assert response.status_code == 200
        return response.context["standing"], response.content.decode()

    def test_the_rule_is_said(self, world, client_for, course):
        assert "每一讲都记上学时" in self.page(client_for, world.county_account, course)[1]
        course.required_lectures = 2
        course.save()
        assert "共 3 讲，任意 2 讲记入学时即学完" in self.page(client_for, world.county_account, course)[1]

    def test_a_guest_sees_the_classes_and_is_sent_to_sign_in(self, world, course):
        class_of(world, course=course, seats=30, categories=("county",))
        text = Client().get(course.get_url()).content.decode()
        assert "共 30 个名额，还剩 30 个" in text
        assert "面向县域律师" in text
        assert "/account/login/" in text
        assert 'id="enrol"' not in text

    def test_alone_the_button_enrols_and_the_page_leads_on(self, world, client_for, course):
        client = client_for(world.county_account)
        assert 'id="enrol"' in client.get(course.get_url()).content.decode()
        assert client.post(f"/courses/{course.pk}/enrol/")["Location"] == course.get_url()
        standing, text = self.page(client_for, world.county_account, course)
        assert (standing.state, standing.own.name) == ("enrolled", "自学")
        assert "开始第 1 讲" in text
        assert text.count("没有开始") == 3

    def test_a_lecture_that_is_not_open_here_is_counted_and_not_shown(self, world, client_for):
        closed = make_published_lecture(world, title="未开放", released_to=[world.yunnan])
        course = make_course(world, [closed, make_published_lecture(world, released_to=None)])
        join(world, world.county_lawyer, class_of(world, course=course))
        _standing, text = self.page(client_for, world.county_account, course)
        assert "开始第 1 讲" in text
        assert "未开放" not in text
        assert "本课程还有 1 讲没有对您开放" in text

    def test_a_full_class_offers_the_waiting_list_and_says_the_place(self, world, client_for, course):
        run = class_of(world, course=course, seats=1)
        join(world, world.second_county_lawyer, run)
        standing, text = self.page(client_for, world.county_account, course)
        assert standing.offer[0].is_full
        assert "排队等候" in text
        client_for(world.county_account).post(f"/courses/{course.pk}/enrol/", {"run": run.pk})
        standing, text = self.page(client_for, world.county_account, course)
        assert (standing.state, standing.place) == ("waiting", 1)
        assert "你在等候名单第 1 位" in text

    def test_somebody_outside_reads_why_beside_the_class(self, world, client_for, course):
        class_of(world, course=course, categories=("young",))
        standing, text = self.page(client_for, world.second_county_lawyer.account, course)
        assert standing.state == "refused"
        assert "按名册你是：西部律师、县域律师" in text
        assert 'id="enrol"' not in text

    def test_before_the_first_day_the_date_stands_where_the_button_will_be(self, world, client_for, course):
        run = class_of(world, course=course, begins_date=today() + timedelta(days=20))
        join(world, world.county_lawyer, run)
        standing, text = self.page(client_for, world.county_account, course)
        assert (standing.state, standing.runs_now) == ("enrolled", False)
        assert 'id="next"' not in text

    def test_withdrawing_frees_the_seat_and_is_only_ones_own(self, world, client_for, course):
        run = class_of(world, course=course, seats=1)
        mine, other = join(world, world.county_lawyer, run), world.second_county_lawyer
        join(world, other, run)
        path = f"/my/classes/{mine.pk}/withdraw/"
        assert client_for(other.account).post(path).status_code == 404
        assert client_for(world.county_account).get(path).status_code == 405
        assert client_for(world.county_account).post(path)["Location"] == course.get_url()
        assert seated(run) == [other.pk]

    def test_my_learning_lists_the_classes_with_their_state(self, world, client_for, course):
        run = class_of(world, course=course, seats=1)
        join(world, world.second_county_lawyer, run)
        join(world, world.county_lawyer, run)
        text = client_for(world.county_account).get("/my/").content.decode()
        assert "等候第 1 位" in text
        assert "已记入 0 / 3 讲" in text
        assert f"{course.title}0" not in text  # who waits takes no lecture yet
        text = client_for(world.second_county_lawyer.account).get("/my/").content.decode()
        assert f"{course.title}0" in text

    def test_my_learning_calls_a_class_that_is_over_over(self, world, client_for, course):
        run = class_of(world, course=course, seats=1)
        join(world, world.second_county_lawyer, run)
        join(world, world.county_lawyer, run)
        change(world, run, last_date=today() - timedelta(days=1))
        for account in (world.county_account, world.second_county_lawyer.account):
            text = client_for(account).get("/my/").content.decode()
            assert '<small class="tag">已结束</small>' in text
            assert "等候第" not in text

    def test_another_courses_class_and_no_number_are_not_found(self, world, client_for, course):
        run = class_of(world, name="别的")
        client = client_for(world.county_account)
        assert client.post(f"/courses/{course.pk}/enrol/", {"run": run.pk}).status_code == 404
        client.post(f"/courses/{course.pk}/enrol/", {"run": "x"})
        assert Enrolment.objects.get().run.is_default

    def test_queries_do_not_grow_with_classes_and_lectures(
        self, world, client_for, course, django_assert_max_num_queries
    ):
        class_of(world, course=course)
        client = client_for(world.county_account)
        client.get(course.get_url())
        with django_assert_max_num_queries(PAGE_QUERIES) as few:
            client.get(course.get_url())
        bigger = course_of(world, lectures=5, title="更大的")
        for number in range(4):
            class_of(world, course=bigger, name=f"班{number}", categories=("county",))
        with django_assert_max_num_queries(len(few.captured_queries)):
            assert client.get(bigger.get_url()).status_code == 200

    def test_queries_of_my_learning_do_not_grow_with_classes(
        self, world, client_for, django_assert_max_num_queries
    ):
        client, lecture = client_for(world.county_account), make_published_lecture(world, released_to=None)
        runs = [class_of(world, course=make_course(world, [lecture], title=f"课{n}")) for n in range(4)]
        join(world, world.county_lawyer, runs[0])
        client.get("/my/")
        with django_assert_max_num_queries(PAGE_QUERIES) as few:
            client.get("/my/")
        for run in runs[1:]:
            join(world, world.county_lawyer, run)
        with django_assert_max_num_queries(len(few.captured_queries)):
            assert client.get("/my/").status_code == 200


class TestTheDesk:
    """/office/courses/"""

    @pytest.fixture
    def run(self, world):
        return class_of(world, seats=2)

    @pytest.fixture
    def client(self, world, client_for):
        return client_for(world.beneficiary_officer)

    def test_an_officer_opens_a_class_changes_it_and_sees_it_listed(self, world, client):
        course = course_of(world)
        form = {"course": course.pk, "name": "春季班", "seats": "30", "categories": ["county", "young"]}
        opened = client.post("/office/courses/new/", {**form, "begins_date": "2027-01-05"})
        run = CourseRun.objects.get()
        assert opened["Location"] == f"/office/courses/{run.pk}/"
        assert (run.association, run.categories) == (world.guangxi, ["county", "young"])
        changed = client.post(f"/office/courses/{run.pk}/change/", {**form, "name": "春季一班", "seats": ""})
        assert changed["Location"] == f"/office/courses/{run.pk}/"
        assert classes.terms_of(CourseRun.objects.get()) == classes.Terms(
            name="春季一班", categories=("county", "young")
        )
        assert "春季一班" in client.get("/office/courses/").content.decode()

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"course": "9999"}, {"seats": "0"}, {"last_date": "2020-01-01"}]
    )
    def test_what_cannot_be_is_said_on_the_form(self, world, client, wrong):
        course = course_of(world)
        form = {"course": course.pk, "name": "班", "begins_date": "2027-01-05", **wrong}
        answer = client.post("/office/courses/new/", form)
        assert answer.status_code == 400
        assert "error-summary" in answer.content.decode()
        assert not CourseRun.objects.exists()

    def test_the_people_of_a_class_with_their_places(self, world, client, run):
        lawyers = county_lawyers(world, 3)
        for lawyer in lawyers:
            join(world, lawyer, run)
        text = client.get(f"/office/courses/{run.pk}/").content.decode()
        assert all(lawyer.name in text for lawyer in lawyers)
        assert lawyers[0].licence_number not in text
        assert "第 1 位" in text

    def test_one_place_with_its_snapshot_and_history_and_taking_out(self, world, client, run):
        enrolment = join(world, world.county_lawyer, run)
        path = f"/office/courses/{run.pk}/lawyers/{enrolment.pk}/"
        text = client.get(path).content.decode()
        assert "县域律师" in text
        assert world.county_account.display_name in text
        assert client.post(path, {"reason": ""}).status_code == 400
        assert client.post(path, {"reason": "本人来电"})["Location"] == path
        assert "本人来电" in client.get(path).content.decode()
        assert seated(run) == []

    def test_a_pasted_list_is_answered_confirmed_and_done_once(self, world, client, run):
        lawyers = county_lawyers(world, 3)
        path, names = f"/office/courses/{run.pk}/list/", "\n".join(each.licence_number for each in lawyers)
        answered = client.post(path, {"do": "check", "names": names})
        assert answered.context["answers"].changes == 3
        assert not Enrolment.objects.exists()
        confirm = {"do": "confirm", "names": names, "seen": answered.context["answers"].digest}
        assert client.post(path, confirm)["Location"] == f"/office/courses/{run.pk}/"
        assert (len(seated(run)), len(waiting(run))) == (2, 1)
        again = client.post(path, confirm)
        assert again.status_code == 409
        assert "能报名的人都已在班里" in again.content.decode()
        assert "什么都没有做" not in again.content.decode()
        assert (len(seated(run)), len(waiting(run))) == (2, 1)

    def test_a_list_that_was_overtaken_says_that_nothing_was_done(self, world, client, run):
        lawyers = county_lawyers(world, 2)
        path, names = f"/office/courses/{run.pk}/list/", "\n".join(each.licence_number for each in lawyers)
        answered = client.post(path, {"do": "check", "names": names})
        join(world, lawyers[1], run)
        confirm = {"do": "confirm", "names": names, "seen": answered.context["answers"].digest}
        overtaken = client.post(path, confirm)
        assert overtaken.status_code == 409
        assert "什么都没有做" in overtaken.content.decode()
        assert seated(run) == [lawyers[1].pk]

    def test_a_class_is_never_opened_for_another_association_than_was_asked_for(self, world, client):
        form = {"course": course_of(world).pk, "name": "班", "association": world.yunnan.code}
        assert client.post("/office/courses/new/", form).status_code == 404
        assert not CourseRun.objects.exists()

    def test_a_file_is_read_and_beats_the_field(self, world, client, run):
        sheet = xlsx([["姓名", "执业证号"], ["韦晓岚", world.county_lawyer.licence_number]])
        answered = client.post(
            f"/office/courses/{run.pk}/list/",
            {"do": "check", "names": "14510000000000000", "file": SimpleUploadedFile("名单.xlsx", sheet)},
        )
        assert [line.number for line in answered.context["answers"].lines] == [2]

    def test_an_exception_goes_through_the_page(self, world, client):
        run, lawyer = class_of(world, categories=("young",)), world.second_county_lawyer
        path, names = f"/office/courses/{run.pk}/list/", lawyer.licence_number
        asked = {"names": names, "excepted": [str(lawyer.pk)]}
        unsaid = client.post(path, {**asked, "do": "again"})
        assert unsaid.context["reason_missing"]
        asked |= {"reason": "桂律协 12 号文"}
        answered = client.post(path, {**asked, "do": "again"})
        assert 'id="confirm"' in answered.content.decode()
        client.post(path, {**asked, "do": "confirm", "seen": answered.context["answers"].digest})
        assert Enrolment.objects.get().exception == "桂律协 12 号文"

    @pytest.mark.parametrize(
        "sent",
        [
            {"do": "check"},
            {"do": "check", "names": "  \n "},
            {"do": "check", "names": "x" * 200_001},
            {"do": "check", "names": "", "file": "bad"},
        ],
    )
    def test_a_list_that_is_none_is_said_on_the_form(self, client, run, sent):
        if "file" in sent:
            sent = {**sent, "file": SimpleUploadedFile("名单.xlsx", b"PK\x03\x04 nonsense")}
        assert client.post(f"/office/courses/{run.pk}/list/", sent).status_code == 400

    def test_nonsense_in_a_confirmation_does_nothing(self, client, run):
        path = f"/office/courses/{run.pk}/list/"
        assert client.post(path, {"do": "confirm"}).status_code == 302
        odd = {"do": "confirm", "names": "14510201811223344", "excepted": ["x", "9" * 40, "-1"], "seen": "y"}
        assert client.post(path, odd)["Location"] == path
        assert not Enrolment.objects.exists()

    def test_foreign_officers_find_nothing_and_others_no_desk(self, world, client_for, run):
        enrolment = join(world, world.county_lawyer, run)
        paths = ["", "change/", "list/", f"lawyers/{enrolment.pk}/"]
        foreign = client_for(world.yunnan_officer)
        assert [foreign.get(f"/office/courses/{run.pk}/{path}").status_code for path in paths] == [404] * 4
        assert run.name not in foreign.get("/office/courses/").content.decode()
        for nobody in (world.county_account, world.expert, world.editor):
            assert client_for(nobody).get("/office/courses/").status_code == 403
            assert client_for(nobody).get(f"/office/courses/{run.pk}/").status_code == 403
        assert Client().get("/office/courses/")["Location"].startswith("/account/login/")

    def test_the_national_officer_sees_counts_and_no_names(self, world, client_for, run):
        enrolment = join(world, world.county_lawyer, run)
        national = client_for(world.national_officer)
        text = national.get(f"/office/courses/{run.pk}/").content.decode()
        assert world.county_lawyer.name not in text
        assert "这里只看人数" in text
        for path in ("list/", f"lawyers/{enrolment.pk}/"):
            assert national.get(f"/office/courses/{run.pk}/{path}").status_code == 403

    def test_queries_do_not_grow(self, world, client, django_assert_max_num_queries):
        course = course_of(world)
        run = class_of(world, course=course, name="班", seats=3)
        lawyers = county_lawyers(world, 6)
        join(world, lawyers[0], run)
        for path in ("/office/courses/", f"/office/courses/{run.pk}/"):
            client.get(path)
        with django_assert_max_num_queries(PAGE_QUERIES) as few_classes:
            client.get("/office/courses/")
        with django_assert_max_num_queries(PAGE_QUERIES) as few_people:
            client.get(f"/office/courses/{run.pk}/")
        for number in range(4):
            class_of(world, course=course, name=f"班{number}")
        for lawyer in lawyers[1:]:
            join(world, lawyer, run)
        with django_assert_max_num_queries(len(few_classes.captured_queries)):
            client.get("/office/courses/")
        # The waiting list is read as soon as somebody waits: one query, however long it is.
        with django_assert_max_num_queries(len(few_people.captured_queries) + 1):
            client.get(f"/office/courses/{run.pk}/")


def test_the_statements_of_a_list_do_not_grow_with_it(world, django_assert_max_num_queries):
    run = class_of(world, seats=10)
    lawyers = county_lawyers(world, 13)

    def enrol(some):
        entries = entries_of("\n".join(each.licence_number for each in some))
        seen = batches.answers_to(run=run, entries=entries, by=world.beneficiary_officer, at=world.now)
        return batches.enrol_list(
            run=run, entries=entries, seen=seen.digest, by=world.beneficiary_officer, at=world.now
        )

    with django_assert_max_num_queries(60) as few:
        enrol(lawyers[:1])
    with django_assert_max_num_queries(len(few.captured_queries)):
        enrol(lawyers[1:])
    assert (len(seated(run)), len(waiting(run))) == (10, 3)


def test_who_comes_from_a_class_that_is_over_costs_one_audit_entry_each(world, django_assert_max_num_queries):
    over, lawyers = class_of(world, name="去年"), county_lawyers(world, 9)
    for lawyer in lawyers:
        join(world, lawyer, over)
    change(world, over, last_date=world.day)
    run, at = class_of(world, course=over.course, name="今年"), world.later(days=2)

    def enrol(some):
        entries = entries_of("\n".join(each.licence_number for each in some))
        seen = batches.answers_to(run=run, entries=entries, by=world.beneficiary_officer, at=at)
        return batches.enrol_list(
            run=run, entries=entries, seen=seen.digest, by=world.beneficiary_officer, at=at
        )

    with django_assert_max_num_queries(60) as few:
        enrol(lawyers[:1])
    with django_assert_max_num_queries(len(few.captured_queries) + len(lawyers) - 2):
        enrol(lawyers[1:])
    assert (len(seated(run)), len(seated(over))) == (9, 0)
    assert AuditEntry.objects.filter(verb="leave ended class").count() == 9
