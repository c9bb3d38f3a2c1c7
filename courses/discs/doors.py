"""What every page of discs begins and ends with: who asks, whose disc it is, and a refusal as an error of its form."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from courses.discs import answering, asking, board, composing, images, moving
from courses.discs.models import Disc
from courses.discs.scope import DiscScope, scope_of
from qianchang.groundwork import buttons
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

PAGE = 30
REFUSALS = (
    answering.UnableToAnswer,
    asking.UnableToAsk,
    composing.UnableToCompose,
    images.UnableToMake,
    moving.UnableToMove,
)


def account_of(request: HttpRequest) -> Account:
    """Return who asks. Raises PermissionDenied for somebody who did not sign in."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def scope_or_403(request: HttpRequest, act: Act = Act.SEE_DISCS) -> DiscScope:
    """Return whose discs the reader reaches. Raises PermissionDenied for somebody who may not do the act at all."""
    account = account_of(request)
    scope = scope_of(account, on=timezone.localdate())
    if scope.is_empty or not may(account, act, on=timezone.localdate()):
        raise PermissionDenied(act.value)
    return scope


def scope_or_404(request: HttpRequest) -> DiscScope:
    """Return whose discs the reader reaches. Raises Http404 for somebody who reaches none."""
    try:
        return scope_or_403(request)
    except PermissionDenied as stranger:
        raise Http404 from stranger


def disc_or_404(request: HttpRequest, serial: str) -> tuple[DiscScope, Disc]:
    """Return a disc that the reader sees. Raises Http404 for any other, which looks like none."""
    scope = scope_or_404(request)
    disc = board.disc_seen_by(scope, serial)
    if disc is None:
        raise Http404
    return scope, disc


def tried(form: Form, act: Callable[[], object]) -> bool:
    """Do what a valid form asks for; what the discs refuse becomes its error."""
    return buttons.tried(form, act, refusals=REFUSALS)


def numbers_in(said: QueryDict) -> list[int]:
    """Return the numbers of the lectures that an address or a form names, each once and in its order."""
    words = [
        word for word in said.getlist("lecture") if word.isascii() and word.isdecimal() and len(word) < 10
    ]
    return list(dict.fromkeys(int(word) for word in words))


def address_with(said: QueryDict, numbers: list[int]) -> str:
    """Return the end of the address that names these lectures, and keeps what else was said."""
    kept = [(name, said.get(name, "")) for name in ("q", "request") if said.get(name)]
    return "?" + urlencode([*(("lecture", number) for number in numbers), *kept])
