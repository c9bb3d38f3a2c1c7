"""Every event that somebody is told of: product-design.md, section 8, and what was added to it since.

The words of an event stand in `templates/mail/<code>_subject.txt` and `templates/mail/<code>.txt`.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Event:
    """One kind of message: the words that it needs, what its one button says, and why somebody gets it.

    `at_once`: a mail of its own (marked • in the design); everything else waits for the one mail of the day.
    `always`: also to whoever wants no mails, because nothing works without it.
    `key`: its link opens the account, and is forgotten once the mail is on its way.
    """

    code: str
    words: tuple[str, ...]
    action: Any
    because: Any
    at_once: bool = False
    always: bool = False
    key: bool = False


_GIVES = _("You get this because you gave this lecture.")
_OFFICER = _("You get this because you are an officer of the association.")
_ROSTER = _("You get this because you are on the roster of a lawyers' association.")
_REGION = _("You get this because the session is held for your region.")
_CONTACT = _("You get this because you look after the discs of your county.")
_KEEPER = _("You get this because you administer the platform.")

_ALL = (
    # --- everybody ------------------------------------------------------------------------------------
    Event(
        "account_ready",
        ("days",),
        _("Set the password"),
        _("You get this because an account was opened for you."),
        at_once=True,
        always=True,
        key=True,
    ),
    # --- experts --------------------------------------------------------------------------------------
    Event("upload_resting", ("name", "percent", "days"), _("Resume upload"), _GIVES),
    Event("lecture_received", ("title",), _("Open the lecture"), _GIVES),
    Event("processing_done", ("title",), _("Open the lecture"), _GIVES),
    Event("lecture_returned", ("title", "count", "reason"), _("See what to change"), _GIVES, at_once=True),
    Event("lecture_published", ("title",), _("Open the lecture"), _GIVES, at_once=True),
    Event("session_to_sign", ("date", "title", "place"), _("Sign"), _GIVES),
    Event("question_asked", ("county", "title"), _("Read the question"), _GIVES),
    # --- lawyers --------------------------------------------------------------------------------------
    Event(
        "session_scheduled",
        ("date", "mode", "title", "place", "association"),
        _("Open the lecture"),
        _REGION,
        at_once=True,
    ),
    Event(
        "session_cancelled",
        ("date", "mode", "title", "association"),
        _("See lectures"),
        _REGION,
        at_once=True,
    ),
    Event(
        "class_place",
        ("title",),
        _("Open the course"),
        _("You get this because you were waiting for a place."),
    ),
    Event(
        "session_place",
        ("date", "title", "place"),
        _("Open the session"),
        _("You get this because you were waiting for a place."),
    ),
    Event(
        "session_reminder",
        ("date", "title", "place"),
        _("Open the session"),
        _("You get this because you signed up."),
        at_once=True,
    ),
    Event("hours_credited", ("hours", "missing"), _("See my hours"), _ROSTER),
    Event("year_end", ("days", "missing"), _("See my hours"), _ROSTER),
    Event(
        "appeal_corrected",
        ("about", "answer", "association"),
        _("See the answer"),
        _("You get this once for each appeal that you filed."),
        at_once=True,
    ),
    Event(
        "appeal_refused",
        ("about", "answer", "association"),
        _("See the answer"),
        _("You get this once for each appeal that you filed."),
        at_once=True,
    ),
    Event(
        "erasure_proposed",
        ("association", "date"),
        _("See it and say no"),
        _ROSTER,
        at_once=True,
        always=True,
    ),
    # --- officers -------------------------------------------------------------------------------------
    Event("disc_sent", ("number", "parcel"), _("Open the discs"), _CONTACT),
    Event("disc_overdue", ("number", "days"), _("Open the discs"), _CONTACT),
    Event("sheet_missing", ("date", "days", "title"), _("Enter the sheet"), _OFFICER),
    Event("confirm_waiting", ("count", "days"), _("Look and confirm"), _OFFICER),
    Event("evidence_asked", ("count", "association"), _("Open the sessions"), _OFFICER),
    Event("return_asked", ("month", "association"), _("Open the month"), _OFFICER),
    Event("reversal_proposed", ("code", "reason"), _("Look and decide"), _OFFICER),
    Event("reversal_decided", ("code", "taken_back", "answer"), _("See the decision"), _OFFICER),
    Event("behind_pace", ("counted", "behind", "programme"), _("Open the quota board"), _OFFICER),
    Event("return_due", ("month", "date", "days", "association"), _("Open the month"), _OFFICER),
    Event("bulletin_published", ("month",), _("Read the bulletin"), _OFFICER),
    Event("spot_check_announced", ("number", "date", "association"), _("Read the announcement"), _OFFICER),
    Event("finding_made", ("number", "date"), _("Read the finding"), _OFFICER),
    Event("rectification_due", ("number", "date", "days"), _("Reply to the finding"), _OFFICER),
    Event("rectification_answered", ("number", "association"), _("Check the reply"), _OFFICER),
    Event("import_finished", ("imported", "faulty"), _("Open the import"), _OFFICER, at_once=True),
    Event("import_failed", ("number",), _("Open the import"), _OFFICER, at_once=True),
    # --- administrators -------------------------------------------------------------------------------
    Event("processing_failed", ("count", "name"), _("Open the queue"), _KEEPER, at_once=True),
    Event("disk_low", ("percent",), _("Open the queue"), _KEEPER, at_once=True),
)

EVENTS: dict[str, Event] = {event.code: event for event in _ALL}
KEYS: frozenset[str] = frozenset(event.code for event in _ALL if event.key)
AT_ONCE: frozenset[str] = frozenset(event.code for event in _ALL if event.at_once)
