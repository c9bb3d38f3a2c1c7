"""The door of the officer's room: what the roof (settings, demo, commands) may use of it."""

from datetime import datetime

from django.db import transaction

from programmes.placements.operations import load_register_facts
from programmes.plans.operations import Loaded, UnableToLoadFacts
from programmes.plans.queries import session_plan_of
from programmes.quotas.board import Board, board
from programmes.quotas.endpoints import router
from programmes.quotas.operations import load_programmes
from qianchang.people.models import Account

__all__ = ["Board", "Loaded", "UnableToLoadFacts", "board", "load_facts", "router", "session_plan_of"]


@transaction.atomic
def load_facts(*, at: datetime, by: Account | None = None) -> Loaded:
    """Load what the documents say: programmes, plans and targets, then the registers. Doing it again changes nothing.

    Raises UnableToLoadFacts when the facts contradict themselves.
    """
    programmes, registers = load_programmes(at=at, by=by), load_register_facts(at=at, by=by)
    return Loaded(
        counts={**programmes.counts, **registers.counts},
        entered=programmes.entered + registers.entered,
        changed=programmes.changed + registers.changed,
    )
