"""tus 1.0.0 over plain Django: creation, creation-with-upload, checksum, expiration, termination.

Bodies are read as a stream in blocks, never whole. An answer before the end of a body drains a little of it first, or
the client would see a broken connection instead of our sentence. Beyond the protocol: `Repr-Digest` (RFC 9530) on any
POST or PATCH, or `sha256` in the metadata, states the whole file's digest; `<upload>/header` takes the tables of an MP4
ahead of their turn, so that we can look at a file before it is here; `<upload>/digest` says what has arrived, so that
another file of the same name and size is not spliced onto it.
"""

import contextlib
import logging
import uuid
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _

from media_pipeline.recordings.sentences import sentence, warning
from media_pipeline.uploads import lines, operations, parts, queries, receiving, rules
from media_pipeline.uploads.answers import NAMED, answer_to
from media_pipeline.uploads.models import Upload
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

logger = logging.getLogger(__name__)

TUS_VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
BODY_TYPE = "application/offset+octet-stream"
# A line that brings nothing for this long is cut (seconds): the client resumes, and the lock is free for it.
STALL_SECONDS = 30
# What is drained before an answer, and for how long (seconds); shortly where a thread was just what was missing.
DRAIN_BYTES = 4 * 1024**2
DRAIN_SECONDS = 10


def collection(request: HttpRequest) -> HttpResponse:
    """OPTIONS: what this server can do. GET: the owner's open uploads. POST: a new upload."""
    if request.method == "OPTIONS":
        return _options()
    if not request.user.is_authenticated:
        return _sign_in()
    if request.method == "GET":
        found = queries.open_uploads(request.user, at=timezone.now())
        return JsonResponse({"uploads": [_summary(upload) for upload in found]})
    if request.method == "POST":
        return _answer(request, lambda at: _create(request, _account(request), at))
    return _not_allowed("GET, POST, OPTIONS")


def resource(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """HEAD: the confirmed offset. PATCH: more bytes. DELETE: remove. GET: state as JSON."""
    try:
        return _resource(request, public_id)
    except OperationalError:
        if request.method != "HEAD":
            raise
        # Whatever else a HEAD is answered, tus clients drop the upload and begin a new one; this they ask again.
        logger.exception("upload %s: the database is away", public_id)
        response = _refusal(423, "busy", "")
        response["Retry-After"] = str(lines.AGAIN_AFTER)
        response["Tus-Resumable"] = TUS_VERSION
        return response


def _resource(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    method = request.method
    if method == "POST" and "X-HTTP-Method-Override" in request.headers:
        method = request.headers["X-HTTP-Method-Override"].upper()
    if method == "OPTIONS":
        return _options()
    if not request.user.is_authenticated:
        return _sign_in()
    account = _account(request)
    actions: dict[str, Callable[[datetime], HttpResponse]] = {
        "GET": lambda at: JsonResponse(_summary(queries.upload_of(account, public_id))),
        "HEAD": lambda at: _head(queries.upload_of(account, public_id)),
        "PATCH": lambda at: _patch(request, queries.upload_of(account, public_id), at),
        "DELETE": lambda at: _delete(queries.upload_of(account, public_id), account, at),
    }
    action = actions.get(method or "")
    if action is None:
        return _not_allowed("GET, HEAD, PATCH, DELETE, OPTIONS")
    return _answer(request, action, versioned=method != "GET")


def header(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """POST: the `moov` box of an MP4 or MOV file, which often stands at its very end; `Upload-Box-Offset` says where."""
    if not request.user.is_authenticated:
        return _sign_in()
    if request.method != "POST":
        return _not_allowed("POST")
    account = _account(request)
    return _answer(request, lambda at: _keep_header(request, queries.upload_of(account, public_id), at))


def digest(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """GET: the SHA-256 of pieces of what has arrived (`parts.sampled_sha256`), and how much that is (bytes)."""
    if not request.user.is_authenticated:
        return _sign_in()
    if request.method != "GET":
        return _not_allowed("GET")
    account = _account(request)
    return _answer(request, lambda at: _sampled(queries.upload_of(account, public_id)), versioned=False)


def _sampled(upload: Upload) -> HttpResponse:
    if upload.state != Upload.State.OPEN:
        raise operations.UploadClosed
    sha256 = parts.sampled_sha256_of(upload.public_id, upload.offset)
    return JsonResponse({"offset": upload.offset, "sha256": sha256})


def _create(request: HttpRequest, account: Account, at: datetime) -> HttpResponse:
    if not may(account, Act.UPLOAD_RECORDING, on=timezone.localdate(at), owner=account):
        return _refusal(
            403, "forbidden", _("Only lecturers and officers can send recordings. Ask your association.")
        )
    if "Upload-Defer-Length" in request.headers:
        raise rules.BadHeader("Upload-Defer-Length")
    length = rules.parse_size(request.headers.get("Upload-Length"), "Upload-Length")
    metadata = rules.parse_metadata(request.headers.get("Upload-Metadata", ""))
    digest = _stated(request) or (rules.parse_hex_digest(metadata["sha256"]) if "sha256" in metadata else "")
    body = _body(request) if request.content_type == BODY_TYPE else None
    with lines.line_of(account.pk) if body and body.length else contextlib.nullcontext():
        upload = operations.create_upload(
            length=length, name=rules.shown_name(metadata), sha256=digest, by=account, at=at
        )
        if body and body.length:
            upload = receiving.receive(upload=upload, offset=0, body=body, at=at)
    response = HttpResponse(status=201)
    response["Location"] = reverse("uploads:resource", args=[upload.public_id])
    response["Upload-Offset"] = str(upload.offset)
    return _expiring(response, upload)


def _head(upload: Upload) -> HttpResponse:
    if upload.state not in (Upload.State.OPEN, Upload.State.COMPLETE):
        raise operations.UploadClosed
    response = HttpResponse(status=200)
    response["Upload-Offset"] = str(upload.offset)
    response["Upload-Length"] = str(upload.length)
    response["Cache-Control"] = "no-store"
    return _expiring(response, upload)


def _patch(request: HttpRequest, upload: Upload, at: datetime) -> HttpResponse:
    if request.content_type != BODY_TYPE:
        return _refusal(415, "content_type", _misunderstood())
    offset = rules.parse_size(request.headers.get("Upload-Offset"), "Upload-Offset")
    with lines.line_of(upload.owner_id):
        upload = receiving.receive(upload=upload, offset=offset, body=_body(request), at=at)
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(upload.offset)
    return _expiring(response, upload)


def _delete(upload: Upload, account: Account, at: datetime) -> HttpResponse:
    try:
        with parts.locked(upload.public_id):
            operations.terminate_upload(upload=upload, by=account, at=at)
    except parts.PartMissing:
        operations.terminate_upload(upload=upload, by=account, at=at)
    return HttpResponse(status=204)


def _keep_header(request: HttpRequest, upload: Upload, at: datetime) -> HttpResponse:
    length = rules.parse_size(request.headers.get("Content-Length") or None, "Content-Length")
    offset = rules.parse_size(request.headers.get("Upload-Box-Offset"), "Upload-Box-Offset")
    if length > rules.HEADER_BYTES:
        raise receiving.TooManyBytes(str(upload.public_id))
    with lines.line_of(upload.owner_id):
        box = receiving.read_whole(_body(request))
    if not rules.is_movie_header(box):
        raise rules.BadHeader("moov")
    operations.keep_header(upload=upload, header=parts.Header(offset, box), at=at)
    return HttpResponse(status=204)


def _body(request: HttpRequest) -> receiving.Body:
    checksum = request.headers.get("Upload-Checksum")
    length = rules.parse_size(request.headers.get("Content-Length") or None, "Content-Length")
    return receiving.Body(
        read=lines.never_dripping(request.read, request.META.get("gunicorn.socket")),
        length=length,
        checksum=rules.parse_checksum(checksum) if checksum else None,
        whole_sha256=_stated(request),
    )


def _stated(request: HttpRequest) -> str:
    return rules.parse_digest(request.headers.get("Repr-Digest", ""))


def _answer(
    request: HttpRequest, action: Callable[[datetime], HttpResponse], *, versioned: bool = True
) -> HttpResponse:
    """Run one tus action and turn every named error into its status and sentence."""
    if versioned and request.headers.get("Tus-Resumable") != TUS_VERSION:
        response = _refusal(412, "version", _("This uploader is too old for this site. Reload the page."))
        response["Tus-Version"] = TUS_VERSION
        return response
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(STALL_SECONDS)
    patience = DRAIN_SECONDS
    try:
        response = action(timezone.now())
    except NAMED as error:
        response = _refusal(*answer_to(error))
        if isinstance(error, lines.AccountLinesTaken | lines.AllLinesTaken):
            response["Retry-After"] = str(lines.AGAIN_AFTER)
            patience = 1
    if response.status_code >= 400:
        _drain(request, patience)
    response["Tus-Resumable"] = TUS_VERSION
    return response


def _drain(request: HttpRequest, seconds: int) -> None:
    """Read a little of what is still coming, so that the client is listening when we answer."""
    left = DRAIN_BYTES
    with lines.ended_after(request.META.get("gunicorn.socket"), seconds), contextlib.suppress(OSError):
        while left > 0 and (block := request.read(min(receiving.BLOCK_BYTES, left))):
            left -= len(block)


def _summary(upload: Upload) -> dict[str, object]:
    recording = upload.recording
    return {
        "id": str(upload.public_id),
        "recording": str(recording.public_id),
        "name": recording.original_name,
        "offset": upload.offset,
        "length": upload.length,
        "state": upload.state,
        "sentence": sentence(upload.refusal_code),
        # What the looks at the first blocks have found so far.
        "warnings": [warning(code) for code in recording.warnings if warning(code)],
        "duration_ms": recording.duration_ms,
        "width": recording.width,
        "height": recording.height,
        "expires_at": upload.expires_at.isoformat(),
    }


def _expiring(response: HttpResponse, upload: Upload) -> HttpResponse:
    if upload.state == Upload.State.OPEN:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _options() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Resumable"] = TUS_VERSION
    response["Tus-Version"] = TUS_VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = str(settings.UPLOAD_MAX_BYTES)
    response["Tus-Checksum-Algorithm"] = ",".join(rules.CHECKSUM_ALGORITHMS)
    return response


def _account(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # noqa: S101 (narrows the type; anonymous was answered above)
    return request.user


def _sign_in() -> HttpResponse:
    return _refusal(401, "sign_in", _("Sign in first, then go on."))


def _not_allowed(allowed: str) -> HttpResponse:
    response = _refusal(405, "method", _misunderstood())
    response["Allow"] = allowed
    return response


def _misunderstood() -> str:
    return _("The uploader sent something that cannot be understood. Reload the page.")


def _refusal(status: int, code: str, words: str) -> HttpResponse:
    return JsonResponse({"detail": words, "code": str(code)}, status=status)
