"""What stands beside an act in the audit log, in words: the log keeps short English names and codes for ever."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from qianchang.people.models import (
    Account,
    Channel,
    Designation,
    EligibilityOverride,
    Pairing,
    Practice,
    RoleGrant,
    RosterImport,
)
from qianchang.people.unmasking import Field

NAMES = {
    "adoption": _("number of the adoption"),
    "overrides": _("numbers departed from"),
    "document": _("number of the document"),
    "owner": _("answers for it"),
    "deadline": _("deadline"),
    "carry_over": _("carries over"),
    "quantity": _("quantity"),
    "quantity_before": _("quantity before"),
    "strength": _("how firm"),
    "strength_before": _("how firm before"),
    "amount_cny": _("yuan"),
    "association": _("association"),
    "at_work": _("failed while"),
    "begins": _("begins"),
    "by_email": _("by e-mail"),
    "by_slip": _("by slip"),
    "by_sms": _("by SMS"),
    "captions": _("lines of captions"),
    "categories": _("for whom"),
    "category": _("category"),
    "changed": _("changed rows"),
    "channel": _("sent by"),
    "collection": _("shared collection"),
    "code": _("code"),
    "counts": _("counts"),
    "county": _("county"),
    "data_saver": _("data saver"),
    "date": _("day"),
    "donor": _("donor"),
    "dvd": _("on DVD"),
    "days": _("days kept"),
    "enrol_last": _("last day to enrol"),
    "enrolled": _("enrolled"),
    "entered": _("new rows"),
    "exceptions": _("exceptions"),
    "evidence": _("Evidence"),
    "faulty": _("faulty rows"),
    "fault": _("kind of fault"),
    "field": _("hidden field"),
    "firm": _("number of the law firm"),
    "frame": _("sessions to draw from"),
    "from_date": _("required from"),
    "from_ms": _("now at, ms"),
    "generation": _("generation"),
    "host": _("host of trainees"),
    "imported": _("imported rows"),
    "into": _("into slide"),
    "invited": _("invited"),
    "jobs": _("jobs"),
    "kept": _("rows kept"),
    "keyed_in": _("keyed in"),
    "kind": _("kind"),
    "language": _("language"),
    "last": _("last day"),
    "lawyer": _("number of the lawyer"),
    "lawyers": _("lawyers"),
    "lectures": _("lectures"),
    "ledgers": _("ledgers"),
    "lecturer": _("number of the lecturer"),
    "length": _("length, bytes"),
    "length_ms": _("length, ms"),
    "made": _("made"),
    "mails": _("mails"),
    "method": _("signed how"),
    "missing": _("missing"),
    "mode": _("way of delivery"),
    "month": _("month"),
    "monthly_cap_mb": _("megabytes a month"),
    "name": _("name"),
    "named_for": _("by name only, for"),
    "offset": _("received, bytes"),
    "others": _("others than lawyers"),
    "part": _("part of the training"),
    "percent": _("per cent"),
    "places": _("places"),
    "on": _("on the day"),
    "plan": _("plan"),
    "programme": _("programme"),
    "posted": _("sessions posted"),
    "reach": _("lawyers reached"),
    "reason": _("reason"),
    "recording": _("number of the recording"),
    "reference": _("voucher"),
    "refused": _("refused rows"),
    "region": _("region"),
    "remark": _("number of the remark"),
    "revision": _("revision"),
    "role": _("role"),
    "rows": _("rows"),
    "sample": _("sessions to draw"),
    "seats": _("seats"),
    "seed": _("seed"),
    "sha256": _("SHA-256"),
    "slide": _("slide"),
    "source": _("source document"),
    "state": _("state"),
    "supporter": _("supporting association"),
    "target": _("target"),
    "text": _("version of the text"),
    "text_size": _("size of the text"),
    "title": _("title"),
    "topic": _("topic"),
    "tries": _("tries"),
    "unchanged": _("unchanged rows"),
    "until": _("until"),
    "valid_from": _("from"),
    "valid_until": _("until"),
    "verb": _("cut to the act"),
    "side": _("side"),
    "version": _("version"),
    "waiting": _("on the waiting list"),
    "was_ms": _("before at, ms"),
    "what": _("subject"),
    "year": _("year"),
}

_YES_NO = {"True": _("yes"), "False": _("no")}
_FIELDS = {
    Field.LICENCE_NUMBER.value: _("licence number"),
    Field.PHONE.value: _("mobile number"),
    Field.EMAIL.value: _("e-mail"),
    Field.BIRTH_YEAR.value: _("year of birth"),
}
_STRENGTHS = {
    "assigned": _("assigned number"),
    "average": _("average number"),
    "intended": _("intended number"),
    "about": _("approximate number"),
    "planned": _("planned number"),
}
# The words behind a code, by the name beside which it stands.
VALUES: Mapping[str, Mapping[str, Any]] = {
    "at_work": dict(RosterImport.State.choices),
    "category": dict(EligibilityOverride.Category.choices),
    "carry_over": _YES_NO,
    "channel": dict(Channel.choices),
    "counts": _YES_NO,
    "data_saver": _YES_NO,
    "evidence": {
        "agenda": _("Agenda"),
        "sign_off": _("Signed sheet of the lecturer"),
        "photo": _("Photo"),
        "sign_in": _("Sign-in sheet"),
        "receipt": _("Receipt of the disc"),
        "log": _("Meeting log"),
    },
    "fault": {
        "not_held": _("not held as recorded"),
        "no_evidence": _("evidence is missing"),
        "evidence_differs": _("evidence says something else"),
        "attendance": _("attendance is doubtful"),
        "counted_wrongly": _("counted wrongly"),
        "other": _("something else"),
    },
    "field": _FIELDS,
    "kind": dict([*Practice.Kind.choices, *Designation.Kind.choices, *Pairing.Kind.choices]),
    "mails": dict(Account.Mails.choices),
    "part": {"class": _("in the class"), "firm": _("at a firm")},
    "role": dict(RoleGrant.Role.choices),
    "side": {
        "supporter": _("as supporting association"),
        "beneficiary": _("as beneficiary association"),
    },
    "state": {
        "corrected": _("corrected"),
        "refused": _("not corrected"),
        "in_order": _("in order"),
        "faulty": _("faulty"),
        "mended": _("mended"),
        "explained": _("explained, no fault"),
        "not_enough": _("not enough"),
    },
    "strength": _STRENGTHS,
    "strength_before": _STRENGTHS,
    "text_size": dict(Account.TextSize.choices),
}
# What a file or a preview is called where its name stands as the number of the object.
KEYS = {
    "audit log": _("audit log"),
    "faulty roster rows": _("faulty rows of a roster"),
    "roster": _("roster"),
    **VALUES["role"],
}


def details_in_words(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what an entry says beside its act, as (name, value); nothing for what is empty."""
    for name, value in details.items():
        if value in (None, ""):
            continue
        words = str(VALUES.get(name, {}).get(str(value), value))
        yield str(NAMES.get(name, name.replace("_", " "))), words


def key_in_words(kind: str, key: str) -> str:
    """Return what the object of an entry is called: its number, or the name of a file or of a role."""
    return str(KEYS.get(key, key)) if kind in ("export", "preview") else key
