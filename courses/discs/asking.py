"""Requests for discs (光盘申请): a lawyer, a county contact or an officer asks; whoever makes discs answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.catalogue.models import LecturePage, SpeakerConsent
from courses.catalogue.queries import live_lectures
from courses.discs import composing, making, rules
from courses.discs.making import Recipient
from courses.discs.models import Disc, DiscRequest, RequestedLecture
from courses.discs.scope import scope_of
from courses.enrolment import reach
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association, Lawyer, Region
from qianchang.people.permissions import Act, grants_of, may, require
from qianchang.people.queries import lawyer_of


class UnableToAsk(Exception):
    """The request cannot be made, withdrawn or declined like this; the text says why and what to do."""


@transaction.atomic
def ask_for_disc(
    *, lectures: Sequence[LecturePage], to: Recipient, reason: str, by: Account, at: datetime
) -> DiscRequest:
    """Ask for a disc with these lectures: a lawyer for the own county, a contact for the county, an officer for the
    association or one of its counties. The same lectures to the same place, while they wait, are the same request.

    Raises UnableToAsk; PermissionDenied for a place for which the account does not ask.
    """
    lawyer = _asking_lawyer(to, by, at)
    # One at a time for each account, or two presses of a button could both find that nothing waits.
    Account.objects.select_for_update(no_key=True).get(pk=by.pk)
    chosen = list(dict.fromkeys(lectures))
    recipient, address, reason = (" ".join(each.split()) for each in (to.name, to.address, reason))
    _refuse(chosen, to, recipient, address, reason, at=at)
    numbers = [lecture.pk for lecture in chosen]
    for waiting in _waiting(to, by):
        if sorted(each.lecture_id for each in waiting.lectures.all()) == sorted(numbers):
            return waiting
    request = DiscRequest.objects.create(
        association=to.beneficiary,
        region=to.region,
        lawyer=lawyer,
        recipient=recipient,
        address=address,
        reason=reason,
        asked_by=by,
        asked_at=at,
    )
    for position, number in enumerate(numbers, start=1):
        RequestedLecture.objects.create(request=request, lecture_id=number, position=position)
    _record("asked for a DVD", request, by=by, at=at)
    return request


def _asking_lawyer(to: Recipient, by: Account, at: datetime) -> Lawyer | None:
    """Return the lawyer who asks for the own county; None for a contact or an officer. Raises PermissionDenied."""
    scope = scope_of(by, on=localdate(at))
    if to.beneficiary.pk in scope.receives or (to.region is not None and to.region.pk in scope.counties):
        return None
    lawyer = lawyer_of(by)
    own = lawyer is not None and lawyer.association_id == to.beneficiary.pk
    if not own or lawyer is None or (to.region is not None and to.region.pk != lawyer.firm.region_id):
        raise PermissionDenied(Act.REQUEST_DISC.value)
    require(by, Act.REQUEST_DISC, on=localdate(at), lawyer=lawyer)
    return lawyer


def _refuse(
    chosen: Sequence[LecturePage], to: Recipient, recipient: str, address: str, reason: str, *, at: datetime
) -> None:
    if not chosen:
        raise UnableToAsk(_("Choose at least one lecture."))
    if len(chosen) > rules.MOST_LECTURES_ASKED:
        raise UnableToAsk(
            _("A disc takes %(most)d lectures. Ask for the others with a second request.")
            % {"most": rules.MOST_LECTURES_ASKED}
        )
    if not recipient or not address:
        raise UnableToAsk(_("Say to whom and where the disc is sent."))
    if not reason:
        raise UnableToAsk(_("Write in a few words why a disc is needed."))
    reader = reach.of_association(to.beneficiary)
    if to.region is not None:
        reader |= reach.Reader(regions=frozenset({to.region.pk}))
    numbers = [lecture.pk for lecture in chosen]
    opened = set(reach.open_to(reader, at=at).filter(lecture__in=numbers).values_list("lecture", flat=True))
    if set(numbers) - opened:
        raise UnableToAsk(_("A chosen lecture is not open to your association. Choose from the list."))
    if to.region is not None and not making.within(to.region, to.beneficiary):
        raise UnableToAsk(_("This county does not belong to the association. Choose another one."))


def _waiting(to: Recipient, by: Account) -> Sequence[DiscRequest]:
    rows = unanswered().filter(
        asked_by=by,
        association=to.beneficiary,
        region=to.region,
    )
    return list(rows.prefetch_related("lectures").order_by("pk"))


def unanswered() -> QuerySet[DiscRequest]:
    """Return the requests that wait: neither closed, nor with a disc that is made for them or reached them."""
    made = Disc.objects.filter(request=OuterRef("pk")).exclude(state__in=rules.FRUITLESS)
    return DiscRequest.objects.filter(~Exists(made), withdrawn_at=None, declined_at=None)


@transaction.atomic
def withdraw(*, request: DiscRequest, by: Account, at: datetime) -> DiscRequest:
    """Take a request back for which no disc was begun. Taken back already is the same. Raises UnableToAsk;
    PermissionDenied for somebody else's.
    """
    request = _locked(request)
    if request.asked_by_id != by.pk:
        raise PermissionDenied(Act.REQUEST_DISC.value)
    if request.withdrawn_at is not None:
        return request
    _refuse_answered(request)
    request.withdrawn_at = at
    request.save(update_fields=["withdrawn_at"])
    _record("withdrew request for a DVD", request, by=by, at=at)
    return request


@transaction.atomic
def decline(*, request: DiscRequest, answer: str, by: Account, at: datetime) -> DiscRequest:
    """Answer a request with words instead of a disc. Raises UnableToAsk; PermissionDenied for somebody who makes no discs
    for it.
    """
    request = _locked(request)
    if not may_answer(by, request, at=at):
        raise PermissionDenied(Act.SEND_DISCS.value)
    _refuse_answered(request)
    answer = " ".join(answer.split())
    if not answer:
        raise UnableToAsk(_("Write why no disc is sent, and what helps instead."))
    request.declined_at, request.declined_by, request.answer = at, by, answer
    request.save(update_fields=["declined_at", "declined_by", "answer"])
    _record("declined request for a DVD", request, by=by, at=at)
    return request


def may_answer(account: Account, request: DiscRequest, *, at: datetime) -> bool:
    """Tell whether an account makes discs for a request or declines it."""
    if not may(account, Act.SEND_DISCS, on=localdate(at)):
        return False
    makers = LecturePage.objects.filter(pk__in=request.lectures.values("lecture"))
    scope = scope_of(account, on=localdate(at))
    return scope.may_answer(request, set(makers.values_list("association", flat=True)))


def _locked(request: DiscRequest) -> DiscRequest:
    return (
        DiscRequest.objects.select_for_update(of=("self",))
        .select_related("association", "region")
        .get(pk=request.pk)
    )


def _refuse_answered(request: DiscRequest) -> None:
    if request.declined_at is not None or request.withdrawn_at is not None:
        raise UnableToAsk(_("This request is closed. Reload the page."))
    if request.discs.exclude(state__in=rules.FRUITLESS).exists():
        raise UnableToAsk(_("A disc is being made for this request already. Reload the page."))


def _record(verb: str, request: DiscRequest, *, by: Account, at: datetime) -> None:
    audit.record(
        verb,
        object_type="disc request",
        object_key=str(request.pk),
        by=by,
        at=at,
        association=request.association.code,
    )


@dataclass(frozen=True)
class Asker:
    """For where an account asks for discs: associations, and the one county of a contact or lawyer. `free`: an officer
    asks for any county of the own region. `reader`: for whom lectures have to be open.
    """

    associations: tuple[Association, ...]
    county: Region | None
    free: bool
    reader: reach.Reader


def asker_of(account: Account, *, at: datetime) -> Asker | None:
    """Return for where an account asks for discs: as an officer, else as a contact, else as a lawyer; None for nobody."""
    scope = scope_of(account, on=localdate(at))
    if scope.receives:
        own = (
            Association.objects.filter(pk__in=scope.receives)
            .select_related("parent__parent")
            .order_by("code")
        )
        reader = reach.GUEST
        for association in own:
            reader |= reach.of_association(association)
        return Asker(tuple(own), None, free=True, reader=reader)
    for grant in grants_of(account, on=localdate(at)):
        if grant.region is not None and grant.association is not None and grant.region_id in scope.counties:
            reader = reach.of_association(grant.association) | reach.Reader(
                regions=frozenset({grant.region.pk})
            )
            return Asker((grant.association,), grant.region, free=False, reader=reader)
    lawyer = lawyer_of(account)
    if lawyer is None or not may(account, Act.REQUEST_DISC, on=localdate(at), lawyer=lawyer):
        return None
    return Asker((lawyer.association,), lawyer.firm.region, free=False, reader=reach.of_lawyer(lawyer))


def lectures_for(asker: Asker, *, search: str, at: datetime) -> QuerySet[LecturePage]:
    """Return the lectures that somebody may ask for on a disc: open to the place, and agreed to go on discs; by what was
    typed of title or lecturer, the newest first.
    """
    agreed = SpeakerConsent.objects.filter(withdrawn_at__isnull=True, dvd=True)
    found = live_lectures().filter(
        pk__in=reach.open_to(asker.reader, at=at).values("lecture"), consents__in=agreed
    )
    return composing.searched(found, search).distinct().order_by("-first_published_at", "-pk")
