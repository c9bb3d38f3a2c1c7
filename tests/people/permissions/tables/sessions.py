"""The addresses of the sessions themselves."""

from qianchang.people.permissions import Act
from tests.people.permissions.entries import Entry, form, page

BOARD = (Act.SEE_QUOTA_BOARD,)

TABLE: dict[str, Entry] = {
    "schedule:notice": form(
        (Act.SCHEDULE_SESSION,), where={"code": "<session>"}, whose="sides", hidden=404, refused=404
    ),
    "schedule:sign_ups": page(
        (Act.SCHEDULE_SESSION,), where={"code": "<session>"}, whose="sides", hidden=404, refused=404
    ),
    "schedule:evidence": Entry(
        # Besides its two sides the contact of the county where it is held, for a part of it.
        {"GET": (*BOARD, Act.ENTER_ATTENDANCE), "POST": (Act.ENTER_ATTENDANCE,)},
        where={"code": "<session>"},
        whose="session",
        hidden=404,
        refused=404,
        aloud=BOARD,
        data={"action": "details"},
    ),
    # A file is opened by an address that is signed for one reader: any other leads back to the page.
    "schedule:evidence_file": page(
        BOARD, where={"code": "<session>", "piece": "<evidence>"}, whose="sides", hidden=404, refused=404
    ),
}
