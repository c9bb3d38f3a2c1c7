"""What the view of a button or of a form does: one thing, and a word that it was done or why not. Where to go next is the
view's.
"""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest

Refusals = type[Exception] | tuple[type[Exception], ...]


def carry_out(
    request: HttpRequest,
    done: str,
    what: Callable[[], object],
    *,
    refusals: Refusals,
) -> None:
    """Do something and say that it was done, or in the words of the refusal, why not."""
    try:
        what()
    except refusals as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


def tried(form: Form, act: Callable[[], object], *, refusals: Refusals) -> bool:
    """Do what a valid form asks for; a refusal becomes its error. Tells whether it was done."""
    if not form.is_valid():
        return False
    try:
        act()
    except refusals as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
