"""The addresses of the sign-in sheets. The one of the scene is of a DVD screening; for Guangxi in the contact's county."""

from typing import Any

from qianchang.people.permissions import Act
from tests.people.permissions.entries import EVERYBODY, Entry, button, form, page

BOARD = (Act.SEE_QUOTA_BOARD,)
KEYS = (Act.ENTER_ATTENDANCE, Act.KEY_IN_SHEET)
# Both sides of its session, and the contact of its county; whoever sees it is refused aloud.
A_SHEET: dict[str, Any] = {
    "where": {"sheet": "<screening>"},
    "whose": "session",
    "hidden": 404,
    "refused": 404,
}
ALOUD: dict[str, Any] = {**A_SHEET, "aloud": BOARD}

TABLE: dict[str, Entry] = {
    "sheets:screenings": page((*BOARD, Act.ENTER_ATTENDANCE, Act.SCHEDULE_SCREENING)),
    "sheets:schedule": form((Act.SCHEDULE_SCREENING,)),
    "sheets:sheet": Entry({"GET": (*BOARD, *KEYS), "POST": KEYS}, **ALOUD),
    # Who is signed out is told so in JSON.
    "sheets:keyed": button(KEYS, guest=403, **ALOUD),
    # The one of the scene has a disc to play: nobody shows it from here (tests/courses/sheets/test_showing.py does).
    "sheets:show": page((), **A_SHEET),
    "sheets:room_codes": page((), **A_SHEET),
    "sheets:print": page((*BOARD, *KEYS), **A_SHEET),
    "sheets:template": page(KEYS, **ALOUD),
    "sheets:disc": button(KEYS, **ALOUD),
    "sheets:excel": button(KEYS, **ALOUD),
    "sheets:files": button(KEYS, **ALOUD),
    # A file is opened by an address that is signed for one reader: any other leads back to the page.
    "sheets:file": page(
        (*BOARD, *KEYS), **{**A_SHEET, "where": {"sheet": "<screening>", "file": "<sheet_file>"}}
    ),
    "sheets:review": form(
        (Act.CONFIRM_SESSION,), data={"action": "confirm"}, **{**A_SHEET, "whose": "beneficiary"}
    ),
    "sheets:conflict": form(KEYS, **ALOUD),
    "sheets:withdraw": button(KEYS, **ALOUD),
    "sheets:cancel": button(KEYS, **ALOUD),
    "sheets:worker": page(EVERYBODY),
}
