"""The file vault: files that are kept for ever as they came, under the digest of their bytes.

A file is written once and never changed: the same bytes are the same file, and other bytes have another name. Rows
of other tables name a file by its digest. Nothing in the vault is served by itself: a page checks who asks, signs a
short-lived address for that person and that file, and streams it from here.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.core import signing

# How long a signed address of a file holds.
LINK_SECONDS = 300
SALT = "qianchang.vault"


class MissingFile(Exception):
    """A row names a file that is not in the vault, or not with the bytes that the row names."""


def keep(data: bytes) -> str:
    """Keep a file and return its digest. It is on the disk when this returns; keeping it again changes nothing."""
    digest = hashlib.sha256(data).hexdigest()
    path = _path(digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105 - the name came from mkstemp
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest


def read(digest: str) -> bytes:
    """Return the bytes of a file. Raises MissingFile, also when they are not what was kept."""
    try:
        data = _path(digest).read_bytes()
    except FileNotFoundError as error:
        raise MissingFile(digest) from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise MissingFile(digest)
    return data


def sign(digest: str, *, viewer: int) -> str:
    """Return what opens a file for one account, for LINK_SECONDS."""
    return signing.TimestampSigner(salt=SALT).sign_object({"file": digest, "viewer": viewer})


def opens(token: str, digest: str, *, viewer: int) -> bool:
    """Tell whether a signed token opens a file for an account now."""
    try:
        said = signing.TimestampSigner(salt=SALT).unsign_object(token, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return False
    return bool(said == {"file": digest, "viewer": viewer})


def _path(digest: str) -> Path:
    return Path(settings.VAULT_DIR) / digest[:2] / digest
