"""The quota board for programs: GET /api/v1/quotas/."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from programmes.quotas import desk
from programmes.quotas.gauges import Gauge
from qianchang.people.models import Account

router = Router(tags=["quotas"])


class GoalOut(Schema):
    """One number of a document with its strength."""

    quantity: int
    strength: str
    each_year: bool
    source: str
    quote: str


class GaugeOut(Schema):
    """Sessions of one place on the board, by state."""

    counted: int
    confirmed: int
    held: int
    returned: int
    scheduled: int
    missing: int | None
    goal: GoalOut | None
    sessions: str


class RegionOut(Schema):
    """One beneficiary region."""

    code: str
    label: str
    this_year: GaugeOut
    over_the_years: GaugeOut


class ModeOut(Schema):
    """One bucket of delivery modes, with a gauge for each region in their order."""

    label: str
    modes: list[str]
    regions: list[GaugeOut]
    total: GaugeOut


class BoardOut(Schema):
    """One supporter's year of one plan."""

    programme: str
    plan: str
    unit: str
    association: str
    year: int
    as_of: str
    own_only: bool
    this_year: GaugeOut
    over_the_years: GaugeOut
    due_by_now: int | None
    regions: list[RegionOut]
    modes: list[ModeOut]


def _gauge(gauge: Gauge) -> dict[str, Any]:
    goal = gauge.goal
    return {
        "counted": gauge.counted,
        "confirmed": gauge.confirmed,
        "held": gauge.held,
        "returned": gauge.returned,
        "scheduled": gauge.scheduled,
        "missing": gauge.missing,
        "sessions": f"/office/sessions/?{gauge.behind()}",
        "goal": goal
        and {
            "quantity": goal.quantity,
            "strength": goal.strength,
            "each_year": goal.each_year,
            "source": goal.source,
            "quote": goal.quote,
        },
    }


@router.get("/", response=BoardOut, summary="Quota board of one association and year")
def read_board(request: HttpRequest, programme: str, year: int, association: str = "") -> dict[str, Any]:
    """Return the board as the signed-in officer may see it: a beneficiary officer's own region only."""
    if not isinstance(request.user, Account):
        raise HttpError(401, _("Sign in first."))
    found = desk.board_for(
        request.user, programme=programme, year=year, association=association, on=timezone.localdate()
    )
    if found is None:
        raise HttpError(404, _("There is no such quota board, or it is none of yours."))
    board, _choices = found
    return {
        "programme": programme,
        "plan": board.plan.code,
        "unit": board.plan.unit,
        "association": board.supporter.code,
        "year": board.year,
        "as_of": board.as_of.isoformat(),
        "own_only": board.own_only,
        "this_year": _gauge(board.this_year),
        "over_the_years": _gauge(board.over_the_years),
        "due_by_now": board.due_by_now,
        "regions": [
            {
                "code": region.code,
                "label": region.label,
                "this_year": _gauge(region.this_year),
                "over_the_years": _gauge(region.over_the_years),
            }
            for region in board.regions
        ],
        "modes": [
            {
                "label": row.label,
                "modes": list(row.modes),
                "regions": [_gauge(cell) for cell in row.cells],
                "total": _gauge(row.total),
            }
            for row in board.modes
        ],
    }
