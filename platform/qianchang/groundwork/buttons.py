"""What the view of a button does: one thing, and a message that it was done or why not. Where to go next is the view's."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest


def carry_out(
    request: HttpRequest,
    done: str,
    what: Callable[[], object],
    *,
    refusals: type[Exception] | tuple[type[Exception], ...],
) -> None:
    """Do something and say that it was done, or in the words of the refusal, why not."""
    try:
        what()
    except refusals as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
