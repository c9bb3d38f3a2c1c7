"""What the registers hold about a person: that somebody was trained and paid for stays under a number, names go."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programmes.placements.models import StageStep, StipendPayment
from qianchang.groundwork import sealing
from qianchang.groundwork.personal_data import ERASED, Subject, declare, declare_none
from qianchang.people.privacy.subjects import LAWYER

PLACES = "places and money were counted: a number stood there"


def declare_holdings() -> None:
    """Declare every table of placements."""
    declare(
        "placements.Trainee",
        purpose=_("That you were nominated as a trainee, where to, and what you counted as on the day"),
        of={"lawyer": LAWYER},
        acts=("nominated_by",),
        given=("name", "firm_name", "host__name_zh", "year", "stage", "eligibility", "nominated_at"),
        blank={"name": ERASED, "firm_name": ERASED},
        kept=PLACES,
    )
    declare(
        "placements.StageStep",
        purpose=_("Each step of your training"),
        of={"trainee__lawyer": LAWYER},
        acts=("by",),
        given=("stage", "reason", "at"),
        texts=("reason",),
        kept=PLACES,
        erase=_seal_steps,
    )
    declare(
        "placements.TrainingDay",
        purpose=_("On which days you were trained, and where"),
        of={"trainee__lawyer": LAWYER},
        acts=("logged_by", "struck_by"),
        given=("date", "part", "place", "struck_at"),
        kept=PLACES,
    )
    declare(
        "placements.StipendPayment",
        purpose=_("That the stipend of your training was paid, to which host"),
        of={"trainee__lawyer": LAWYER},
        acts=("recorded_by",),
        given=("amount_cny", "paid_date", "reference", "payee__name_zh", "reason"),
        texts=("reason",),
        kept=PLACES,
        erase=_seal_payments,
    )
    declare(
        "placements.PoolMember",
        purpose=_("That you are in the pool of young lawyers of your association"),
        of={"lawyer": LAWYER},
        acts=("entered_by", "left_by"),
        given=("name", "firm_name", "birth_year", "valid_from", "valid_until", "reason"),
    )
    declare(
        "placements.Donation",
        purpose=_("Who entered, delivered and verified a gift"),
        acts=("entered_by", "delivered_by", "verified_by"),
        texts=("reason",),
        kept="four eyes must stay provable",
    )
    declare(
        "placements.DonationReversal",
        purpose=_("Who took a verified gift back, and why"),
        acts=("reversed_by",),
        texts=("reason",),
        kept="four eyes must stay provable",
    )
    declare(
        "placements.CountyClass",
        purpose=_("Who entered a class for county lawyers"),
        acts=("entered_by",),
        kept="classes were counted",
    )
    declare_none(
        "what documents say",
        "placements.HostShare",
        "placements.DonorShare",
        "placements.Figure",
        "placements.Topic",
        "placements.CountyClass_topics",
    )


def _seal_steps(rows: "QuerySet[Any]", subject: Subject, at: Any) -> int:
    return sealing.seal(StageStep, list(rows.exclude(reason="").values_list("pk", flat=True)))


def _seal_payments(rows: "QuerySet[Any]", subject: Subject, at: Any) -> int:
    return sealing.seal(StipendPayment, list(rows.exclude(reason="").values_list("pk", flat=True)))
