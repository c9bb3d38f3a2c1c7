"""Plans hold nothing about anybody."""

from qianchang.groundwork.personal_data import declare_none


def declare_holdings() -> None:
    """Declare every table of plans."""
    declare_none(
        "programmes and their numbers",
        "plans.SourceDocument",
        "plans.Programme",
        "plans.Plan",
        "plans.Target",
        "plans.Target_modes",
    )
