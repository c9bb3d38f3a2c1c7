"""The addresses of the registers: trainees, donations, pools, pairs and county classes."""

from typing import Any

from qianchang.people.permissions import Act
from tests.people.permissions.entries import Entry, button, form, page

BOARD = (Act.SEE_QUOTA_BOARD,)
HOSTS, NOMINATES = (Act.HOST_TRAINEE,), (Act.NOMINATE_TRAINEE,)
GIVES, RECEIVES = (Act.RECORD_DONATION,), (Act.VERIFY_DONATION,)
A_TRAINEE: dict[str, Any] = {"where": {"pk": "<trainee>"}, "refused": 404, "aloud": BOARD}
A_DONATION: dict[str, Any] = {"where": {"pk": "<donation>"}, "refused": 404, "aloud": BOARD}

TABLE: dict[str, Entry] = {
    "placements:trainees": page(BOARD),
    "placements:trainees_file": page(BOARD),
    "placements:trainee_new": form(NOMINATES),
    "placements:places": form((Act.BREAK_DOWN_QUOTA,)),
    # Both sides see the trainee; each does its own part.
    "placements:trainee": page(BOARD, where={"pk": "<trainee>"}, whose="sides", hidden=404, refused=404),
    "placements:trainee_accept": button(HOSTS, whose="supporter", **A_TRAINEE),
    "placements:trainee_refuse": button(HOSTS, whose="supporter", **A_TRAINEE),
    "placements:trainee_withdraw": button((*HOSTS, *NOMINATES), whose="sides", hidden=404, **A_TRAINEE),
    "placements:trainee_days": button(HOSTS, whose="supporter", **A_TRAINEE),
    "placements:trainee_strike": button(HOSTS, whose="supporter", **A_TRAINEE),
    "placements:trainee_finish": button(HOSTS, whose="supporter", **A_TRAINEE),
    "placements:trainee_reopen": button(HOSTS, whose="supporter", **A_TRAINEE),
    "placements:trainee_pay": button(HOSTS, whose="supporter", **A_TRAINEE),
    "placements:trainee_take_back": button(HOSTS, whose="supporter", **A_TRAINEE),
    "placements:donations": page(BOARD),
    "placements:donations_file": page(BOARD),
    "placements:donation_new": form(GIVES),
    "placements:donation": page(BOARD, where={"pk": "<donation>"}, whose="sides", hidden=404, refused=404),
    "placements:donation_deliver": button(GIVES, whose="supporter", **A_DONATION),
    "placements:donation_verify": button(RECEIVES, whose="beneficiary", **A_DONATION),
    "placements:donation_withdraw": button(GIVES, whose="supporter", **A_DONATION),
    "placements:donation_reverse": button(RECEIVES, whose="beneficiary", **A_DONATION),
    # Whoever sees the board sees the pool; only the beneficiary side enters somebody.
    "placements:pool": Entry({"GET": BOARD, "POST": NOMINATES}),
    "placements:pool_file": page(BOARD),
    # Whoever sees every association sees who is in the pool, masked, and takes nobody out.
    "placements:pool_leave": form(
        NOMINATES,
        where={"pk": "<pool_member>"},
        whose="association",
        hidden=404,
        refused=404,
        aloud=(Act.SEE_EVERY_BOARD,),
    ),
    # Each side pairs its own lawyers; the list is for whoever sees the board.
    "placements:pairs": Entry({"GET": BOARD, "POST": (*HOSTS, *NOMINATES)}),
    "placements:pair_end": button(
        (*HOSTS, *NOMINATES, Act.SET_QUOTAS),
        where={"pk": "<lawyer_pair>"},
        whose="sides",
        hidden=404,
        refused=404,
    ),
    "placements:classes": page(BOARD),
    "placements:classes_file": page(BOARD),
    "placements:class_new": form((Act.ARRANGE_CLASSES,)),
    "placements:class": page(BOARD, where={"pk": "<county_class>"}),
    "placements:class_count": button(
        (Act.ARRANGE_CLASSES,), where={"pk": "<county_class>"}, whose="association"
    ),
}
