"""The public pages of the signed heads: whoever wants may keep them, and so become a witness."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from qianchang.groundwork import exports, heads, queries, signing
from qianchang.groundwork.models import SignedHead

DAYS_A_PAGE = 14
# One answer holds a quarter of a year of heads; whoever comes daily is given one.
HEADS_AN_ANSWER = 92
# A head stands for ever, but a wrong address may have a head tomorrow: answers are kept for five minutes.
KEEP_SECONDS = 300


@require_safe
def heads_page(request: HttpRequest) -> HttpResponse:
    """Show where every ledger stood at the newest signed head, the heads before it, and how to check them."""
    page = Paginator(queries.signed_heads(), DAYS_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "latest": queries.latest(), "key": _present_key()}
    return render(request, "groundwork/heads.html", context)


@require_safe
@cache_control(public=True, max_age=KEEP_SECONDS)
def heads_json(request: HttpRequest) -> JsonResponse:
    """Give the signed heads after number `after`, oldest first: what a partner's machine fetches every day."""
    after = request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > 15:
        return JsonResponse({"detail": "after must be a number"}, status=400)
    rows = list(queries.signed_heads_after(int(after))[: HEADS_AN_ANSWER + 1])
    more = len(rows) > HEADS_AN_ANSWER
    rows = rows[:HEADS_AN_ANSWER]
    return JsonResponse(
        {
            "site": settings.SITE_ROOT_URL,
            "keys": signing.trusted_keys(),
            "heads": [exports.as_json(row) for row in rows],
            "next_after": rows[-1].sequence if more else None,
        },
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
@cache_control(public=True, max_age=KEEP_SECONDS)
def document(request: HttpRequest, number: int) -> HttpResponse:
    """Give the text that was signed, byte by byte."""
    row = _head(number)
    return HttpResponse(row.document, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=KEEP_SECONDS)
def signature(request: HttpRequest, number: int) -> HttpResponse:
    """Give the 64 bytes of a signature, as `openssl pkeyutl -verify` takes them."""
    return _file(bytes.fromhex(_head(number).signature), f"{number}.sig")


@require_safe
@cache_control(public=True, max_age=KEEP_SECONDS)
def key(request: HttpRequest) -> HttpResponse:
    """Give the site's public key as openssl reads it."""
    own = _present_key()
    if own is None:
        raise Http404
    return _file(heads.public_pem(own).encode("ascii"), "key.pem")


def _present_key() -> str | None:
    return next(iter(signing.trusted_keys()), None)


def _head(number: int) -> SignedHead:
    # Larger numbers than a database can hold have no head either.
    if number > 2**62:
        raise Http404
    return get_object_or_404(SignedHead, sequence=number)


def _file(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)
