"""Writes about targets: entering, changing and withdrawing one, and the terms under which it is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses import api as courses
from programmes.plans import facts_file, moments, queries, rules, wording
from programmes.plans.models import Plan, SourceDocument, Target
from programmes.plans.rules import Line
from qianchang.groundwork import audit, vault
from qianchang.people.models import Account, Association
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act, require

# No programme began earlier, and none is planned further ahead.
YEARS = range(2000, 2101)
MOST = 100_000


class UnableToSetTarget(Exception):
    """The target cannot be set like that; the message says why, and by how much sums do not tie. Nothing was changed."""


@dataclass(frozen=True)
class Said:
    """What an officer says that somebody owes. Empty dimensions mean any."""

    supporter: Association
    quantity: int
    strength: str
    quote: str
    beneficiary: Association | None = None
    year: int | None = None
    each_year: bool = False
    modes: frozenset[str] = frozenset()

    @property
    def dimensions(self) -> tuple[str | None, int | None, bool, frozenset[str]]:
        return (
            self.beneficiary.code if self.beneficiary else None,
            self.year,
            self.each_year,
            self.modes,
        )


@transaction.atomic
def record_source(
    *, title: str, dated: str, data: bytes, kind: str, by: Account, at: datetime
) -> SourceDocument:
    """Record a document that targets are quoted from; its file is kept in the vault. The same file again is the same
    document.
    """
    require(by, Act.SET_QUOTAS, on=localdate(at))
    digest = vault.keep(data)
    source, entered = SourceDocument.objects.get_or_create(
        file=f"{digest[:32]}.{kind}", defaults={"title": title, "dated": dated, "sha256": digest}
    )
    if entered:
        audit.record(
            "entered", object_type="basis document", object_key=source.file, by=by, at=at, sha256=digest
        )
    return source


@transaction.atomic
def enter_target(*, plan: Plan, said: Said, source: SourceDocument, by: Account, at: datetime) -> Target:
    """Enter a number that a document states. Entering the same again changes nothing.

    Raises UnableToSetTarget when there is another number for the same, or when the parts of a number come to more than
    it; or PermissionDenied.
    """
    require(by, Act.SET_QUOTAS, on=localdate(at))
    at = moments.in_turn(plan.pk, at=at)
    refuse_odd(said)
    here = queries.targets([plan], supporter_id=said.supporter.pk)
    for target in here:
        line = queries.line_of(target)
        if (line.beneficiary, line.year, line.each_year, line.modes) == said.dimensions:
            if (target.quantity, target.strength) == (said.quantity, said.strength):
                return target
            raise UnableToSetTarget(
                _(
                    "There is a number for this already: %(quantity)d (%(strength)s). Change that one instead. "
                    "Nothing was changed."
                )
                % {"quantity": target.quantity, "strength": target.get_strength_display()}
            )
    key = key_of(plan, said)
    refuse_overfull([*map(queries.line_of, here), line_of_said(key, said)], plan=plan)
    target = Target.objects.create(
        plan=plan,
        key=key,
        supporter=said.supporter,
        beneficiary=said.beneficiary,
        year=said.year,
        each_year=said.each_year,
        quantity=said.quantity,
        strength=Target.Strength(said.strength),
        source=source,
        quote=said.quote,
        set_at=at,
    )
    target.modes.set(courses.ensure_delivery_modes({"code": code} for code in sorted(said.modes)))
    _record("entered", target, by=by, at=at, quantity=said.quantity, strength=said.strength)
    return target


@transaction.atomic
def change_target(
    *, target: Target, quantity: int, strength: str, quote: str, seen: int, by: Account, at: datetime
) -> Target:
    """Change the number of a target, how firm it is, or its quotation; whose and for what it is stays. `seen` is the
    revision that the officer saw.

    Raises UnableToSetTarget or PermissionDenied.
    """
    require(by, Act.SET_QUOTAS, on=localdate(at))
    at = moments.in_turn(target.plan_id, at=at)
    said = Said(target.supporter, quantity, strength, quote)
    refuse_odd(said)
    before = (target.quantity, target.strength, target.quote)
    if before == (quantity, strength, quote):
        return target
    lines = [
        Line(**{**vars(line), "quantity": quantity, "strength": strength}) if line.key == target.key else line
        for line in map(queries.line_of, queries.targets([target.plan], supporter_id=target.supporter_id))
    ]
    refuse_overfull(lines, plan=target.plan)
    update(target, seen, quantity=quantity, strength=strength, quote=quote, set_at=at)
    _record(
        "changed",
        target,
        by=by,
        at=at,
        quantity=quantity,
        strength=strength,
        quantity_before=before[0],
        strength_before=before[1],
    )
    return target


@transaction.atomic
def withdraw_target(*, target: Target, seen: int, by: Account, at: datetime) -> None:
    """Take a target out that was entered by mistake. One that sessions, breakdowns or documents stand on stays, and so
    does one of the loaded facts: it would come back with the next load.

    Raises UnableToSetTarget or PermissionDenied.
    """
    require(by, Act.SET_QUOTAS, on=localdate(at))
    at = moments.in_turn(target.plan_id, at=at)
    _refuse_overtaken(target, seen)
    key, quantity, strength = target.key, target.quantity, target.strength
    source = target.source.title
    if key in facts_file.target_keys():
        raise UnableToSetTarget(
            _(
                "This number stands in the associations' own documents and would come back when they are loaded again. "
                "Change it instead. Nothing was changed."
            )
        )
    try:
        with transaction.atomic():
            target.delete()
    except ProtectedError as error:
        raise UnableToSetTarget(
            _(
                "Sessions, breakdowns or documents stand on this target, so it stays. Change its number instead. "
                "Nothing was changed."
            )
        ) from error
    audit.record(
        "withdrew target",
        object_type="target",
        object_key=key,
        by=by,
        at=at,
        quantity=quantity,
        strength=strength,
        source=source,
    )


@transaction.atomic
def set_terms(
    *,
    target: Target,
    owner: Account | None,
    deadline_date: date | None,
    carry_over: bool,
    seen: int,
    by: Account,
    at: datetime,
) -> Target:
    """Say who answers for a target, until when, and whether a year's shortfall is owed in the next one.

    Raises UnableToSetTarget or PermissionDenied.
    """
    require(by, Act.BREAK_DOWN_QUOTA, on=localdate(at), association=target.supporter)
    if (
        owner is not None
        and owner.pk != target.owner_id
        and owner not in possible_owners(target, on=localdate(at))
    ):
        raise UnableToSetTarget(
            _(
                "%(name)s is no officer of %(association)s now. Choose somebody of the list. Nothing was changed."
            )
            % {"name": owner, "association": target.supporter.name}
        )
    wanted = {"owner": owner, "deadline_date": deadline_date, "carry_over": carry_over}
    if all(getattr(target, name) == value for name, value in wanted.items()):
        return target
    update(target, seen, **wanted)
    _record(
        "set terms",
        target,
        by=by,
        at=at,
        owner=owner.pk if owner else None,
        deadline=deadline_date.isoformat() if deadline_date else "",
        carry_over=str(carry_over),
    )
    return target


def possible_owners(target: Target, *, on: date) -> list[Account]:
    """Return the officers of a supporter, who may answer for its targets. Two queries."""
    accounts = officers_who(Act.HOLD_SESSION, [target.supporter], on=on)
    return list(Account.objects.filter(pk__in=accounts).order_by("display_name", "pk"))


# --- checks -------------------------------------------------------------------------------------------------


def refuse_odd(said: Said) -> None:
    """Raise UnableToSetTarget for a number that says nothing, or nothing clear."""
    if not 1 <= said.quantity <= MOST:
        raise UnableToSetTarget(_("Give a number from 1 to %(most)d. Nothing was changed.") % {"most": MOST})
    if said.strength not in Target.Strength.values:
        raise UnableToSetTarget(_("Choose how firm the number is. Nothing was changed."))
    if not said.quote.strip():
        raise UnableToSetTarget(
            _("Copy the words of the document that state the number. Nothing was changed.")
        )
    if said.each_year and said.year is not None:
        raise UnableToSetTarget(
            _("A number is for one year or for every year. Choose one. Nothing was changed.")
        )
    if said.year is not None and said.year not in YEARS:
        raise UnableToSetTarget(_("Write the year like 2026. Nothing was changed."))
    if not said.modes <= {mode.code for mode in courses.delivery_modes()}:
        raise UnableToSetTarget(_("Choose delivery modes of the list. Nothing was changed."))
    if said.beneficiary == said.supporter:
        raise UnableToSetTarget(
            _("An association owes nothing to itself. Choose another region. Nothing was changed.")
        )


def refuse_overfull(lines: Sequence[Line], *, plan: Plan) -> None:
    """Raise UnableToSetTarget where parts come to more than their whole."""
    faults = rules.overfull(lines)
    if faults:
        raise UnableToSetTarget(
            wording.sentences([wording.overfull(fault, plan=str(plan)) for fault in faults])
        )


def _refuse_overtaken(target: Target, seen: int) -> None:
    now = Target.objects.filter(pk=target.pk).values_list("revision", flat=True).first()
    if now != seen:
        raise UnableToSetTarget(overtaken())


def update(target: Target, seen: int, **values: Any) -> None:
    """Change a target that still stands as it was seen: of two officers at once the second is told."""
    changed = Target.objects.filter(pk=target.pk, revision=seen).update(revision=F("revision") + 1, **values)
    if not changed:
        raise UnableToSetTarget(overtaken())
    target.refresh_from_db()


def overtaken() -> str:
    """Say that somebody else was first."""
    return _(
        "Somebody changed this target in the meantime. Open the page again and look at it. Nothing was changed."
    )


def line_of_said(key: str, said: Said) -> Line:
    """Return what is said as the rules see it."""
    return Line(
        key=key,
        supporter=said.supporter.code,
        quantity=said.quantity,
        strength=said.strength,
        beneficiary=said.beneficiary.code if said.beneficiary else None,
        year=said.year,
        each_year=said.each_year,
        modes=said.modes,
    )


def key_of(plan: Plan, said: Said) -> str:
    """Return a target's key: made of its dimensions as the facts make theirs, so that a number stands once."""
    buckets = {frozenset(modes): name for name, modes in facts_file.MODES_OF_A_BUCKET.items()}
    modes = buckets.get(said.modes) or "+".join(sorted(said.modes)) or "*"
    year = "each" if said.each_year else str(said.year or "*")
    return "/".join(
        [plan.code, said.supporter.code, said.beneficiary.code if said.beneficiary else "*", year, modes]
    )


@dataclass(frozen=True)
class Keyed:
    """What the key of a target says: codes of associations and delivery modes; empty means any."""

    supporter: str
    beneficiary: str
    year: int | None
    each_year: bool
    modes: tuple[str, ...]


def said_by(key: str) -> Keyed:
    """Return the dimensions that a key is made of (see `key_of`): all that is left of them where a target was taken out."""
    _plan, supporter, beneficiary, year, modes = ("" if part == "*" else part for part in key.split("/"))
    return Keyed(
        supporter=supporter,
        beneficiary=beneficiary,
        year=int(year) if year and year != "each" else None,
        each_year=year == "each",
        modes=facts_file.MODES_OF_A_BUCKET.get(modes, tuple(filter(None, modes.split("+")))),
    )


def _record(verb: str, target: Target, *, by: Account, at: datetime, **details: str | int | None) -> None:
    audit.record(verb, object_type="target", object_key=target.key, by=by, at=at, **details)
