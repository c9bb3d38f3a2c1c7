"""Addresses that nginx checks by itself (its secure_link module): no Python runs for a byte range.

The signature covers the time it runs out, the folder (recording and fence) and the viewer's cookie;
deploy/nginx/qianchang.conf has the other half of it.
"""

import hashlib
from base64 import urlsafe_b64encode

from django.conf import settings
from django.urls import reverse

from media_pipeline.delivery.cookies import viewer_mark


def secret() -> str:
    """Return what nginx and we share; empty unless nginx is to check the links."""
    return getattr(settings, "MEDIA_SIGNED_SECRET", "")


def signed_address(file: str, *, folder: str, viewer_id: int, expires: int) -> str:
    """Return the address of a file in a folder of the storage, for one viewer."""
    text = f"{expires} {folder} {viewer_mark(viewer_id)} {secret()}"
    # MD5 is all that nginx offers. Nobody else chooses what is signed, and the secret stands at the end.
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    signature = urlsafe_b64encode(digest).decode().rstrip("=")
    return reverse("delivery:signed", args=[signature, expires, folder, file])
