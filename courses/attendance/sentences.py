"""Why something was not accepted, in words that say what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.attendance.rules import MINUTE_MS, CodeWindow, Refusal

REFUSALS: dict[Refusal, str | Promise] = {
    Refusal.NOTHING_PLAYED: gettext_lazy("This report says that nothing was played. Play this part again."),
    Refusal.BEYOND_THE_END: gettext_lazy("This part lies beyond the end of the lecture and does not count."),
    Refusal.OUTSIDE_THE_PLAYBACK: gettext_lazy(
        "This part was not played while the player was open. Check the clock of this device, play it again."
    ),
    Refusal.TOO_LATE: gettext_lazy("This part was reported too long after it was played. Play it again."),
    Refusal.PLAYED_ELSEWHERE: gettext_lazy(
        "Something else was played with your account at that time. Play this part again, by itself."
    ),
    Refusal.IN_A_ROOM: gettext_lazy(
        "You were credited another lecture, heard in a room, at that time. Play this part again, or ask the association "
        "that confirmed the sign-in sheet."
    ),
    Refusal.TOO_FAST: gettext_lazy(
        "This part was played faster than it can be credited. Play it again more slowly."
    ),
    Refusal.TOO_SCATTERED: gettext_lazy(
        "What was watched of this lecture lies in too many small pieces. Play longer parts of it."
    ),
}


def refusal_sentence(code: str) -> str:
    """Return the sentence for a stored refusal code."""
    return str(REFUSALS[Refusal(code)])


def wrong_code_sentence(window: CodeWindow) -> str:
    """Say where the code can be seen again."""
    return _(
        "Not right. This code is shown between minute %(from)d and minute %(until)d; you can go back."
    ) % {
        "from": window.from_ms // MINUTE_MS,
        "until": -(-window.until_ms // MINUTE_MS),
    }


def too_many_guesses() -> str:
    """Say how long to wait and what to do meanwhile."""
    return _("Ten wrong codes within an hour. Go back to where the code is shown and try again in an hour.")
