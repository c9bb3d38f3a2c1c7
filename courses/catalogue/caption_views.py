"""The pages where captions are sent, corrected line by line, downloaded and removed: HTTP in, one call, HTTP out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.catalogue import correcting
from courses.catalogue.correction_forms import CaptionFileForm, CuesForm
from courses.catalogue.models import LecturePage
from courses.catalogue.slide_views import desk, lecture_to_correct, with_the_association
from media_pipeline import api as media
from qianchang.people.models import Account

# A lecture of two hours has some 1500 captions; these many fit into budget B1.
PER_PAGE = 40


@login_required
def captions(request: HttpRequest, pk: int) -> HttpResponse:
    """The captions of one lecture in one language."""
    account, lecture, editable = lecture_to_correct(request, pk)
    language = _language(request.GET.get("language"))
    tracks = {track.language: track for track in media.captions_of(lecture.recording_id or 0)}
    track = tracks.get(language)
    cues = track.cues if track else []
    revision = track.revision if track else 0
    numbered = list(enumerate(cues, start=1))
    page = Paginator(numbered, PER_PAGE).get_page(_page_asked(request, cues))
    action = request.POST.get("action") if request.method == "POST" else None
    if action and not editable:
        messages.error(request, with_the_association())
        return redirect(request.get_full_path())
    lost: list[str] = []
    lines = CuesForm(request.POST if action == "edit" else None, numbered=list(page), revision=revision)
    file = CaptionFileForm(
        request.POST if action == "put" else None,
        request.FILES if action == "put" else None,
        initial={"revision": revision},
    )
    if action == "edit" and request.POST.get("revision") != str(revision):
        lines, lost = CuesForm.carried_over(request.POST.dict(), numbered=list(page), revision=revision)
        lines.full_clean()
        lines.add_error(None, _changed())
    elif action == "edit" and lines.is_valid():
        if _edit(request, lecture, language, lines, account):
            return redirect(request.get_full_path())
    elif action == "put" and file.is_valid():
        if _put(request, lecture, language, file, account):
            return redirect(_address(lecture, language))
    elif action == "remove" and _remove(request, lecture, language, account):
        return redirect(_address(lecture, language))
    refused = lines.is_bound or file.is_bound
    return render(
        request,
        "courses/catalogue/teach_captions.html",
        {
            **desk(lecture, account, editable=editable),
            "track": track,
            "language": language,
            "languages": [
                (code, label, code in tracks, _address(lecture, code))
                for code, label in media.CAPTION_LANGUAGES
            ],
            "count": len(cues),
            "page": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "lines": lines,
            "lost": lost,
            "file": file,
        },
        status=400 if refused else 200,
    )


@login_required
def captions_file(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The captions as a WebVTT file, to be worked on elsewhere."""
    _account, lecture, _editable = lecture_to_correct(request, pk)
    tracks = {track.language: track for track in media.captions_of(lecture.recording_id or 0)}
    if language not in tracks:
        raise Http404
    response = HttpResponse(tracks[language].vtt, content_type="text/vtt; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="lecture-{lecture.pk}-{language}.vtt"'
    return response


def _edit(
    request: HttpRequest, lecture: LecturePage, language: str, form: CuesForm, account: Account
) -> bool:
    edits = form.edits()
    try:
        if edits:
            correcting.edit_captions(
                lecture=lecture,
                language=language,
                edits=edits,
                revision=form.cleaned_data["revision"],
                by=account,
                at=timezone.now(),
            )
    except media.CaptionsChanged:
        # Somebody was quicker by a moment: the next attempt meets the newest revision.
        form.add_error(None, _changed())
    except media.CaptionsRefused as refusal:
        form.add_error(None, str(refusal))
    else:
        said = ngettext("%(count)d caption is saved.", "%(count)d captions are saved.", len(edits))
        messages.success(request, said % {"count": len(edits)} if edits else _("Nothing was changed."))
        return True
    return False


def _put(
    request: HttpRequest, lecture: LecturePage, language: str, form: CaptionFileForm, account: Account
) -> bool:
    try:
        correcting.put_captions(
            lecture=lecture,
            language=language,
            content=form.cleaned_data["file"].read(),
            revision=form.cleaned_data["revision"],
            by=account,
            at=timezone.now(),
        )
    except media.CaptionsChanged:
        form.add_error(
            None,
            _(
                "Somebody changed these captions in the meantime. Look at them below; to replace them, send the file again."
            ),
        )
        form.renew("revision", _newest(lecture, language))
    except media.CaptionsRefused as refusal:
        form.add_error("file", str(refusal))
    else:
        messages.success(request, _("The captions are there. The player shows them with the C key."))
        return True
    return False


def _remove(request: HttpRequest, lecture: LecturePage, language: str, account: Account) -> bool:
    revision = request.POST.get("revision", "")
    try:
        correcting.remove_captions(
            lecture=lecture,
            language=language,
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else -1,
            by=account,
            at=timezone.now(),
        )
    except media.CaptionsChanged:
        messages.error(
            request, _("Somebody changed these captions in the meantime. Look at the newest ones first.")
        )
    else:
        messages.success(request, _("The captions are removed."))
    return True


def _newest(lecture: LecturePage, language: str) -> int:
    tracks = media.captions_of(lecture.recording_id or 0)
    return next((track.revision for track in tracks if track.language == language), 0)


def _language(asked: str | None) -> str:
    codes = [code for code, _label in media.CAPTION_LANGUAGES]
    return asked if asked in codes else codes[0]


def _page_asked(request: HttpRequest, cues: list[media.Cue]) -> str | int:
    """The page by its number, or the one that a time lies on."""
    moment = media.read_time(request.GET.get("at", ""))
    if moment is None:
        return request.GET.get("page", 1)
    return max(0, sum(cue.from_ms <= moment for cue in cues) - 1) // PER_PAGE + 1


def _address(lecture: LecturePage, language: str) -> str:
    return f"{reverse('catalogue:teach_captions', args=[lecture.pk])}?language={language}"


def _changed() -> str:
    return _(
        "Somebody changed these captions in the meantime. What you typed is still here, "
        "beside it what is stored now: look, then save again."
    )
