"""The presence form for browsers without script."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.attendance import operations, queries, sentences
from courses.attendance.forms import PresenceForm
from courses.attendance.models import PresenceCheck
from courses.catalogue.models import LecturePage
from courses.catalogue.queries import version_for, visible_lectures
from qianchang.people.models import Account
from qianchang.people.queries import lawyer_of


@require_POST
@login_required
def presence(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a presence code and go back to the lecture."""
    lawyer = lawyer_of(request.user) if isinstance(request.user, Account) else None
    if lawyer is None:
        raise PermissionDenied
    lecture = get_object_or_404(LecturePage, pk=pk)
    version = version_for(lecture, lawyer)
    # Whoever has begun answers even after the release ended; nobody else learns that there is such a lecture.
    if version is None or not (
        visible_lectures(request).filter(pk=pk).exists() or queries.begun_version(lawyer, pk) is not None
    ):
        raise Http404
    form = PresenceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Type the four digits that are shown in the picture."))
        return HttpResponseRedirect(lecture.get_url(request))
    try:
        answer = operations.answer_presence(
            lawyer=lawyer,
            version=version,
            index=form.cleaned_data["index"],
            code=form.cleaned_data["code"],
            channel=PresenceCheck.Channel.PLAYER,
            at=timezone.now(),
        )
    except operations.UnableToAnswer as error:
        raise Http404 from error
    except operations.TooManyGuesses:
        messages.error(request, sentences.too_many_guesses())
    else:
        if answer.correct:
            messages.success(request, _("The code is right."))
        else:
            messages.error(request, sentences.wrong_code_sentence(answer.window))
    return HttpResponseRedirect(lecture.get_url(request))
