"""Keying a sheet: every keying is kept as a version of its own, and two people who key the same sheet lose nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.sheets import access, matching, queries, rules, wording
from courses.sheets.models import Sheet, SheetDecision, SheetRow, SheetVersion
from courses.sheets.rules import Clash, Keyed, RowFault
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act

State = Sheet.State
KEYABLE = (State.OPEN, State.RETURNED)
MOST_CODES = 40


class UnableToKey(Exception):
    """The sheet cannot be keyed like this. The text says why and what to do; nothing was changed."""


class SheetClosed(UnableToKey):
    """The sheet was reported, confirmed or cancelled meanwhile: it takes no keying."""


class FaultyRows(UnableToKey):
    """Rows say what cannot be. `faults` says which and what, the text says the first of them."""

    def __init__(self, faults: Sequence[RowFault], *, length_minutes: int) -> None:
        self.faults = tuple(faults)
        self.sentences = tuple(wording.sentence(each, length_minutes=length_minutes) for each in faults)
        super().__init__(self.sentences[0])


class DraftChanged(UnableToKey):
    """This draft was received before, with other content: `version` is what was kept of it."""

    def __init__(self, version: SheetVersion) -> None:
        self.version = version
        super().__init__(
            _("This draft was received already, and you changed it since. Send it once more as a new one.")
        )


@dataclass(frozen=True)
class Saved:
    """What was kept: the version that holds now, and where it contradicts what a colleague keyed. `mine` is the version
    as it was sent, `other` the one that it contradicts.
    """

    version: SheetVersion
    mine: SheetVersion
    other: SheetVersion | None = None
    clashes: tuple[Clash, ...] = ()
    codes_clash: bool = False

    @property
    def is_clean(self) -> bool:
        return self.other is None


def save_version(
    *,
    sheet: Sheet,
    keyed: Keyed,
    base: int | None,
    origin: str,
    draft_id: UUID,
    merges: int | None = None,
    keyed_at: datetime | None = None,
    by: Account,
    at: datetime,
) -> Saved:
    """Keep what somebody keyed of a sheet, who had the version `base` before the eyes (None: a blank sheet).

    The same draft again changes nothing. Where a colleague saved in between, rows that only one of the two changed are
    taken together; what they contradict each other in is kept beside each other until somebody chooses (`merges`).

    Raises PermissionDenied, SheetClosed, FaultyRows, DraftChanged, or UnableToKey.
    """
    if not access.may_key(by, sheet, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    if len(keyed.rows) > rules.MOST_ROWS or len(keyed.codes) > MOST_CODES:
        raise UnableToKey(
            _("A sheet holds at most %(count)d people. Open a second one.") % {"count": rules.MOST_ROWS}
        )
    keyed = matching.matched(keyed, sheet, by=by, at=at, on=localdate(at))
    began = SheetVersion.objects.filter(sheet=sheet, number=base).first() if base is not None else None
    if began is not None and any(row.in_at or row.out_at for row in keyed.rows):
        keyed = rules.with_known_times(keyed, queries.keyed_of(began))
    minutes = queries.length_minutes(sheet)
    wrong = rules.faults(keyed.rows, length_minutes=minutes)
    keyed = rules.tidied(keyed)
    draft = _Draft(keyed, base, merges, origin, draft_id, keyed_at)
    try:
        with transaction.atomic():
            sheet = locked(sheet)
            known = SheetVersion.objects.filter(draft_id=draft_id).first()
            if known is not None:
                return _known_before(known, draft, sheet, by)
            refuse_closed(sheet)
            if wrong:
                raise FaultyRows(wrong, length_minutes=minutes)
            return _saved(sheet, draft, by=by, at=at)
    except IntegrityError:
        # The same draft came twice in one moment: the other one was faster.
        known = SheetVersion.objects.filter(draft_id=draft_id, sheet=sheet, by=by).first()
        if known is None:
            raise
        return _received_before(known, keyed)


@dataclass(frozen=True)
class _Draft:
    """What was sent."""

    keyed: Keyed
    base: int | None
    merges: int | None
    origin: str
    draft_id: UUID
    keyed_at: datetime | None


def _known_before(known: SheetVersion, draft: _Draft, sheet: Sheet, by: Account) -> Saved:
    if known.sheet_id != sheet.pk or known.by_id != by.pk:
        raise UnableToKey(_("This draft belongs to another sheet. Open the sheet again and key it there."))
    return _received_before(known, draft.keyed)


def _saved(sheet: Sheet, draft: _Draft, *, by: Account, at: datetime) -> Saved:
    keyed, draft_id, keyed_at = draft.keyed, draft.draft_id, draft.keyed_at
    numbered = {each.number: each for each in SheetVersion.objects.filter(sheet=sheet)}
    began = _one_of(numbered, draft.base)
    heads = queries.heads(sheet)
    write = _Writer(sheet, draft.origin, by, at, last=max(numbered, default=0))
    if draft.merges is not None:
        taken = _one_of(numbered, draft.merges)
        mine = write(keyed, base=began, merges=taken, draft_id=draft_id, keyed_at=keyed_at)
        return _beside(mine, keyed, queries.heads(sheet))
    others = [each for each in heads if began is None or each.pk != began.pk]
    if not others:
        mine = write(keyed, base=began, draft_id=draft_id, keyed_at=keyed_at)
        return Saved(mine, mine)
    other = others[-1]
    theirs = queries.keyed_of(other)
    if rules.alike(keyed, theirs) and len(heads) == 1:
        # Two people keyed the same: that is one sheet, and twice as good.
        mine = write(keyed, base=other, draft_id=draft_id, keyed_at=keyed_at)
        return Saved(mine, mine)
    mine = write(keyed, base=began, draft_id=draft_id, keyed_at=keyed_at)
    together = rules.merge(queries.keyed_of(began) if began else None, keyed, theirs)
    if together.is_clean and len(others) == 1:
        both = write(together.keyed, base=mine, merges=other, draft_id=uuid4(), keyed_at=None)
        return Saved(both, mine)
    return Saved(mine, mine, other, together.clashes, together.codes_clash)


def _received_before(known: SheetVersion, keyed: Keyed) -> Saved:
    stands = queries.keyed_of(known)
    if not rules.alike(stands, keyed):
        raise DraftChanged(known)
    return _beside(known, stands, queries.heads(known.sheet))


def _beside(mine: SheetVersion, keyed: Keyed, heads: Sequence[SheetVersion]) -> Saved:
    """Say how a version stands now: alone, followed, or beside another one."""
    others = [each for each in heads if each.pk != mine.pk]
    if not others or all(each.pk != mine.pk for each in heads):
        return Saved(heads[-1] if heads else mine, mine)
    other = others[-1]
    together = rules.merge(_common(mine, other), keyed, queries.keyed_of(other))
    return Saved(mine, mine, other, together.clashes, together.codes_clash)


def clashes_between(mine: SheetVersion, other: SheetVersion) -> rules.Merged:
    """Return how two versions of one sheet contradict each other. At most four queries."""
    return rules.merge(_common(mine, other), queries.keyed_of(mine), queries.keyed_of(other))


def _common(mine: SheetVersion, other: SheetVersion) -> Keyed | None:
    """What both began from: the nearest version before them; None for a blank sheet."""
    rows = {each.pk: each for each in SheetVersion.objects.filter(sheet=mine.sheet_id)}

    def before(version: SheetVersion) -> set[int]:
        found: set[int] = set()
        ahead = [version.base_id, version.merges_id]
        while ahead:
            number = ahead.pop()
            if number is not None and number not in found:
                found.add(number)
                ahead += [rows[number].base_id, rows[number].merges_id]
        return found

    shared = before(mine) & before(other)
    if not shared:
        return None
    return queries.keyed_of(max((rows[number] for number in shared), key=lambda each: each.number))


def _one_of(numbered: dict[int, SheetVersion], number: int | None) -> SheetVersion | None:
    if number is None:
        return None
    found = numbered.get(number)
    if found is None:
        raise UnableToKey(_("This version belongs to another sheet. Open the sheet again and key it there."))
    return found


@dataclass
class _Writer:
    """Writes versions of one locked sheet, one after the other."""

    sheet: Sheet
    origin: str
    by: Account
    at: datetime
    last: int

    def __call__(
        self,
        keyed: Keyed,
        *,
        base: SheetVersion | None,
        merges: SheetVersion | None = None,
        draft_id: UUID,
        keyed_at: datetime | None,
    ) -> SheetVersion:
        self.last += 1
        version = SheetVersion.objects.create(
            sheet=self.sheet,
            number=self.last,
            base=base,
            merges=merges,
            origin=self.origin,
            draft_id=draft_id,
            codes=list(keyed.codes),
            supervisor=keyed.supervisor,
            begins_at=keyed.begins_at,
            ends_at=keyed.ends_at,
            keyed_at=keyed_at,
            by=self.by,
            at=self.at,
        )
        SheetRow.objects.bulk_create(
            SheetRow(
                version=version,
                position=position,
                lawyer_id=row.lawyer_id,
                name=row.name,
                licence_number=row.licence_number,
                firm=row.firm,
                mark=row.mark,
                minutes=row.minutes,
                in_at=row.in_at,
                out_at=row.out_at,
                clock=row.clock,
            )
            for position, row in enumerate(keyed.rows, start=1)
        )
        audit.record(
            "sheet keyed",
            object_type="sheet",
            object_key=self.sheet.number,
            by=self.by,
            at=self.at,
            version=self.last,
            origin=self.origin,
        )
        return version


# --- What every write of a sheet needs --------------------------------------------------------------------------


def locked(sheet: Sheet) -> Sheet:
    """Keep everybody else from a sheet until the transaction ends, and return it as it is now."""
    return (
        Sheet.objects.select_for_update(of=("self",))
        .select_related(
            "session__lecture_version__lecture",
            "session__mode",
            "session__supporter__parent__parent",
            "session__beneficiary__parent__parent",
            "association__parent__parent",
            "association__jurisdiction",
            "region__parent__parent",
            "disc",
        )
        .get(pk=sheet.pk)
    )


def refuse_closed(sheet: Sheet) -> None:
    """Raise SheetClosed for a sheet that takes no keying now."""
    if sheet.state in KEYABLE:
        return
    sentences = {
        State.REPORTED: _("This sheet was reported. Withdraw it first, then change it."),
        State.CONFIRMED: _("This sheet was confirmed. What is wrong with it is corrected in the hours."),
        State.CANCELLED: _("This sheet was cancelled. Schedule a new one."),
    }
    raise SheetClosed(sentences[State(sheet.state)])


# What folds the decisions into the state of a sheet.
STATE_AFTER = {
    SheetDecision.Kind.REPORTED: State.REPORTED,
    SheetDecision.Kind.WITHDRAWN: State.OPEN,
    SheetDecision.Kind.RETURNED: State.RETURNED,
    SheetDecision.Kind.CONFIRMED: State.CONFIRMED,
    SheetDecision.Kind.CANCELLED: State.CANCELLED,
}
