"""Writes of dated facts: what regions and associations count as, who is paired with whom, what an officer decided about
one lawyer. A fact is recorded with its document and ended, never edited.
"""

from datetime import date, datetime
from typing import Any

from django.apps import AppConfig
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people import rules
from qianchang.people.models import (
    Account,
    Association,
    Designation,
    EligibilityOverride,
    Firm,
    Lawyer,
    Pairing,
)
from qianchang.people.models.places import Dated
from qianchang.people.permissions import Act, may, require
from qianchang.people.walls import as_platform

_SOURCE_LENGTH = Designation._meta.get_field("source").max_length or 0
_REASON_LENGTH = EligibilityOverride._meta.get_field("reason").max_length or 0


class UnableToRecordFact(Exception):
    """The fact cannot be recorded or ended as said. The message is a sentence for the person."""


def load_designations(sender: AppConfig | None = None, **kwargs: Any) -> int:
    """Enter the facts of designations.json that a database does not have yet, after every migrate; return how many.
    What somebody ended or added since stays as it is.
    """
    if Designation._meta.db_table not in connection.introspection.table_names():
        return 0  # migrated back to before there were any
    known = set(Designation.objects.values_list("kind", "code"))
    missing = [each for each in rules.listed_designations() if (each.kind, each.code) not in known]
    Designation.objects.bulk_create(
        [
            Designation(
                kind=each.kind,
                code=each.code,
                name=each.name,
                valid_from=each.valid_from,
                valid_until=each.valid_until,
                source=each.source,
            )
            for each in missing
        ],
        ignore_conflicts=True,
    )
    return len(missing)


@transaction.atomic
def record_designation(
    *,
    kind: str,
    code: str,
    name: str,
    valid_from: date | None,
    valid_until: date | None = None,
    source: str,
    by: Account,
    at: datetime,
) -> Designation:
    """Record that a region or an association counts as `kind` from a day until another (exclusive; None: it lasts). The
    same again changes nothing. Raises UnableToRecordFact, PermissionDenied.
    """
    require(by, Act.SET_QUOTAS, on=localdate(at))
    kind, code, source = Designation.Kind(kind).value, code.strip().upper(), _document(source)
    if not code:
        raise UnableToRecordFact(_("Give the code of the region or the association."))
    _window(valid_from, valid_until)
    known = Designation.objects.select_for_update().filter(kind=kind, code=code)
    same = known.filter(valid_from=valid_from, valid_until=valid_until).first()
    if same is not None:
        return same
    if _overlaps(list(known), valid_from, valid_until):
        raise UnableToRecordFact(
            _("There is a fact of this kind for these days already. End that one first.")
        )
    designation = Designation(
        kind=kind, code=code, name=name.strip(), valid_from=valid_from, valid_until=valid_until, source=source
    )
    _insert(designation)
    _record("recorded", "designation", designation, by=by, at=at, kind=kind, code=code)
    return designation


@transaction.atomic
def record_pairing(
    *,
    kind: str,
    supporting: Association | Firm | Lawyer,
    beneficiary: Association | Firm | Lawyer,
    programme_code: str = "",
    valid_from: date | None,
    valid_until: date | None = None,
    source: str,
    by: Account,
    at: datetime,
) -> Pairing:
    """Record a pair of two associations, two firms or two lawyers. The same again changes nothing.

    Raises UnableToRecordFact for two that are not alike or the same, a missing document, or a pair that lasts
    already; PermissionDenied: of two lawyers the officers of the association of either may too.
    """
    if isinstance(supporting, Lawyer) and isinstance(beneficiary, Lawyer):
        _require_pair(supporting, beneficiary, by=by, at=at)
    else:
        require(by, Act.SET_QUOTAS, on=localdate(at))
    source = _document(source)
    if type(supporting) is not type(beneficiary):
        raise UnableToRecordFact(_("A pair is two associations, two firms or two lawyers."))
    if supporting.pk == beneficiary.pk:
        raise UnableToRecordFact(_("Both sides are the same. Choose two."))
    _window(valid_from, valid_until)
    side = supporting._meta.model_name
    pair = {f"supporting_{side}": supporting, f"beneficiary_{side}": beneficiary}
    known = Pairing.objects.select_for_update(of=("self",)).filter(**pair, programme_code=programme_code)
    same = known.filter(valid_from=valid_from, valid_until=valid_until).first()
    if same is not None:
        return same
    if _overlaps(list(known), valid_from, valid_until):
        raise UnableToRecordFact(_("These two are paired on these days already. End that pair first."))
    pairing = Pairing(
        kind=Pairing.Kind(kind).value,
        programme_code=programme_code,
        valid_from=valid_from,
        valid_until=valid_until,
        source=source,
        **pair,
    )
    _insert(pairing)
    _record("recorded", "pairing", pairing, by=by, at=at, kind=pairing.kind)
    return pairing


@transaction.atomic
def override_eligibility(
    *,
    lawyer: Lawyer,
    category: str,
    counts: bool,
    valid_from: date,
    valid_until: date | None = None,
    reason: str,
    source: str,
    by: Account,
    at: datetime,
) -> EligibilityOverride:
    """Decide that a lawyer counts, or does not count, as something, whatever rule and lists say, with reason and
    document. Enrolments that stand keep what was frozen on them. The same again changes nothing.

    Raises UnableToRecordFact, or PermissionDenied unless an officer of the lawyer's association decides about somebody
    else. Source: domain.md, "Who is eligible".
    """
    _require_override(lawyer, by=by, at=at)
    category, source, reason = EligibilityOverride.Category(category).value, _document(source), reason.strip()
    if not reason:
        raise UnableToRecordFact(_("Give the reason."))
    if len(reason) > _REASON_LENGTH:
        raise UnableToRecordFact(
            _("Give the reason in at most %(count)d characters.") % {"count": _REASON_LENGTH}
        )
    _window(valid_from, valid_until)
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
    known = list(lawyer.eligibility_overrides.filter(category=category))
    for each in known:
        if (each.valid_from, each.valid_until, each.counts) == (valid_from, valid_until, counts):
            return each
    if _overlaps(known, valid_from, valid_until):
        raise UnableToRecordFact(_("There is a decision for these days already. End that one first."))
    override = EligibilityOverride(
        lawyer=lawyer,
        category=category,
        counts=counts,
        valid_from=valid_from,
        valid_until=valid_until,
        reason=reason,
        source=source,
        by=by,
        recorded_at=at,
    )
    _insert(override)
    _record(
        "overrode eligibility",
        "lawyer",
        lawyer,
        by=by,
        at=at,
        category=category,
        counts=str(counts),
        source=source,
    )
    return override


@transaction.atomic
def end_fact(
    *, fact: Designation | Pairing | EligibilityOverride, until: date, by: Account, at: datetime
) -> None:
    """End a fact: `until` is the first day on which it no longer holds. The same again changes nothing.

    Raises UnableToRecordFact when it has another end already, or begins on that day or later; PermissionDenied.
    """
    if isinstance(fact, EligibilityOverride):
        _require_override(fact.lawyer, by=by, at=at)
    elif isinstance(fact, Pairing) and fact.supporting_lawyer_id and fact.beneficiary_lawyer_id:
        with as_platform("which association the two of a pair belong to"):
            line = Lawyer.objects.select_related("association__parent__parent")
            both = line.in_bulk([fact.supporting_lawyer_id, fact.beneficiary_lawyer_id])
        helps, is_helped = both[fact.supporting_lawyer_id], both[fact.beneficiary_lawyer_id]
        _require_pair(helps, is_helped, by=by, at=at)
    else:
        require(by, Act.SET_QUOTAS, on=localdate(at))
    locked = type(fact)._default_manager.select_for_update(of=("self",)).get(pk=fact.pk)
    if locked.valid_until == until:
        return
    if locked.valid_until is not None:
        raise UnableToRecordFact(_("This has another end already."))
    _window(locked.valid_from, until)
    locked.valid_until = until
    locked.save(update_fields=["valid_until"])
    _record("ended", str(fact._meta.model_name), locked, by=by, at=at, until=until.isoformat())


def may_override(account: Account, lawyer: Lawyer, *, on: date) -> bool:
    """Tell whether an account may decide about a lawyer's eligibility: an officer of the association, not about
    themselves.
    """
    return lawyer.account_id != account.pk and may(
        account, Act.ENROL_LAWYERS, on=on, association=lawyer.association
    )


def _require_override(lawyer: Lawyer, *, by: Account, at: datetime) -> None:
    require(by, Act.ENROL_LAWYERS, on=localdate(at), association=lawyer.association)
    if lawyer.account_id == by.pk:
        raise UnableToRecordFact(_("Nobody decides about themselves. Ask a colleague."))


def _require_pair(supporting: Lawyer, beneficiary: Lawyer, *, by: Account, at: datetime) -> None:
    today = localdate(at)
    if may(by, Act.HOST_TRAINEE, on=today, association=supporting.association):
        return
    if may(by, Act.NOMINATE_TRAINEE, on=today, association=beneficiary.association):
        return
    require(by, Act.SET_QUOTAS, on=today)


def _window(valid_from: date | None, valid_until: date | None) -> None:
    if valid_from is not None and valid_until is not None and valid_until <= valid_from:
        raise UnableToRecordFact(_("The last day lies before the first. Check both dates."))


def _overlaps(known: list[Any], valid_from: date | None, valid_until: date | None) -> bool:
    def begins_before(start: date | None, end: date | None) -> bool:
        return start is None or end is None or start < end

    return any(
        begins_before(each.valid_from, valid_until) and begins_before(valid_from, each.valid_until)
        for each in known
    )


def _insert(fact: Dated) -> None:
    try:
        with transaction.atomic():
            fact.save(force_insert=True)
    except IntegrityError as error:  # two at the same moment: the constraint let one in
        raise UnableToRecordFact(_("Somebody recorded this at the same moment. Look at the list.")) from error


def _document(source: str) -> str:
    source = source.strip()
    if not source:
        raise UnableToRecordFact(_("Name the document that says so."))
    if len(source) > _SOURCE_LENGTH:
        raise UnableToRecordFact(
            _("Name the document in at most %(count)d characters.") % {"count": _SOURCE_LENGTH}
        )
    return source


def _record(verb: str, object_type: str, fact: Any, *, by: Account, at: datetime, **details: str) -> None:
    audit.record(verb, object_type=object_type, object_key=str(fact.pk), by=by, at=at, **details)
