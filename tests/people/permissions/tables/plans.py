"""The addresses of plans and targets."""

from typing import Any

from qianchang.people.permissions import Act
from tests.people.permissions.entries import Entry, button, form, page

SEEN = (Act.BREAK_DOWN_QUOTA, Act.SEE_EVERY_BOARD, Act.CONFIRM_SESSION)
BREAK_DOWN = (Act.BREAK_DOWN_QUOTA,)
A_PLAN: dict[str, Any] = {"where": {"programme": "BQQ-2012"}, "refused": 404}
# Both sides see a target that names the region; the supporting side alone sets its terms.
A_TARGET: dict[str, Any] = {"where": {"pk": "<target>"}, "hidden": 404, "refused": 404}
A_DOCUMENT: dict[str, Any] = {**A_TARGET, "where": {"pk": "<target>", "number": "<document>"}}

TABLE: dict[str, Entry] = {
    "plans:plan": page(SEEN, **A_PLAN),
    "plans:propose": button(BREAK_DOWN, aloud=SEEN, **A_PLAN),
    # A plan that nobody has broken down has no cells to save and nothing to decide on.
    "plans:cells": button(BREAK_DOWN, aloud=SEEN, answers=404, **A_PLAN),
    "plans:adopt": button(BREAK_DOWN, aloud=SEEN, answers=404, **A_PLAN),
    "plans:target": page(SEEN, whose="sides", **A_TARGET),
    "plans:terms": button(BREAK_DOWN, whose="supporter", aloud=SEEN, **A_TARGET),
    "plans:attach": button(BREAK_DOWN, whose="supporter", aloud=SEEN, **A_TARGET),
    "plans:document": page(SEEN, whose="sides", **A_DOCUMENT),
    "targets:programmes": form((Act.SET_QUOTAS,)),
    "targets:target": form((Act.SET_QUOTAS,), where={"pk": "<target>"}),
    "targets:dimensions": button((Act.SET_QUOTAS,), where={"pk": "<target>"}, data={"seen": 0}),
    "targets:withdraw": button((Act.SET_QUOTAS,), where={"pk": "<target>"}, data={"seen": 0}),
}
