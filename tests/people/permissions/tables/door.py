"""The addresses of a door, and of the rooms of a session on site or by telephone."""

from qianchang.people.permissions import Act
from tests.people.permissions.entries import EVERYBODY, Entry, form, page

KEYS = (Act.ENTER_ATTENDANCE, Act.KEY_IN_SHEET)

TABLE: dict[str, Entry] = {
    # Whoever has a phone; the code is what opens it, and a forged one is no code.
    "sheets:arrive": form(EVERYBODY, where={"token": "forged"}, answers=404),
    "sheets:door": page(KEYS, where={"sheet": "<room>"}, whose="sides", hidden=404, refused=404),
    "sheets:door_print": page(KEYS, where={"sheet": "<room>"}, whose="sides", hidden=404, refused=404),
    "sheets:door_list": form(
        KEYS, where={"sheet": "<room>"}, whose="sides", hidden=404, refused=404, data={"write": "1"}
    ),
    "sheets:rooms": form(
        (Act.SCHEDULE_SCREENING,), where={"code": "<onsite>"}, whose="sides", hidden=404, refused=404
    ),
    # Only a telephone conference has a host who speaks codes.
    "sheets:host_codes": page(
        (Act.HOLD_SESSION,), where={"code": "<conference>"}, whose="supporter", hidden=404, refused=404
    ),
}
