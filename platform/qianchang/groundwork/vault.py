"""The file vault: files that are kept for ever as they came, under the digest of their bytes.

A file is written once and never changed: the same bytes are the same file, and other bytes have another name. Rows
of other tables name a file by its digest. Nothing in the vault is served by itself: a page checks who asks, signs a
short-lived address for that person and that file, and streams it from here.

It is a folder of this machine, or the object storage `vault` where the settings name one. There, a file that was kept
in the folder before is still read from it.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

# How long a signed address of a file holds.
LINK_SECONDS = 300
SALT = "qianchang.vault"
# The storage of the settings that keeps the files, where it is not the folder.
STORE = "vault"


class MissingFile(Exception):
    """A row names a file that is not in the vault, or not with the bytes that the row names."""


class StoreUnreachable(Exception):
    """The object storage does not answer, or refuses us: whether it has the file is not known."""


def keep(data: bytes) -> str:
    """Keep a file and return its digest. It is stored when this returns; keeping it again changes nothing.

    Raises StoreUnreachable.
    """
    digest = hashlib.sha256(data).hexdigest()
    there = _object_storage()
    if there is None:
        _write(_path(digest), data)
    elif _fetched(there, digest) != data:
        try:
            there.save(_name(digest), ContentFile(data))
        except (BotoCoreError, ClientError, Boto3Error) as error:
            raise StoreUnreachable(digest) from error
    return digest


def read(digest: str) -> bytes:
    """Return the bytes of a file. Raises MissingFile, also when they are not what was kept, and StoreUnreachable."""
    there = _object_storage()
    kept = [_fetched(there, digest)] if there is not None else []
    with suppress(FileNotFoundError):
        kept.append(_path(digest).read_bytes())
    for data in kept:
        if data is not None and hashlib.sha256(data).hexdigest() == digest:
            return data
    raise MissingFile(digest)


def _object_storage() -> Storage | None:
    return storages[STORE] if STORE in settings.STORAGES else None


def _fetched(there: Storage, digest: str) -> bytes | None:
    try:
        with there.open(_name(digest)) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise StoreUnreachable(digest) from error


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        return
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


def _name(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _path(digest: str) -> Path:
    return Path(settings.VAULT_DIR) / _name(digest)
