"""A course, a class of it in Guangxi, and county lawyers who want in."""

from courses.catalogue.models import CoursePage
from courses.enrolment import classes, operations, queries
from courses.enrolment.models import CourseRun, Enrolment
from qianchang.people.models import Lawyer
from tests.courses.factories import make_course, make_published_lecture
from tests.world import World


def course_of(world: World, *, lectures: int = 1, title: str = "县域律师执业基础") -> CoursePage:
    """Return a course whose lectures are open to everybody."""
    made = [
        make_published_lecture(world, title=f"{title}{number}", released_to=None)
        for number in range(lectures)
    ]
    return make_course(world, made, title=title)


def class_of(world: World, course: CoursePage | None = None, **terms: object) -> CourseRun:
    """Return a class that Guangxi's officer opened."""
    return classes.open_class(
        course=course or course_of(world),
        association=world.guangxi,
        terms=classes.Terms(**{"name": "秋季班", **terms}),  # type: ignore[arg-type]
        by=world.beneficiary_officer,
        at=world.now,
    )


def change(world: World, run: CourseRun, **terms: object) -> CourseRun:
    """Change some of a class's terms and keep the others."""
    kept = vars(classes.terms_of(CourseRun.objects.get(pk=run.pk)))
    new = classes.Terms(**{**kept, **terms})
    return classes.change_class(run=run, terms=new, by=world.beneficiary_officer, at=world.now)


def county_lawyers(world: World, many: int) -> list[Lawyer]:
    """Return so many lawyers of 那坡县 with accounts."""
    return [
        world.lawyer(f"145102019100{number:05d}", f"律师{chr(0x7532 + number)}", world.napo_firm)
        for number in range(many)
    ]


def join(world: World, lawyer: Lawyer, run: CourseRun) -> Enrolment:
    """Let a lawyer join a class of their own accord."""
    assert lawyer.account is not None
    return operations.enrol(lawyer=lawyer, course=run.course, run=run, by=lawyer.account, at=world.now)


def seated(run: CourseRun) -> list[int]:
    """Return the numbers of the lawyers on seats, in the order in which they joined."""
    rows = Enrolment.objects.filter(run=run, state__in=Enrolment.SEATED).order_by("ticket")
    return list(rows.values_list("lawyer_id", flat=True))


def waiting(run: CourseRun) -> list[int]:
    """Return the numbers of the lawyers who wait, by their places."""
    rows = list(Enrolment.objects.filter(run=run, state=Enrolment.State.WAITING))
    places = queries.places_in_queue(rows)
    return [row.lawyer_id for row in sorted(rows, key=lambda row: places[row.pk])]


def steps(enrolment: Enrolment) -> list[str]:
    """Return the history of an enrolment as words."""
    return list(enrolment.history.order_by("number").values_list("kind", flat=True))
