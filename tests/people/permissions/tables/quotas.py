"""The addresses of the counting of sessions."""

from qianchang.people.permissions import Act
from tests.people.permissions.entries import Entry, button, form, page

BOARD = (Act.SEE_QUOTA_BOARD,)

TABLE: dict[str, Entry] = {
    "quotas:board": page(BOARD, where={"programme": "BQQ-2012", "year": 2026}, refused=404),
    "quotas:ask_evidence": button((Act.RETURN_SESSION,), where={"programme": "BQQ-2012", "year": 2026}),
    "quotas:national": page((Act.SEE_EVERY_BOARD,)),
    "quotas:national_remind": form((Act.MAKE_BULLETIN,), where={"code": "CN-GD"}),
    "quotas:reversals": page((Act.RETURN_SESSION,)),
    "quotas:reversal_new": form(
        (Act.RETURN_SESSION,), where={"code": "<counted>"}, whose="sides", hidden=404, refused=404
    ),
    "quotas:reversal": page(
        (Act.RETURN_SESSION,), where={"pk": "<reversal>"}, whose="sides", hidden=404, refused=404
    ),
    "quotas:reversal_approve": button(
        (Act.CLOSE_MONTH,),
        where={"pk": "<reversal>"},
        whose="supporter",
        hidden=404,
        refused=404,
        aloud=(Act.RETURN_SESSION,),
    ),
    "quotas:reversal_refuse": button(
        (Act.CLOSE_MONTH,),
        where={"pk": "<reversal>"},
        whose="supporter",
        hidden=404,
        refused=404,
        aloud=(Act.RETURN_SESSION,),
    ),
    "quotas:sessions": page(BOARD),
    "quotas:session_new": form((Act.SCHEDULE_SESSION,)),
    "quotas:session": page(BOARD, where={"code": "<session>"}, whose="sides", hidden=404, refused=404),
    "quotas:session_bind": button(
        (Act.SCHEDULE_SESSION,), where={"code": "<session>"}, whose="sides", hidden=404, refused=404
    ),
    "quotas:session_cancel": button(
        (Act.SCHEDULE_SESSION,), where={"code": "<session>"}, whose="sides", hidden=404, refused=404
    ),
    "quotas:tours": Entry({"GET": BOARD, "POST": (Act.HOLD_SESSION, Act.SET_QUOTAS)}),
    "quotas:tour": Entry(
        {"GET": BOARD, "POST": (Act.HOLD_SESSION, Act.SET_QUOTAS)},
        where={"pk": "<tour>"},
        whose="sides",
        hidden=404,
        refused=404,
        aloud=BOARD,
    ),
    "quotas:session_hold": button(
        (Act.HOLD_SESSION,), where={"code": "<session>"}, whose="supporter", refused=404, aloud=BOARD
    ),
    "quotas:session_confirm": button(
        (Act.CONFIRM_SESSION,), where={"code": "<session>"}, whose="beneficiary", refused=404, aloud=BOARD
    ),
    "quotas:session_return": button(
        (Act.RETURN_SESSION,), where={"code": "<session>"}, whose="sides", hidden=404, refused=404
    ),
    # An administrator reads what would be posted, and posts nothing.
    "quotas:close_month": Entry(
        {"GET": (Act.CLOSE_MONTH, Act.SEE_EVERY_BOARD), "POST": (Act.CLOSE_MONTH,)},
        where={"programme": "BQQ-2012", "month": "2026-10"},
        refused=404,
        aloud=(Act.SEE_EVERY_BOARD,),
    ),
}
