"""The addresses of the sticks. Those of the scene are each association's lawyer's."""

from typing import Any

from qianchang.people.permissions import Act
from tests.people.permissions.entries import LAWYERS, Entry, button, form, page

ENTER = (Act.ENTER_ATTENDANCE,)
# A stick is the lawyer's own, and of whoever enters attendance for that lawyer.
REACHED = (Act.OWN_HOURS, Act.ENTER_ATTENDANCE)
A_STICK: dict[str, Any] = {"where": {"number": "<stick>"}, "whose": "lawyer", "hidden": 404, "refused": 404}

TABLE: dict[str, Entry] = {
    "offline:own_sticks": page(LAWYERS),
    "offline:new_own_stick": form(LAWYERS),
    "offline:own_records": form(LAWYERS),
    "offline:sticks": page(ENTER),
    "offline:new_stick": form(ENTER),
    "offline:bundles": form(ENTER),
    "offline:stick": page(REACHED, **A_STICK),
    "offline:revoke": button(REACHED, **A_STICK),
    "offline:record": page(REACHED, **{**A_STICK, "where": {"number": "<stick>", "bundle": "<bundle>"}}),
    # Its files are a lecture to be watched: for whoever might make the same stick now.
    "offline:files": page((Act.REQUEST_DISC,), **A_STICK),
}
