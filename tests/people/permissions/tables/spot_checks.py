"""The addresses of the spot checks. Those of the scene were announced by the beneficiary side of their one session."""

from typing import Any

from qianchang.people.permissions import Act
from tests.people.permissions.entries import Entry, button, form, page

CHECK = (Act.SPOT_CHECK,)
A_CHECK: dict[str, Any] = {"where": {"code": "<check>"}, "hidden": 404, "refused": 404}
SAMPLED: dict[str, Any] = {"where": {"code": "<check>", "rank": 1}, "hidden": 404, "refused": 404}
# Both sides of its sessions read a check; the checking side acts, and the other is refused aloud.
BY_THE_CHECKING_SIDE: dict[str, Any] = {"whose": "beneficiary", "aloud": CHECK}

TABLE: dict[str, Entry] = {
    "spot_checks:checks": page(CHECK),
    "spot_checks:new": form(CHECK),
    "spot_checks:rule": page(CHECK),
    "spot_checks:check": page(CHECK, whose="sides", **A_CHECK),
    "spot_checks:frame": page(CHECK, whose="sides", **A_CHECK),
    "spot_checks:findings": page(CHECK, whose="sides", **A_CHECK),
    "spot_checks:draw": button(CHECK, **BY_THE_CHECKING_SIDE, **A_CHECK),
    "spot_checks:call_off": button(CHECK, **BY_THE_CHECKING_SIDE, **A_CHECK),
    "spot_checks:sampled": page(CHECK, whose="sides", **SAMPLED),
    "spot_checks:finding": button(CHECK, **BY_THE_CHECKING_SIDE, **SAMPLED),
    "spot_checks:answer": button(CHECK, **BY_THE_CHECKING_SIDE, **SAMPLED),
    # The finding names the supporting side.
    "spot_checks:reply": button(CHECK, whose="supporter", aloud=CHECK, **SAMPLED),
    # Whoever of the sides reads a fault may propose to take the session back; that is decided elsewhere.
    "spot_checks:reverse": button(CHECK, whose="sides", **SAMPLED),
    "spot_checks:photo": page(
        CHECK,
        whose="sides",
        where={"code": "<check>", "rank": 1, "pk": "<check_photo>"},
        hidden=404,
        refused=404,
    ),
}
