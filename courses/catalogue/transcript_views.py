"""The transcript of a lecture, to read and to print: for whom may play it."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from courses.catalogue import queries
from courses.catalogue.models import LecturePage
from courses.catalogue.transcript import Piece, pieces
from courses.catalogue.transcript import transcript as transcript_of
from media_pipeline import api as media
from qianchang.people.queries import lawyer_of


def transcript(request: HttpRequest, page: LecturePage) -> HttpResponse:
    """One piece of a long transcript, the whole of a short one, or of any with `?whole=1`."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    version = queries.version_for(page, lawyer_of(request.user))
    if version is None or not media.may_play(viewer_id=request.user.pk, recording_id=version.recording_id):
        # The lecture's page says what is missing, and has the button for it.
        return redirect(page.get_url(request))
    parts = pieces(version.length_ms)
    piece = None if request.GET.get("whole") else _piece(parts, request.GET.get("piece"))
    found = transcript_of(
        version.recording_id,
        duration_ms=version.length_ms,
        language=(get_language() or "")[:2],
        span=(piece.from_ms, piece.until_ms) if piece else None,
    )
    return render(
        request,
        "courses/catalogue/transcript.html",
        {
            "page": page,
            "url": page.get_url(request),
            "length_ms": version.length_ms,
            "lecturers": list(page.lecturers.all()),
            "pieces": parts,
            "piece": piece,
            "transcript": found,
        },
    )


def _piece(parts: list[Piece], asked: str | None) -> Piece | None:
    """The piece asked for by its number, the first for anything else; None where there are no pieces."""
    if not parts:
        return None
    return next((piece for piece in parts if str(piece.number) == asked), parts[0])
