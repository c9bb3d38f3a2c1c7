"""Who gets in where: one entry for each address and each operation of the API. An address without an entry fails the
suite (test_every_address.py), and so does an entry without an address.

An entry says for each method which acts of the matrix open it (any of them is enough), whose the object is, and how it
refuses: aloud (403) or as if it were not there (404). Whoever is refused by the matrix is refused here, and nobody else.
"""

from typing import Any

from qianchang.people.permissions import Act
from tests.people.permissions.entries import EVERYBODY, LAWYERS, MAKER, SIGNED_IN, Entry, button, form, page
from tests.people.permissions.tables import (
    discs,
    door,
    offline,
    placements,
    plans,
    quotas,
    reports,
    sessions,
    sheets,
    spot_checks,
)

QUEUE = (Act.SEE_QUEUE,)
CORRECT = (Act.CORRECT_HOURS,)
BOARD = (Act.SEE_QUOTA_BOARD,)
CLASSES = (Act.ARRANGE_CLASSES,)
TEACH = (Act.UPLOAD_RECORDING,)
ENROL = (Act.ENROL_LAWYERS,)
# The expert who made it, and whoever reviews for the association.
CORRECTS = (MAKER, Act.REVIEW_LECTURE)
REVIEW = (Act.REVIEW_LECTURE,)
RECORDING = (MAKER, Act.SEE_QUEUE)
REVOKE = (Act.REVOKE_CERTIFICATE,)
ROSTER = (Act.SEE_ROSTER,)
IMPORT = (Act.IMPORT_ROSTER,)
ERASE = (Act.IMPORT_ROSTER,)
USERS = (Act.MANAGE_USERS,)
FACTS = (Act.SET_QUOTAS,)

OWN_FACTORS = (
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
)
HIS_OWN: dict[str, Any] = {"whose": "maker", "hidden": 404, "refused": 404}
AN_IMPORT: dict[str, Any] = {"whose": "association", "hidden": 404}
A_DRAFT: dict[str, Any] = {"whose": "association", "hidden": 404, "refused": 404}
A_LAWYERS: dict[str, Any] = {"whose": "lawyer", "hidden": 404, "refused": 404}

TABLE: dict[str, Entry] = {
    **discs.TABLE,
    **door.TABLE,
    **offline.TABLE,
    **sheets.TABLE,
    **plans.TABLE,
    **placements.TABLE,
    **quotas.TABLE,
    **sessions.TABLE,
    **reports.TABLE,
    **spot_checks.TABLE,
    # --- the site itself
    "healthz": page(EVERYBODY),
    "set_language": form(EVERYBODY),
    "ledger:heads": page(EVERYBODY),
    "ledger:heads_json": page(EVERYBODY),
    # Nothing was signed in the scene.
    "ledger:document": page(EVERYBODY, where={"number": 1}, answers=404),
    "ledger:signature": page(EVERYBODY, where={"number": 1}, answers=404),
    "ledger:key": page(EVERYBODY),
    "attendance:compat": page(EVERYBODY),
    "attendance:pack_worker": page(EVERYBODY),
    "attendance:pack_player": page(EVERYBODY),
    "certificates:verify_form": page(EVERYBODY),
    "certificates:verify": page(EVERYBODY, where={"number": "<certificate>"}),
    "robots": page(EVERYBODY),
    "sitemap": page(EVERYBODY),
    # No picture of this name was made.
    "rendition": page(EVERYBODY, where={"name": "none.webp"}, answers=404),
    # The short way to a page of the tree; here to none.
    "page_below": page(EVERYBODY, where={"index": "none", "slug": "none"}, answers=404),
    "public:feed": page(EVERYBODY),
    "public:lecturers": page(EVERYBODY),
    "public:lecturer": page(EVERYBODY, where={"slug": "none"}, answers=404),
    "sessions:sessions": page(EVERYBODY),
    "sessions:calendar": page(EVERYBODY),
    "sessions:session": page(EVERYBODY, where={"code": "none"}, answers=404),
    "sessions:session_calendar": page(EVERYBODY, where={"code": "none"}, answers=404),
    "sessions:sign_up": button(LAWYERS, where={"code": "none"}, answers=404, refused=404),
    # --- accounts
    "people:activate": form(EVERYBODY),
    "people:activate_code": form(EVERYBODY),
    "people:activate_slip": form(EVERYBODY),
    "people:settings": form(EVERYBODY),
    "people:messages": page(SIGNED_IN),
    "people:messages_read": button(SIGNED_IN),
    "people:message": page(SIGNED_IN, where={"pk": 0}, answers=404),
    "people:choose_mails": button(SIGNED_IN),
    "people:mail_choice": form(EVERYBODY, where={"token": "forged"}, answers=404),
    "account_login": form(EVERYBODY),
    "account_logout": form(EVERYBODY),
    "account_inactive": page(EVERYBODY),
    "account_signup": form(EVERYBODY),
    "account_reauthenticate": form(SIGNED_IN),
    "account_email": form(SIGNED_IN),
    "account_email_verification_sent": page(EVERYBODY),
    # A forged key confirms nothing.
    "account_confirm_email": Entry({"GET": EVERYBODY}, where={"key": "forged"}),
    "account_change_password": form(SIGNED_IN),
    "account_set_password": form(SIGNED_IN),
    "account_reset_password": form(EVERYBODY),
    "account_reset_password_done": page(EVERYBODY),
    "account_reset_password_from_key": form(EVERYBODY, where={"uidb36": "1", "key": "set-password"}),
    "account_reset_password_from_key_done": page(EVERYBODY),
    # Goes on where signing in began; whoever did not begin is sent there.
    "account_confirm_login_code": form(SIGNED_IN),
    **{name: form(SIGNED_IN) for name in OWN_FACTORS},
    "mfa_index": page(SIGNED_IN),
    "mfa_list_webauthn": page(SIGNED_IN),
    # Nobody of the scene has a factor yet.
    "mfa_deactivate_totp": form(SIGNED_IN, answers=404),
    "mfa_view_recovery_codes": page(SIGNED_IN, answers=404),
    # Whoever gave the password, and nobody else, comes to the second one.
    "mfa_authenticate": form(SIGNED_IN),
    "mfa_remove_webauthn": form(SIGNED_IN, where={"pk": 0}, answers=404),
    "mfa_edit_webauthn": form(SIGNED_IN, where={"pk": 0}, answers=404),
    "mfa_download_recovery_codes": page(SIGNED_IN, answers=404),
    "usersessions_list": form(SIGNED_IN),
    "socialaccount_login_cancelled": page(EVERYBODY),
    # allauth answers 401: nobody signed in.
    "socialaccount_login_error": page(EVERYBODY, answers=401),
    # Goes on where another provider left off; whoever did not come from one is sent to sign in.
    "socialaccount_signup": Entry({}),
    "socialaccount_connections": form(SIGNED_IN),
    "openid_connect_login": form(EVERYBODY, where={"provider_id": "none"}, answers=404),
    "openid_connect_callback": page(EVERYBODY, where={"provider_id": "none"}, answers=404),
    # --- one's own data
    "people:sessions": form(SIGNED_IN),
    "privacy:privacy": page(EVERYBODY),
    "privacy:my_data": page(SIGNED_IN),
    "privacy:export": button(SIGNED_IN),
    "privacy:fetch": page(SIGNED_IN, where={"public_id": "<upload>"}, answers=404),
    # Whoever has an account may ask that it be erased.
    "privacy:erase_me": form(SIGNED_IN),
    "privacy:consent": page(SIGNED_IN),
    # --- what administrators look after
    "manage:users": form(USERS),
    "manage:user": form(USERS, where={"pk": "<account>"}),
    "manage:audit": form((Act.SEE_AUDIT,)),
    "manage:preview": form((Act.PREVIEW_ROLE,)),
    # Ends what nobody else can have begun.
    "manage:preview_end": button(SIGNED_IN),
    "manage:second_factor": form(USERS),
    "manage:designations": form(FACTS),
    "manage:pairings": form(FACTS),
    "manage:mails": page(USERS),
    "manage:send_again": button(USERS, where={"pk": 0}, answers=404),
    # --- learning
    "credits:rules": page(LAWYERS),
    # A page that keeps what a guest or an officer began, and says so; it shows nothing of anybody else.
    "catalogue:my_learning": page(SIGNED_IN),
    "credits:my_hours": page(LAWYERS),
    "credits:my_appeals": page(LAWYERS),
    "credits:new_appeal": form(LAWYERS),
    "certificates:year": form(LAWYERS, where={"year": 2026}),
    # Shells that the browser fills from what it keeps; they work without a network and show nothing of the site.
    "attendance:downloads": page(EVERYBODY),
    "attendance:kept_list": page(EVERYBODY),
    "attendance:presence": button(LAWYERS, where={"pk": "<lecture>"}),
    # Whoever is on no roster is told so on the page of the lecture, and nothing happens.
    "enrolment:enrol": button(SIGNED_IN, where={"pk": "<lecture>"}),
    "enrolment:enrol_course": button(SIGNED_IN, where={"pk": "<course>"}),
    "enrolment:withdraw": button(
        LAWYERS, where={"pk": "<enrolment>"}, whose="lawyer", hidden=404, refused=404
    ),
    "credits:entry": page(
        (Act.OWN_HOURS, Act.SEE_NAMED_HOURS), where={"pk": "<entry>"}, whose="lawyer", hidden=404, refused=404
    ),
    "credits:my_appeal": page((Act.OWN_HOURS,), where={"pk": "<appeal>"}, whose="lawyer", hidden=404),
    "credits:appeal_photo": page(
        (Act.OWN_HOURS, Act.CORRECT_HOURS), where={"pk": "<appeal>"}, whose="lawyer", hidden=404, refused=404
    ),
    "certificates:paper": page(
        (Act.OWN_HOURS, Act.REVOKE_CERTIFICATE),
        where={"number": "<certificate>"},
        whose="lawyer",
        hidden=404,
        refused=404,
    ),
    "certificates:badge": page(
        (Act.OWN_HOURS, Act.REVOKE_CERTIFICATE),
        where={"number": "<certificate>"},
        whose="lawyer",
        hidden=404,
        refused=404,
    ),
    # --- teaching
    "catalogue:teach": page(TEACH),
    "catalogue:teach_new": form(TEACH),
    "catalogue:teach_lecture": form(
        MAKER, where={"pk": "<lecture>"}, whose="expert", hidden=404, refused=404
    ),
    "catalogue:teach_cancel": button(
        MAKER, where={"pk": "<lecture>"}, whose="expert", hidden=404, refused=404
    ),
    "catalogue:teach_retry": button(
        MAKER, where={"pk": "<lecture>"}, whose="expert", hidden=404, refused=404
    ),
    "catalogue:teach_step": button(MAKER, where={"pk": "<lecture>"}, whose="expert", hidden=404, refused=404),
    # Reviewers read; only the expert hands anything in.
    "catalogue:versions": Entry(
        {"GET": CORRECTS, "POST": (MAKER,)}, where={"pk": "<lecture>"}, aloud=REVIEW, **A_DRAFT
    ),
    "catalogue:teach_slides": form(CORRECTS, where={"pk": "<lecture>"}, **A_DRAFT),
    "catalogue:teach_captions": form(CORRECTS, where={"pk": "<lecture>"}, **A_DRAFT),
    # The lecture of the scene has no captions.
    "catalogue:teach_captions_file": page(
        CORRECTS, where={"pk": "<lecture>", "language": "zh"}, answers=404, **A_DRAFT
    ),
    # --- desks
    # A county contact has a desk of their own.
    "quotas:todo": page((Act.SEE_QUOTA_BOARD, Act.REVIEW_LECTURE, Act.SEE_ROSTER)),
    "catalogue:review": page(REVIEW),
    "catalogue:review_lecture": form(REVIEW, where={"pk": "<lecture>"}, whose="association", hidden=404),
    "enrolment:releases": form(REVIEW, where={"pk": "<lecture>"}, whose="association", hidden=404),
    "enrolment:release_end": button(
        REVIEW, where={"pk": "<lecture>", "release": "<release>"}, whose="association", hidden=404
    ),
    "enrolment:collections": form(REVIEW),
    "enrolment:collection": page(REVIEW, where={"pk": "<collection>"}, whose="association", hidden=404),
    "enrolment:collection_close": button(
        REVIEW, where={"pk": "<collection>"}, whose="association", hidden=404
    ),
    # No new recording waits in the scene: what was decided is read with the versions.
    "catalogue:review_version": form(REVIEW, where={"pk": "<lecture>"}, whose="association", hidden=404),
    # The consents of the scene were given online.
    "catalogue:consent_scan": page(
        REVIEW, where={"pk": "<lecture>", "consent": 1}, whose="association", hidden=404, answers=404
    ),
    "enrolment:classes": page(CLASSES),
    "enrolment:class_new": form(CLASSES),
    "enrolment:class": page(CLASSES, where={"pk": "<class>"}, whose="association", hidden=404),
    "enrolment:class_change": form(CLASSES, where={"pk": "<class>"}, whose="association", hidden=404),
    "enrolment:class_list": form(ENROL, where={"pk": "<class>"}, whose="association", hidden=404),
    "enrolment:place": button(
        ENROL, where={"pk": "<class>", "enrolment": "<enrolment>"}, whose="association", hidden=404
    ),
    "credits:corrections": page(CORRECT),
    "credits:correction_new": form(CORRECT, query="?entry=<entry>", whose="lawyer", hidden=404),
    "credits:correction": form(CORRECT, where={"pk": "<correction>"}, whose="lawyer", hidden=404),
    "credits:appeals": page(CORRECT),
    "credits:appeal": form(CORRECT, where={"pk": "<appeal>"}, whose="lawyer", hidden=404),
    "certificates:certificates": page(REVOKE),
    "certificates:certificate": form(REVOKE, where={"number": "<certificate>"}, whose="lawyer", hidden=404),
    # --- the roster
    "roster:list": page(ROSTER),
    "roster:export": form(ROSTER),
    # Reading is open to all who see the roster; moving somebody and deciding about them to the association's officers.
    "roster:lawyer": Entry({"GET": ROSTER}, where={"pk": "<lawyer>"}, whose="lawyer", hidden=404),
    "roster:show": form(ROSTER, where={"pk": "<lawyer>"}, whose="lawyer", hidden=404),
    "roster:firm": Entry(
        {"GET": ROSTER, "POST": IMPORT}, where={"pk": "<firm>"}, whose="lawyer", hidden=404, aloud=ROSTER
    ),
    "roster:slips": form(ROSTER),
    "roster:new_import": form(IMPORT),
    "roster:import": page(IMPORT, where={"pk": "<import>"}, **AN_IMPORT),
    "roster:columns": form(IMPORT, where={"pk": "<import>"}, **AN_IMPORT),
    # The import of the scene was read and not checked yet: there is no row, no decision and no file of faults.
    "roster:row": button(IMPORT, where={"pk": "<import>", "row": 1}, answers=404, **AN_IMPORT),
    "roster:act": button(IMPORT, where={"pk": "<import>"}, answers=404, **AN_IMPORT),
    "roster:confirm": page(IMPORT, where={"pk": "<import>"}, **AN_IMPORT),
    "roster:faulty": page(IMPORT, where={"pk": "<import>"}, answers=404, **AN_IMPORT),
    "roster:missing": Entry({"GET": IMPORT}, where={"pk": "<import>"}, **AN_IMPORT),
    "roster:activation": form(IMPORT, where={"pk": "<import>"}, **AN_IMPORT),
    "erasures:erasures": page(ERASE),
    "erasures:erasure": page(ERASE, where={"pk": 0}, answers=404),
    "erasures:propose": form(ERASE, where={"lawyer_id": "<lawyer>"}, whose="lawyer", hidden=404),
    # --- the processing queue
    "queue:queue": page(QUEUE),
    "queue:job": page(QUEUE, where={"pk": "<job>"}),
    "queue:sooner": button(QUEUE, where={"pk": "<job>"}),
    "queue:retry": button(QUEUE, where={"public_id": "<recording>"}),
    "queue:cancel": form(QUEUE, where={"public_id": "<recording>"}),
    "queue:again": form(QUEUE, where={"public_id": "<recording>"}),
    "queue:drop": form(QUEUE, where={"public_id": "<recording>"}),
    # --- the API: a number turns a guest away
    "api:openapi-json": form(EVERYBODY),
    "api:api-root": page(EVERYBODY, answers=404),
    "api:recordings": page(SIGNED_IN, guest=401),
    "api:recording": page(RECORDING, where={"public_id": "<recording>"}, guest=401, **HIS_OWN),
    "api:recording_cancel": button(RECORDING, where={"public_id": "<recording>"}, guest=401, **HIS_OWN),
    "api:recording_retry": button(RECORDING, where={"public_id": "<recording>"}, guest=401, **HIS_OWN),
    "api:recording_again": button(
        QUEUE, where={"public_id": "<recording>"}, guest=401, refused=404, aloud=(MAKER,)
    ),
    "api:lectures": page(EVERYBODY),
    # Who is not enrolled is told so, which is no secret: the catalogue is open.
    "api:open_playback": button(
        LAWYERS,
        data={"version": "<version>", "device": "old PC", "device_now_ms": 0},
        guest=401,
        whose="lawyer",
    ),
    "api:report_spans": button(
        LAWYERS,
        where={"playback_id": "<playback>"},
        data={"spans": [], "device_now_ms": 0, "position_ms": 0},
        guest=401,
        **A_LAWYERS,
    ),
    "api:show_code": page(LAWYERS, where={"playback_id": "<playback>", "index": 1}, guest=401, **A_LAWYERS),
    "api:answer_presence": button(
        LAWYERS,
        where={"playback_id": "<playback>"},
        data={"index": 1, "code": "0000"},
        guest=401,
        **A_LAWYERS,
    ),
    "api:open_pack": Entry(
        {"PUT": LAWYERS},
        where={"pack_id": "<pack>"},
        data={"version": "<version>", "mode": "light", "device": "old PC", "device_now_ms": 0},
        guest=401,
        whose="lawyer",
        hidden=403,
    ),
    "api:my_credits": page(LAWYERS, guest=401),
    "api:read_board": page(BOARD, query="?programme=BQQ-2012&year=2026", guest=401, refused=404),
    # --- recordings: uploads belong to their maker, files open to links that were given to whoever may play
    "uploads:collection": Entry({"GET": SIGNED_IN, "POST": TEACH}, guest=401),
    "uploads:resource": Entry(
        {"GET": MAKER, "PATCH": MAKER, "DELETE": MAKER},
        where={"public_id": "<upload>"},
        guest=401,
        **HIS_OWN,
    ),
    "uploads:digest": page(MAKER, where={"public_id": "<upload>"}, guest=401, **HIS_OWN),
    "uploads:header": button(MAKER, where={"public_id": "<upload>"}, guest=401, **HIS_OWN),
    "delivery:file": page(EVERYBODY, where={"token": "forged", "name": "light.mp4"}, answers=403),
    "delivery:image": page(EVERYBODY, where={"token": "forged"}, answers=403),
    "delivery:signed": page(
        EVERYBODY,
        where={"signature": "forged", "expires": 1, "folder": "x/1", "name": "light.mp4"},
        answers=403,
    ),
}
