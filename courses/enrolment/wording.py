"""Why somebody is refused and what to do about it, and whom a class is for, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from courses.enrolment.models import CourseRun, Enrolment, Release
from courses.enrolment.rules import Answer, Category, Outside
from qianchang.people.models import Region

CATEGORIES = {
    Category.WESTERN: gettext_lazy("western lawyers"),
    Category.COUNTY: gettext_lazy("county lawyers"),
    Category.YOUNG: gettext_lazy("lawyers up to 40"),
}
# The classes of the tags in the stylesheet.
COLOURS = {
    Enrolment.State.ENROLLED: "br",
    Enrolment.State.WAITING: "wa",
    Enrolment.State.FINISHED: "ok",
    Enrolment.State.WITHDRAWN: "",
}


class ReleaseState(models.TextChoices):
    """How a release stands at a time."""

    COMING = "coming", gettext_lazy("opens later")
    OPEN = "open", gettext_lazy("open now")
    ENDED = "ended", gettext_lazy("ended")


RELEASE_COLOURS = {ReleaseState.COMING: "br", ReleaseState.OPEN: "ok", ReleaseState.ENDED: ""}
ANSWERS = {
    Answer.ENROLS: gettext_lazy("will be enrolled"),
    Answer.WAITS: gettext_lazy("will wait"),
    Answer.STANDS: gettext_lazy("nothing to do"),
    Answer.OUTSIDE: gettext_lazy("need an exception"),
    Answer.REFUSED: gettext_lazy("cannot be enrolled"),
    Answer.UNREAD: gettext_lazy("cannot be read"),
}
ANSWER_COLOURS = {
    Answer.ENROLS: "ok",
    Answer.WAITS: "wa",
    Answer.STANDS: "",
    Answer.OUTSIDE: "wa",
    Answer.REFUSED: "er",
    Answer.UNREAD: "er",
}


def release_state(release: Release, *, at: datetime) -> ReleaseState:
    """How a release stands at a time."""
    if release.ended_at is not None and release.ended_at <= max(at, release.released_at):
        return ReleaseState.ENDED
    return ReleaseState.OPEN if release.released_at <= at else ReleaseState.COMING


def target_in_words(release: Release, programmes: Mapping[str, str]) -> str:
    """To whom a release opens its lecture; `programmes` are the names by their codes."""
    if release.association is not None:
        return release.association.name
    if release.region is not None:
        return _("Everybody in %(region)s") % {"region": region_name(release.region)}
    if release.collection is not None:
        return _("Shared collection: %(name)s") % {"name": release.collection.localised_name}
    if release.programme_code:
        name = programmes.get(release.programme_code, release.programme_code)
        return _("Beneficiaries of %(programme)s") % {"programme": name}
    return _("Everybody on the site")


def region_name(region: Region) -> str:
    """What a region is called in the reader's language, Chinese where there is no other."""
    return region.name_en if get_language() == "en" and region.name_en else region.name_zh


def run_name(run: CourseRun) -> str:
    """What a class is called; the default run is called what it is."""
    return run.name or _("Study on your own")


def categories_in_words(categories: Any) -> str:
    """The categories of an audience as a list; empty for everybody."""
    return _(", ").join(str(CATEGORIES[Category(each)]) for each in categories)


def audience_in_words(run: CourseRun) -> str:
    """Whom a class is for: those put on its list by name, and the categories; empty for everybody."""
    return _(", ").join(each for each in (run.named_for, categories_in_words(run.categories)) if each)


def counts_as(eligibility: Mapping[str, Any]) -> str:
    """What somebody counts as by a snapshot, in words."""
    found = [str(words) for category, words in CATEGORIES.items() if eligibility.get(category)]
    return _(", ").join(found) or _("none of these")


def outside_sentence(why: Outside, run: CourseRun, eligibility: Mapping[str, Any]) -> str:
    """Why the audience of a class leaves somebody out, and who can help."""
    if why is Outside.OTHER_ASSOCIATION:
        return _(
            "This class is for the lawyers of other associations. Ask your association for a class of its own."
        )
    audience = categories_in_words(run.categories)
    if why is Outside.AGE_UNKNOWN:
        return _(
            "This class is for %(audience)s, and the roster has no birth year for you. Ask your association to add it."
        ) % {"audience": audience}
    return _(
        "This class is for %(audience)s; by the roster you count as: %(found)s. If the roster is wrong, or there are "
        "grounds for an exception, ask your association."
    ) % {"audience": audience, "found": counts_as(eligibility)}


def outside_on_a_list(why: Outside, run: CourseRun, eligibility: Mapping[str, Any]) -> str:
    """The same to the officer whose list it is."""
    if why is Outside.OTHER_ASSOCIATION:
        return _("not eligible: the class is for other associations")
    audience = categories_in_words(run.categories)
    if why is Outside.AGE_UNKNOWN:
        return _("not eligible: the class is for %(audience)s, and the roster has no birth year") % {
            "audience": audience
        }
    return _("not eligible: the class is for %(audience)s, counts as: %(found)s") % {
        "audience": audience,
        "found": counts_as(eligibility),
    }


def snapshot_in_words(eligibility: Mapping[str, Any], *, association: str) -> list[tuple[str, str]]:
    """A frozen snapshot as facts, each with its words; `association` is the name of the one that it holds by code."""
    yes_no = {True: _("yes"), False: _("no"), None: _("unknown: the roster has no birth year")}
    return [
        (_("As of"), str(eligibility.get("on", ""))),
        (_("Association"), association),
        (_("Region of the firm"), str(eligibility.get("firm_region", ""))),
        (_("Western lawyer"), _decided(eligibility, "western", yes_no[bool(eligibility.get("western"))])),
        (_("County lawyer"), _decided(eligibility, "county", yes_no[bool(eligibility.get("county"))])),
        (_("Up to 40"), _decided(eligibility, "young", yes_no[eligibility.get("young")])),
    ]


def _decided(eligibility: Mapping[str, Any], category: str, answer: str) -> str:
    """The answer with what decided it: a list by its code, or an officer by a document. Snapshots of before 2026-11 know
    only the list of western provinces.
    """
    basis = eligibility.get("basis", {}).get(category) or {}
    if category == "western" and eligibility.get("western_basis"):
        basis = {**eligibility["western_basis"], "by": "list"}
    if basis.get("by") == "override":
        return _("%(answer)s, decided by the association: %(document)s") % {
            "answer": answer,
            "document": basis["source"],
        }
    if basis.get("by") == "list" and basis.get("code"):
        return _("yes, by the list: %(code)s") % {"code": basis["code"]}
    return answer


def seats_in_words(run: CourseRun, *, taken: int) -> str:
    """How many seats a class has left."""
    if run.seats is None:
        return _("no limit of seats")
    return _("%(left)d of %(seats)d seats free") % {"left": run.seats - taken, "seats": run.seats}


NOT_PUBLISHED = gettext_lazy("This course is not published. Choose another one in the list of courses.")
NO_LECTURE_OPEN = gettext_lazy(
    "No lecture of this course is open to your region yet. Ask your association for it."
)
ONLY_THE_LAWYER = gettext_lazy("Only the lawyer can enrol. Sign in with the lawyer's own account.")
CHOOSE_A_CLASS = gettext_lazy("Your association holds several classes of this course. Choose one of them.")
THERE_IS_A_CLASS = gettext_lazy("Your association holds a class of this course. Join that one.")
OTHER_PEOPLES_CLASS = gettext_lazy(
    "This class is held for the lawyers of another association. Open the course to see yours."
)
TAKES_IT_ALREADY = gettext_lazy(
    "You take this course already, in another class. Withdraw there first if you want to change."
)
