"""Taking recordings that came by post, on a disk: the same door, limits and verification as an upload over the line."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from media_pipeline.recordings import queries as recording_queries
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import operations, parts, queries, receiving, rules
from media_pipeline.uploads.answers import NAMED, answer_to
from media_pipeline.uploads.models import Upload
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

# The lists that `sha256sum` writes go by these names on a disk.
SUMS_NAMES = ("SHA256SUMS", "SHA256SUMS.txt", "sha256sums.txt")


class NotTaken(Exception):
    """A file was not taken; `sentence` says why, in the reader's language. The file on the disk is as it was."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = words


class OwnerMayNotUpload(Exception):
    """This account may not send recordings, by post or otherwise."""


class UnreadableSums(Exception):
    """The list of checksums has a line that nobody understands; `line` counts from 1."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{path}:{line}")
        self.path = path
        self.line = line


@dataclass(frozen=True)
class Taken:
    """A recording that is here now. `known`: it was here before; `compared`: its checksum was on the list."""

    recording: Recording
    known: bool
    compared: bool


def take_in(*, path: Path, owner: Account, expected_sha256: str = "", at: datetime) -> Taken:
    """Copy one file into the uploads of `owner` and make it a recording, as if it had been sent; the file stays.

    Run again after a kill, it goes on where it stopped. Raises NotTaken and OwnerMayNotUpload.
    """
    if not may(owner, Act.UPLOAD_RECORDING, on=timezone.localdate(at), owner=owner):
        raise OwnerMayNotUpload(owner.get_username())
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as source:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotTaken("unreadable", _("This is not a file."))
            return _take(source.fileno(), path.name, owner, expected_sha256, at=at)
    except (OSError, receiving.ConnectionCut) as error:
        # A bad sector comes as a body that ends early.
        reason = error if isinstance(error, OSError) else error.__cause__
        raise NotTaken("unreadable", _("The file cannot be read: %s") % reason) from error
    except NAMED as error:
        _status, code, words = answer_to(error)
        raise NotTaken(code, words) from error


def _take(descriptor: int, said: str, owner: Account, expected: str, *, at: datetime) -> Taken:
    length = os.fstat(descriptor).st_size
    head = os.pread(descriptor, rules.SNIFF_BYTES, 0)
    if length > settings.UPLOAD_MAX_BYTES:
        raise operations.UploadTooLarge
    if length and rules.container_of(head) is None:
        raise receiving.RefusedAtDoor(Failure.NOT_A_RECORDING)
    # Whole, before anything is promised: a damaged disk is told from a damaged copy, and a known file is not copied.
    digest = parts.sha256_of_open(descriptor)
    if expected and digest != expected:
        raise NotTaken(
            "sum_wrong",
            _("The file is not what the list of checksums says. Copy it again from the original."),
        )
    known = recording_queries.same_file(owner_id=owner.pk, sha256=digest)
    if known is not None:
        return Taken(known, known=True, compared=bool(expected))
    name = rules.shown_name({"filename": said})
    upload = queries.open_upload_like(owner, name=name, length=length)
    if upload is None or not _begins_like(upload, descriptor):
        upload = operations.create_upload(length=length, name=name, sha256=digest, by=owner, at=at)
    os.lseek(descriptor, upload.offset, os.SEEK_SET)
    body = receiving.Body(
        read=lambda count: os.read(descriptor, count), length=length - upload.offset, whole_sha256=digest
    )
    upload = receiving.receive(upload=upload, offset=upload.offset, body=body, at=at, wait=True)
    return Taken(upload.recording, known=False, compared=bool(expected))


def _begins_like(upload: Upload, descriptor: int) -> bool:
    """Tell whether what has arrived of an upload is the beginning of this file: another may have its name and size."""
    try:
        here = parts.sampled_sha256_of(upload.public_id, upload.offset)
    except parts.PartMissing:
        return False
    return here == parts.sampled_sha256(descriptor, upload.offset)


def files_in(path: Path) -> Iterator[Path]:
    """Yield the files of a folder and those below it in the order of their names, or the one file that `path` is.

    Hidden files, lists of checksums and links are left out: a disk that came by post may point anywhere.
    """
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            found = Path(folder) / name
            if not name.startswith(".") and name not in SUMS_NAMES and not found.is_symlink():
                yield found


def read_sums(path: Path) -> dict[str, str]:
    """Return file name -> hex SHA-256 from a list as `sha256sum` writes it. Raises UnreadableSums."""
    sums: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.rstrip("\r\n")
            if not text.strip() or text.startswith("#"):
                continue
            digest, _space, name = text.partition(" ")
            try:
                sums[_plain(name)] = rules.parse_hex_digest(digest)
            except rules.BadHeader as error:
                raise UnreadableSums(path, number) from error
    return sums


def sum_of(path: Path, *, sums: dict[str, str], root: Path) -> str:
    """Return what the list says of a file, by its path from the list's folder or by its name alone; else empty."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    return sums.get(_plain(name)) or sums.get(path.name, "")


def _plain(name: str) -> str:
    # `sha256sum` writes two spaces, or a space and a star, before the name.
    return str(PurePosixPath(name.strip().removeprefix("*").replace("\\", "/")))
