"""Appeals (更正申请): a lawyer asks about an entry or a refused stretch within the window of the rule, once; an
officer answers in words. Source: product-design.md, 5.1 "申请更正", and section 3, four eyes.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.attendance.models import WatchedSpan
from courses.credits import queries, rules, wording
from courses.credits.models import Appeal, AppealPhoto, Correction, CreditEntry
from qianchang.groundwork import audit
from qianchang.people import notices
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, associations_where, require

# A list to choose from shows so many of each kind, the latest first.
CHOICES = 20
# So many unread answers are announced one by one.
NOTICES = 3
OPEN = (Appeal.State.SUBMITTED, Appeal.State.TAKEN_UP)


class UnableToAppeal(Exception):
    """The appeal cannot be filed or answered. The message is a sentence for the person."""


class AppealUnknown(Exception):
    """There is no such appeal, or it is not this account's to see: from outside both look the same."""


@dataclass(frozen=True)
class Window:
    """What a lawyer may ask about today: entries and refused stretches, with the days of the rule."""

    appeal_days: int
    entries: tuple[CreditEntry, ...]
    spans: tuple[WatchedSpan, ...]


# --- Reads --------------------------------------------------------------------------------------------------


def appeal_days(lawyer: Lawyer, on: date) -> int:
    """Return how many days the rule of a lawyer's jurisdiction leaves for an appeal. Raises NoCreditRule."""
    return queries.rule_for(lawyer.association.jurisdiction, on).appeal_days


def open_window(lawyer: Lawyer, *, entry: int | None = None, span: int | None = None, at: datetime) -> Window:
    """Return what a lawyer can still ask about and did not ask about yet: what is asked for by number first, then the
    latest. Three queries.
    """
    days = appeal_days(lawyer, localdate(at))
    since = at - timedelta(days=days + 1)
    entries = (
        queries.entries_of(lawyer)
        .filter(appeal=None, recorded_at__gt=since)
        .order_by(_first(entry), "-recorded_at", "-pk")[:CHOICES]
    )
    spans = (
        _spans_of(lawyer)
        .filter(appeal=None, received_at__gt=since)
        .exclude(refusal="")
        .order_by(_first(span), "-received_at", "-pk")[:CHOICES]
    )
    today = localdate(at)
    return Window(
        appeal_days=days,
        entries=tuple(each for each in entries if today <= deadline_of(each.recorded_at, days)),
        spans=tuple(each for each in spans if today <= deadline_of(each.received_at, days)),
    )


def _first(pk: int | None) -> Case:
    return Case(When(pk=pk or 0, then=0), default=1)


def deadline_of(recorded_at: datetime, days: int) -> date:
    """Return the last day for an appeal about what was recorded at a time, in the site's own time zone."""
    return rules.appeal_deadline(localdate(recorded_at), days)


def subject_of(
    lawyer: Lawyer, *, entry: int | None = None, span: int | None = None
) -> tuple[CreditEntry | None, WatchedSpan | None]:
    """Return the lawyer's own entry or refused span by number, exactly one of them. Raises AppealUnknown."""
    found_entry = queries.entries_of(lawyer).filter(pk=entry).first() if entry else None
    found_span = _spans_of(lawyer).exclude(refusal="").filter(pk=span).first() if span else None
    if (found_entry is None) == (found_span is None):
        raise AppealUnknown(entry or span)
    return found_entry, found_span


def appeals_of(lawyer: Lawyer) -> QuerySet[Appeal]:
    """Return a lawyer's appeals, latest first."""
    return _with_subject(Appeal.objects.filter(lawyer=lawyer)).order_by("-filed_at", "-pk")


def appeals_seen_by(account: Account, *, at: datetime) -> QuerySet[Appeal]:
    """Return the appeals that an officer may answer: open ones first, the oldest of them on top."""
    mine = associations_where(account, Act.CORRECT_HOURS, on=localdate(at))
    rows = _with_subject(Appeal.objects.all())
    if mine is not None:
        rows = rows.filter(lawyer__association__in=mine)
    return rows.order_by(F("decided_at").desc(nulls_first=True), "filed_at", "pk")


def appeals_waiting(account: Account, *, on: date) -> int:
    """Return how many open appeals an officer may answer, not counting the own ones."""
    mine = associations_where(account, Act.CORRECT_HOURS, on=on)
    if mine == []:
        return 0
    rows = Appeal.objects.filter(state__in=OPEN).exclude(lawyer__account=account)
    return (rows if mine is None else rows.filter(lawyer__association__in=mine)).count()


def appeal_for(account: Account, pk: int, *, at: datetime) -> Appeal:
    """Return an appeal for its lawyer or for an officer who may answer it. Raises AppealUnknown."""
    own = _with_subject(Appeal.objects.filter(lawyer__account=account, pk=pk)).first()
    found = own or appeals_seen_by(account, at=at).filter(pk=pk).first()
    if found is None:
        raise AppealUnknown(pk)
    return found


def unread_answers(lawyer: Lawyer) -> QuerySet[Appeal]:
    """Return the answered appeals whose answer the lawyer did not open yet, latest first. They are the notice."""
    rows = Appeal.objects.filter(lawyer=lawyer, decided_at__isnull=False, read_at=None)
    return _with_subject(rows).order_by("-decided_at", "-pk")[:NOTICES]


def photo_for(account: Account, pk: int, *, at: datetime) -> AppealPhoto:
    """Return the photo of an appeal for those who may see the appeal. Raises AppealUnknown, also when there is
    none.
    """
    photo = AppealPhoto.objects.filter(appeal=appeal_for(account, pk, at=at)).first()
    if photo is None:
        raise AppealUnknown(pk)
    return photo


def has_photo(appeal: Appeal) -> bool:
    """Tell whether there is a photo, without reading it."""
    return AppealPhoto.objects.filter(appeal=appeal).exists()


def corrections_about(appeal: Appeal) -> QuerySet[Correction]:
    """Return what officers proposed and decided about the subject of an appeal, oldest first."""
    about = Q(entry=appeal.entry_id) if appeal.entry_id else Q(span=appeal.span_id)
    return Correction.objects.filter(about).select_related("proposed_by", "decided_by").order_by("pk")


def is_corrected(appeal: Appeal) -> bool:
    """Tell whether two officers carried out a correction of the appeal's subject after it was filed."""
    done = corrections_about(appeal).filter(state=Correction.State.POSTED, decided_at__gte=appeal.filed_at)
    return done.exists()


def why_not_answer(appeal: Appeal, account: Account) -> str:
    """Return the sentence why an officer cannot answer an appeal; empty when they can."""
    if appeal.lawyer.account_id == account.pk:
        return _("This is your own appeal, so a colleague has to answer it.")
    if appeal.entry is not None and account.pk in (appeal.entry.maker_id, appeal.entry.checker_id):
        return _("You signed the entry that this appeal is about, so a colleague has to answer it.")
    return ""


def _spans_of(lawyer: Lawyer) -> QuerySet[WatchedSpan]:
    return WatchedSpan.objects.filter(lawyer=lawyer).select_related("playback__lecture_version__lecture")


def _with_subject(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    return rows.select_related(
        "entry__lecture",
        "span__playback__lecture_version__lecture",
        "lawyer__association__jurisdiction",
        "lawyer__association__parent__parent",
        "taken_by",
        "decided_by",
    )


# --- Writes -------------------------------------------------------------------------------------------------


@transaction.atomic
def file_appeal(
    *,
    lawyer: Lawyer,
    entry: CreditEntry | None = None,
    span: WatchedSpan | None = None,
    words: str,
    photo: bytes = b"",
    by: Account,
    at: datetime,
) -> Appeal:
    """File an appeal of a lawyer about one's own entry or refused span. The same appeal again changes nothing.
    `photo` is a JPEG of our own making (photos.repainted).

    Raises UnableToAppeal with a sentence, and queries.NoCreditRule.
    """
    subject = entry or span
    if subject is None or subject.lawyer_id != lawyer.pk or lawyer.account_id != by.pk:
        raise UnableToAppeal(_("You can only ask about your own hours."))
    words = words.strip()
    if not words:
        raise UnableToAppeal(_("Say in a sentence what is wrong."))
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
    known = Appeal.objects.filter(entry=entry, span=span).first()
    if known is not None:
        if known.words == words:
            return known
        raise UnableToAppeal(_("You asked about this already. The answer is on the page of that appeal."))
    recorded_at = entry.recorded_at if entry else span.received_at if span else at
    deadline = deadline_of(recorded_at, appeal_days(lawyer, localdate(at)))
    if localdate(at) > deadline:
        raise UnableToAppeal(
            _("The time for an appeal ended on %(date)s. Your association can still correct hours by itself.")
            % {"date": deadline.isoformat()}
        )
    appeal = Appeal.objects.create(
        lawyer=lawyer, entry=entry, span=span, words=words, filed_by=by, filed_at=at
    )
    if photo:
        AppealPhoto.objects.create(appeal=appeal, jpeg=photo, size_bytes=len(photo))
    audit.record("filed appeal", object_type="appeal", object_key=str(appeal.pk), by=by, at=at)
    return appeal


@transaction.atomic
def take_up(*, appeal: Appeal, by: Account, at: datetime) -> Appeal:
    """Say that somebody looks at an appeal now. An appeal that was taken up or answered stays as it is.

    Raises UnableToAppeal with a sentence, or PermissionDenied.
    """
    appeal = _locked(appeal, by=by, at=at)
    if appeal.state == Appeal.State.SUBMITTED:
        appeal.state, appeal.taken_by, appeal.taken_at = Appeal.State.TAKEN_UP, by, at
        appeal.save(update_fields=["state", "taken_by", "taken_at"])
        audit.record("took up appeal", object_type="appeal", object_key=str(appeal.pk), by=by, at=at)
    return appeal


@transaction.atomic
def answer_appeal(*, appeal: Appeal, corrected: bool, words: str, by: Account, at: datetime) -> Appeal:
    """Answer an appeal in words, for good. "Corrected" can be said only after two officers carried a
    correction out. The same answer again changes nothing.

    Raises UnableToAppeal with a sentence, or PermissionDenied.
    """
    appeal = _locked(appeal, by=by, at=at)
    words = words.strip()
    state = Appeal.State.CORRECTED if corrected else Appeal.State.REFUSED
    if appeal.state not in OPEN:
        if (appeal.state, appeal.answer, appeal.decided_by_id) == (state, words, by.pk):
            return appeal
        raise UnableToAppeal(_("This appeal was answered already. Nothing was changed."))
    if not words:
        raise UnableToAppeal(_("Answer in words. The lawyer reads them."))
    if corrected and not is_corrected(appeal):
        raise UnableToAppeal(
            _(
                "Nothing was corrected yet. Propose a correction and let a colleague carry it out, then answer."
            )
        )
    appeal.state, appeal.answer, appeal.decided_by, appeal.decided_at = state, words, by, at
    appeal.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    audit.record(
        "answered appeal", object_type="appeal", object_key=str(appeal.pk), by=by, at=at, state=state.value
    )
    _tell_the_lawyer(appeal, at=at)
    return appeal


def _tell_the_lawyer(appeal: Appeal, *, at: datetime) -> None:
    account = appeal.lawyer.account
    if account is None:
        return
    with notices.in_language_of(account):
        about = wording.subject_words(appeal)
    notices.post(
        event="appeal_corrected" if appeal.state == Appeal.State.CORRECTED else "appeal_refused",
        account=account,
        at=at,
        key=str(appeal.pk),
        link=reverse("credits:my_appeal", args=[appeal.pk]),
        about=about,
        answer=appeal.answer,
        association=appeal.lawyer.association.name_zh,
        association_en=appeal.lawyer.association.name_en,
    )


def note_read(*, appeal: Appeal, by: Account, at: datetime) -> None:
    """Note that its lawyer opened the answer of an appeal: the first time counts. Nobody else's look does."""
    if appeal.decided_at is not None and appeal.read_at is None and appeal.lawyer.account_id == by.pk:
        Appeal.objects.filter(pk=appeal.pk, read_at=None).update(read_at=at)


def _locked(appeal: Appeal, *, by: Account, at: datetime) -> Appeal:
    require(by, Act.CORRECT_HOURS, on=localdate(at), association=appeal.lawyer.association)
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("lawyer", "entry")
    appeal = rows.get(pk=appeal.pk)
    refusal = why_not_answer(appeal, by)
    if refusal:
        raise UnableToAppeal(refusal)
    return appeal
