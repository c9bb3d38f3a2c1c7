"""The addresses of the discs. The one of the scene is of its supporter for its beneficiary; for Guangxi in the contact's
county. The request is the lawyer's, for a lecture of the own association.
"""

from typing import Any

from qianchang.people.permissions import Act
from tests.people.permissions.entries import LAWYERS, Entry, button, form, page

SEE, SEND, RECEIVE = (Act.SEE_DISCS,), (Act.SEND_DISCS,), (Act.RECEIVE_DISCS,)
A_DISC: dict[str, Any] = {"where": {"serial": "<disc>"}, "whose": "session", "hidden": 404, "refused": 404}
A_REQUEST: dict[str, Any] = {
    "where": {"pk": "<disc_request>"},
    "whose": "lawyer",
    "hidden": 404,
    "refused": 404,
}


def a_step(kind: str) -> dict[str, Any]:
    return {**A_DISC, "where": {"serial": "<disc>", "kind": kind}, "aloud": SEE}


TABLE: dict[str, Entry] = {
    "discs:board": page(SEE),
    "discs:masters": page(SEE),
    "discs:requests": page(SEE),
    "discs:sums": page(SEE),
    "discs:compose": form(SEND),
    "discs:dispatch": form(SEND),
    "discs:labels": page(SEND),
    # Whoever sees a master is refused aloud to make discs of it.
    "discs:master": Entry(
        {"GET": SEE, "POST": SEND},
        where={"pk": "<disc_master>"},
        whose="session",
        hidden=404,
        refused=404,
        aloud=SEE,
    ),
    "discs:disc": page(SEE, **A_DISC),
    "discs:face": page(SEE, **A_DISC),
    "discs:guide": page(SEE, **A_DISC),
    "discs:image": page(SEND, **A_DISC, aloud=SEE),
    "discs:register": form(SEND, **A_DISC, aloud=SEE),
    "discs:again": button(SEND, **A_DISC, aloud=SEE),
    "discs:call_off": button(SEND, **A_DISC, aloud=SEE),
    # Back and lost are refused by the same lines.
    "discs:step": button(RECEIVE, **a_step("receive")),
    "discs:request": page(SEE, **A_REQUEST),
    "discs:decline": button(SEND, **A_REQUEST, aloud=SEE),
    "discs:my": page((Act.REQUEST_DISC,)),
    "discs:ask": form((Act.REQUEST_DISC,)),
    "discs:withdraw": button(LAWYERS, **A_REQUEST),
    "discs:my_answer": form(LAWYERS),
    "discs:office_answer": form((Act.KEY_IN_SHEET,)),
}
