"""Writes of reports: what an officer notes for a return, sending it, issuing a bulletin."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from programmes.plans import moments
from programmes.plans.models import Plan
from programmes.quotas.wording import month_label
from programmes.reports import bulletins, returns, rules
from programmes.reports.models import BulletinIssue, MonthlyReturn, ReturnDraft, Side
from programmes.reports.rendering import FilesOf, without_holding_up
from programmes.reports.return_figures import ReturnWords
from programmes.reports.standings import Bulletin
from qianchang.groundwork import audit
from qianchang.people import notices
from qianchang.people.models import Account, Association
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act, require


class UnableToSave(Exception):
    """The text of a return cannot be saved now; the message says why. Nothing was changed."""


class UnableToSend(Exception):
    """The return cannot be sent now; the message says why. Nothing was changed."""


class UnableToIssue(Exception):
    """The bulletin cannot be issued now; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class Sent:
    """A version of a return, and whether an equal one had been sent before (`again`): then nothing was written."""

    version: MonthlyReturn
    again: bool = False


@dataclass(frozen=True)
class Issued:
    """A version of a bulletin, and whether an equal one had been issued before (`again`): then nothing was written."""

    version: BulletinIssue
    again: bool = False


@transaction.atomic
def save_draft(
    *,
    plan: Plan,
    association: Association,
    side: Side,
    month: str,
    remarks: str,
    addressees: str,
    signatories: str,
    number: int,
    by: Account,
    at: datetime,
) -> ReturnDraft:
    """Keep what an officer wrote for a return. `number` is that of the draft that stood on the page (0 for none): when a
    colleague saved another text meanwhile, nothing is written over it. The same text again changes nothing.

    Raises UnableToSave, ValueError for a month not like 2026-10, or PermissionDenied.
    """
    require(by, Act.MAKE_RETURN, on=localdate(at), association=association)
    rules.month_bounds(month)
    text = {
        "remarks": _clean(remarks),
        "addressees": _clean(addressees),
        "signatories": _clean(signatories),
    }
    if not text["addressees"]:
        raise UnableToSave(_("Say to whom the return goes, one addressee a line. Nothing was changed."))
    of_month = {"plan": plan, "association": association, "side": side, "month": month}
    draft, made = ReturnDraft.objects.select_for_update().get_or_create(
        **of_month, defaults={**text, "number": 1, "saved_by": by, "saved_at": at}
    )
    if not made:
        if all(getattr(draft, name) == words for name, words in text.items()):
            return draft
        if draft.number != number:
            raise UnableToSave(
                _(
                    "%(name)s saved another text at %(time)s. Read it first, then save yours. Nothing was changed."
                )
                % {"name": draft.saved_by, "time": f"{localtime(draft.saved_at):%H:%M}"}
            )
        for name, words in text.items():
            setattr(draft, name, words)
        draft.number, draft.saved_by, draft.saved_at = draft.number + 1, by, at
        draft.save()
    audit.record(
        "saved return",
        object_type="monthly return",
        object_key=_key(plan, association, month),
        by=by,
        at=at,
        side=side.value,
    )
    return draft


def send_return(
    *,
    plan: Plan,
    association: Association,
    side: Side,
    month: str,
    number: int,
    by: Account,
    at: datetime,
) -> Sent:
    """Lock a return as its next version (报送): figures, text and files stay as they are for ever. An equal one that was
    sent before is returned instead. Nobody waits for the plan while the files are made.

    Raises UnableToSend, ValueError for a month not like 2026-10, or PermissionDenied.
    """
    require(by, Act.MAKE_RETURN, on=localdate(at), association=association)
    return without_holding_up(
        lambda files_of: _send(plan, association, side, month, files_of, number=number, by=by, at=at)
    )


def _send(
    plan: Plan,
    association: Association,
    side: Side,
    month: str,
    files_of: FilesOf,
    *,
    number: int,
    by: Account,
    at: datetime,
) -> Sent:
    # Before it reads: whatever waits for its turn at the plan is written after it.
    at = moments.in_turn(plan.pk, at=at)
    as_of = _stands_for(plan, association, side, month, at=at)
    of_month = {"plan": plan, "association": association, "side": side, "month": month}
    draft = ReturnDraft.objects.select_for_update().filter(**of_month).select_related("saved_by").first()
    if draft is None:
        raise UnableToSend(_("Save the text of the return first. Nothing was sent."))
    if draft.number != number:
        raise UnableToSend(
            _("%(name)s saved another text at %(time)s. Read it first. Nothing was sent.")
            % {"name": draft.saved_by, "time": f"{localtime(draft.saved_at):%H:%M}"}
        )
    last = MonthlyReturn.objects.filter(**of_month).order_by("-version").first()
    if last is not None and side is Side.BENEFICIARY and _says_the_same(last, draft):
        # A beneficiary posts no month, so an equal text is a new return only when the ledger has moved.
        made = returns.figures(plan, association=association, side=side, month=month, as_of=at)
        as_of = last.as_of if made.rows == last.rows_digest else at
    made = returns.figures(plan, association=association, side=side, month=month, as_of=as_of)
    if last is not None and last.rows_digest == made.rows and _says_the_same(last, draft):
        return Sent(last, again=True)
    version = MonthlyReturn(
        **of_month,
        version=last.version + 1 if last else 1,
        as_of=as_of,
        remarks=draft.remarks,
        addressees=draft.addressees,
        signatories=draft.signatories,
        rows_digest=made.rows,
        made_by=draft.saved_by,
        sent_by=by,
        sent_at=at,
    )
    version.files = files_of(returns.as_paper(made, returns.words_of(version)))
    _insert(
        version.save,
        UnableToSend(_("A colleague sent this return a moment ago. Look at it first. Nothing was sent.")),
    )
    audit.record(
        "sent return",
        object_type="monthly return",
        object_key=_key(plan, association, month),
        by=by,
        at=at,
        side=side.value,
        version=version.version,
    )
    return Sent(version)


def issue_bulletin(*, plan: Plan, month: str, by: Account, at: datetime) -> Issued:
    """Issue the bulletin of a month (days 1 to 10 of the next), or another version of it later, with what the ledger
    holds now. One that would say the same as the last is not issued again. Associations are told of it. Nobody waits for
    the plan while the files are made.

    Raises UnableToIssue, ValueError for a month not like 2026-10, or PermissionDenied.
    """
    require(by, Act.MAKE_BULLETIN, on=localdate(at))
    if not rules.is_over(month, on=localdate(at)):
        raise UnableToIssue(
            _("%(month)s is not over. Its bulletin is issued on days 1 to 10 of the next month.")
            % {"month": month_label(month)}
        )
    return without_holding_up(lambda files_of: _issue(plan, month, files_of, by=by, at=at))


def _issue(plan: Plan, month: str, files_of: FilesOf, *, by: Account, at: datetime) -> Issued:
    # One writer: whoever comes second finds what the first has issued.
    at = moments.in_turn(plan.pk, at=at)
    last = BulletinIssue.objects.filter(plan=plan, month=month).order_by("-version").first()
    made = bulletins.figures(plan, month=month, as_of=at, version=last.version + 1 if last else 1)
    if last is not None and last.rows_digest == bulletins.content_digest(made):
        return Issued(last, again=True)
    issue = BulletinIssue(
        plan=plan,
        month=month,
        version=made.version,
        as_of=at,
        rows_digest=bulletins.content_digest(made),
        files=files_of(bulletins.as_paper(made)),
        issued_by=by,
        issued_at=at,
    )
    _insert(
        issue.save,
        UnableToIssue(_("A colleague issued this bulletin a moment ago. Nothing was issued.")),
    )
    audit.record(
        "issued bulletin", object_type="bulletin", object_key=str(issue), by=by, at=at, version=issue.version
    )
    _tell(issue, made, at=at)
    return Issued(issue)


def words_of_draft(draft: ReturnDraft, *, version: int, provisional: bool) -> ReturnWords:
    """Return what stands in a draft, as the paper of its coming version shows it."""
    return ReturnWords(
        provisional=provisional,
        version=version,
        remarks=draft.remarks,
        addressees=returns.lines_of(draft.addressees),
        signatories=returns.lines_of(draft.signatories),
    )


def _stands_for(plan: Plan, association: Association, side: Side, month: str, *, at: datetime) -> datetime:
    rules.month_bounds(month)
    as_of = returns.stands_for(plan, association, side, month)
    if as_of is not None:
        return as_of
    if side is Side.SUPPORTER:
        raise UnableToSend(
            _("%(month)s is not posted yet, so its figures may still change. Post the month first.")
            % {"month": month_label(month)}
        )
    if not rules.is_over(month, on=localdate(at)):
        raise UnableToSend(
            _("%(month)s is not over yet. Send its return from the first of the next month on.")
            % {"month": month_label(month)}
        )
    return at


def _says_the_same(last: MonthlyReturn, draft: ReturnDraft) -> bool:
    return (last.remarks, last.addressees, last.signatories) == (
        draft.remarks,
        draft.addressees,
        draft.signatories,
    )


def _insert(save: Callable[[], None], refusal: Exception) -> None:
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        raise refusal from error


def _tell(issue: BulletinIssue, made: Bulletin, *, at: datetime) -> None:
    supporting = list(Association.objects.filter(code__in=[line.code for line in made.lines]))
    told = officers_who(Act.HOLD_SESSION, supporting, on=localdate(at))
    notices.post_many(
        event="bulletin_published",
        key=f"{issue.plan.code}:{issue.month}:{issue.version}",
        told={number: {"month": issue.month} for number in sorted(told)},
        at=at,
        link=f"{reverse('reports:bulletin', args=[issue.month])}?programme={issue.plan.programme.code}",
    )


def _key(plan: Plan, association: Association, month: str) -> str:
    return f"{plan.code} {association.code} {month}"


def _clean(text: str) -> str:
    # PostgreSQL takes no null character in a text.
    return text.replace("\x00", "").replace("\r\n", "\n").strip()
