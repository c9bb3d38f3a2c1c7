"""What plans hold about a person: who decided, by number, and what officers wrote."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import declare, declare_none

DECIDED = "what was planned, and by whom it was decided, must stay provable"


def declare_holdings() -> None:
    """Declare every table of plans."""
    declare(
        "plans.Target",
        purpose=_("Who answers for a number of a plan"),
        acts=("owner",),
        harmless=("key", "quote"),
        kept=DECIDED,
    )
    declare("plans.Breakdown", purpose=_("Who broke a plan down"), acts=("made_by",), kept=DECIDED)
    declare("plans.Adoption", purpose=_("Who decided on a breakdown"), acts=("adopted_by",), kept=DECIDED)
    declare(
        "plans.MarginOverride",
        purpose=_("Why a breakdown departs from a number"),
        texts=("reason",),
        kept=DECIDED,
    )
    declare(
        "plans.BasisDocument",
        purpose=_("Who attached a basis document"),
        acts=("uploaded_by",),
        texts=("name",),
        kept=DECIDED,
    )
    declare_none(
        "programmes and their numbers",
        "plans.SourceDocument",
        "plans.Programme",
        "plans.Plan",
        "plans.PlanCell",
        "plans.Target_modes",
    )
