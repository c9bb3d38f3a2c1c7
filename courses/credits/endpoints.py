"""The API of the hours: one's own entries."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from courses.credits import queries
from qianchang.people.models import Account
from qianchang.people.queries import lawyer_of

router = Router()


class CreditOut(Schema):
    id: int
    lecture: int
    title: str
    year: int
    category: str
    mode: str
    hours: str
    recorded_at: datetime
    ledger: str
    sequence: int
    entry_hash: str
    reverses: int | None


class Problem(Schema):
    detail: str


@router.get("/", response={200: list[CreditOut], 403: Problem}, summary="My hours")
def my_credits(request: HttpRequest) -> list[dict[str, Any]]:
    lawyer = lawyer_of(request.user) if isinstance(request.user, Account) else None
    if lawyer is None:
        raise HttpError(403, _("Only lawyers on the roster have hours. Sign in with a licence number."))
    return [
        {
            "id": entry.pk,
            "lecture": entry.lecture_id,
            "title": entry.lecture.localised_title,
            "year": entry.accounting_year,
            "category": entry.category,
            "mode": entry.mode_code,
            "hours": f"{entry.hours:.1f}",
            "recorded_at": entry.recorded_at,
            "ledger": entry.ledger,
            "sequence": entry.sequence,
            "entry_hash": entry.entry_hash,
            "reverses": entry.reverses_id,
        }
        for entry in queries.entries_of(lawyer)
    ]
