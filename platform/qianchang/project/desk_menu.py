"""What stands in the menu of the association desk: which pages, under which headings, and for whom (docs/permissions.md).

A new page of the desk gets one line here. Nothing else decides what the menu shows.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qianchang.people.permissions import Act


def _nothing(today: date) -> tuple[()]:
    return ()


def _month(today: date) -> tuple[str]:
    return (f"{today:%Y-%m}",)


def _year(today: date) -> tuple[int]:
    return (today.year,)


def _programme(today: date) -> tuple[str]:
    return (settings.FIRST_PROGRAMME,)


def _programme_and_year(today: date) -> tuple[str, int]:
    return (settings.FIRST_PROGRAMME, today.year)


@dataclass(frozen=True)
class Entry:
    """A page of the menu: its name among the addresses, and the acts of which whoever sees it may do one.

    `under`: beginnings of other addresses that belong to it, so that the menu shows where one is; `alone`: what begins
    with its own address does not belong to it.
    """

    label: Promise
    page: str
    acts: tuple[Act, ...] = ()
    under: tuple[str, ...] = ()
    arguments: Callable[[date], tuple[object, ...]] = _nothing
    alone: bool = False

    def reach(self, path: str, address: str) -> int:
        """Return how much of a path belongs to this entry, which stands at `address`: in characters, 0 for nothing."""
        if self.alone:
            return len(address) if path == address else 0
        return max((len(start) for start in (address, *self.under) if path.startswith(start)), default=0)


@dataclass(frozen=True)
class Link:
    """An entry as it is shown."""

    label: Promise
    href: str
    is_here: bool


@dataclass(frozen=True)
class Group:
    """Entries under one heading; the first ones have none."""

    heading: Promise | None
    links: list[Link]


MENU: tuple[tuple[Promise | None, tuple[Entry, ...]], ...] = (
    (
        None,
        (
            Entry(_("To do today"), "quotas:todo", alone=True),
            Entry(
                _("Quota board"),
                "quotas:board",
                (Act.SEE_QUOTA_BOARD,),
                ("/office/quota/", "/office/close/"),
                _programme_and_year,
            ),
            Entry(_("All associations"), "quotas:national", (Act.SEE_EVERY_BOARD,)),
            Entry(_("Sessions"), "quotas:sessions", (Act.SEE_QUOTA_BOARD,)),
            Entry(
                _("Screenings"),
                "sheets:screenings",
                (Act.ENTER_ATTENDANCE, Act.SEE_QUOTA_BOARD),
                ("/office/sheets/",),
            ),
            Entry(_("Review"), "catalogue:review", (Act.REVIEW_LECTURE,), ("/office/collections/",)),
        ),
    ),
    (
        _("Materials"),
        (
            Entry(_("Discs"), "discs:board", (Act.SEE_DISCS,)),
            Entry(_("Sticks"), "offline:sticks", (Act.ENTER_ATTENDANCE,), ("/office/bundles/",)),
        ),
    ),
    (
        _("People"),
        (
            Entry(_("Roster"), "roster:list", (Act.SEE_ROSTER,), ("/office/erasures/",)),
            Entry(_("Registers"), "placements:trainees", (Act.SEE_QUOTA_BOARD,), ("/office/registers/",)),
            Entry(_("Course classes"), "enrolment:classes", (Act.ARRANGE_CLASSES,)),
            Entry(_("Appeals"), "credits:appeals", (Act.CORRECT_HOURS,)),
            Entry(_("Corrections"), "credits:corrections", (Act.CORRECT_HOURS,)),
            Entry(_("Certificates"), "certificates:certificates", (Act.CORRECT_HOURS,)),
        ),
    ),
    (
        _("Reporting"),
        (
            Entry(_("Monthly returns"), "reports:month", (Act.SEE_RETURN,), ("/office/reports/",), _month),
            Entry(
                _("Bulletins"),
                "reports:bulletin",
                (Act.SEE_BULLETIN,),
                ("/office/national/bulletin/",),
                _month,
            ),
            Entry(_("Spot checks"), "spot_checks:checks", (Act.SPOT_CHECK,)),
            Entry(_("Reversals"), "quotas:reversals", (Act.SEE_QUOTA_BOARD,)),
        ),
    ),
    (
        _("Plan and pairs"),
        (
            Entry(
                _("Break down the plan"),
                "plans:plan",
                (Act.BREAK_DOWN_QUOTA,),
                ("/office/plan/",),
                _programme,
            ),
            Entry(_("Assignment of targets"), "targets:programmes", (Act.SET_QUOTAS,)),
            Entry(_("Lists and pairs"), "manage:designations", (Act.SET_QUOTAS,)),
        ),
    ),
    (
        _("System"),
        (
            Entry(_("Users and roles"), "manage:users", (Act.MANAGE_USERS,)),
            Entry(_("Second factor of officers"), "manage:second_factor", (Act.MANAGE_USERS,)),
            Entry(_("Mails that did not arrive"), "manage:mails", (Act.MANAGE_USERS,)),
            Entry(_("Audit log"), "manage:audit", (Act.SEE_AUDIT,)),
            Entry(_("See the site as a role"), "manage:preview", (Act.PREVIEW_ROLE,)),
            Entry(_("Processing queue"), "queue:queue", (Act.SEE_QUEUE,)),
        ),
    ),
)


def menu_for(acts: Collection[Act], *, path: str, today: date) -> list[Group]:
    """Return the groups that somebody who may do these acts sees on the page at `path`. At most one link is "here":
    that to which the most of the path belongs.
    """
    can = set(acts)
    seen = {
        heading: [entry for entry in entries if not entry.acts or not can.isdisjoint(entry.acts)]
        for heading, entries in MENU
    }
    addresses = {
        entry: reverse(entry.page, args=entry.arguments(today))
        for entries in seen.values()
        for entry in entries
    }
    reach, here = max(
        ((entry.reach(path, address), entry) for entry, address in addresses.items()),
        key=lambda found: found[0],
    )
    return [
        Group(
            heading, [Link(entry.label, addresses[entry], reach > 0 and entry is here) for entry in entries]
        )
        for heading, entries in seen.items()
        if entries
    ]
