"""The page where a slide index is put right: HTTP in, one call, HTTP out."""

import zlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue import correcting, queries
from courses.catalogue.correction_forms import SlidesForm
from courses.catalogue.models import LecturePage
from media_pipeline import api as media
from qianchang.people.models import Account

# With their pictures these are 0.5 MB at most; and what was read on them fits into a page of budget B1.
PER_PAGE = 24


@login_required
def slides(request: HttpRequest, pk: int) -> HttpResponse:
    """The slide index of one lecture: rename, move, merge."""
    account, lecture, editable = lecture_to_correct(request, pk)
    index = media.slides_of(lecture.recording_id or 0, duration_ms=correcting.lecture_length(lecture))
    page = Paginator(index, PER_PAGE).get_page(request.GET.get("page"))
    stamp = _stamp(index)
    posted = request.POST if request.method == "POST" else None
    form = SlidesForm(posted, slides=list(page), stamp=stamp)
    if posted is not None and not editable:
        messages.error(request, with_the_association())
        return redirect(request.get_full_path())
    if posted is not None and posted.get("stamp") != stamp:
        form.full_clean()
        form.add_error(
            None,
            _(
                "Somebody changed the slide index in the meantime. What you typed is still here: look, then save again."
            ),
        )
        form.renew("stamp", stamp)
    elif posted is not None and form.is_valid() and _save(request, lecture, form, account):
        return redirect(request.get_full_path())
    response = render(
        request,
        "courses/catalogue/teach_slides.html",
        {
            **desk(lecture, account, editable=editable),
            "form": form,
            "page": page,
            "count": len(index),
            "pictures": _pictures(lecture, account),
        },
        status=400 if form.is_bound else 200,
    )
    media.set_viewer_cookie(response, account.pk, timezone.now())
    return response


def lecture_to_correct(request: HttpRequest, pk: int) -> tuple[Account, LecturePage, bool]:
    """The account, the lecture it may see at this desk (404 for any other), and whether it may change it now."""
    account: Any = request.user
    today = timezone.localdate(timezone.now())
    lecture = get_object_or_404(queries.correctable_lectures(account, on=today), pk=pk)
    return account, lecture, correcting.may_correct(lecture, account, on=today)


def desk(lecture: LecturePage, account: Account, *, editable: bool) -> dict[str, Any]:
    """What the pages about slides and captions have in common."""
    own = lecture.submitted_by_id == account.pk
    name = "catalogue:teach_lecture" if own else "catalogue:review_lecture"
    return {
        "lecture": lecture,
        "editable": editable,
        "own": own,
        "back": reverse(name, args=[lecture.pk]),
        "lecture_url": lecture.get_url() if lecture.live else "",
        "length_ms": correcting.lecture_length(lecture),
    }


def with_the_association() -> str:
    """Why nothing can be changed just now."""
    return _("This lecture is with the association now. It can be changed after it is returned or published.")


def _save(request: HttpRequest, lecture: LecturePage, form: SlidesForm, account: Account) -> bool:
    merge = request.POST.get("merge", "")
    try:
        correcting.correct_slides(
            lecture=lecture,
            changes=form.changes(),
            merge=int(merge) if merge.isdecimal() and len(merge) < 9 else None,
            by=account,
            at=timezone.now(),
        )
    except correcting.SlideRefused as refusal:
        field = f"from_{refusal.number}"
        form.add_error(field if field in form.fields else None, str(refusal))
    except media.SlideUnknown:
        form.add_error(None, _("This slide is not there any more. Somebody merged it in the meantime."))
    else:
        messages.success(request, _("The slides are merged.") if merge else _("The slide index is saved."))
        return True
    return False


def _stamp(index: tuple[media.SlideOut, ...]) -> str:
    """What changes with every change of the index: a form that was read before it is told."""
    return f"{zlib.crc32(repr([(slide.number, slide.from_ms, slide.title) for slide in index]).encode()):x}"


def _pictures(lecture: LecturePage, account: Account) -> str:
    """Where the slides' pictures are: an address that number and ending are put to; empty where there are none."""
    if lecture.recording_id is None:
        return ""
    try:
        links = media.playback_links(lecture.recording_id, viewer_id=account.pk, at=timezone.now())
    except media.AccessRefused:
        return ""
    return links.get("slides", "")
