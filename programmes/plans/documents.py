"""Basis documents (依据文件) of targets: what may come, keeping it, and finding it again."""

import io
import zipfile
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.plans.models import BasisDocument, Target
from qianchang.groundwork import audit, vault
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require

MOST_BYTES = 10 * 1024**2
# How many files of a Word document are looked at: its list of contents is not read without end.
MOST_MEMBERS = 5000
KINDS = {
    BasisDocument.Kind.PDF: "application/pdf",
    BasisDocument.Kind.JPEG: "image/jpeg",
    BasisDocument.Kind.PNG: "image/png",
    BasisDocument.Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    BasisDocument.Kind.DOC: "application/msword",
}
BEGINNINGS = {
    b"%PDF-": BasisDocument.Kind.PDF,
    b"\xff\xd8\xff": BasisDocument.Kind.JPEG,
    b"\x89PNG\r\n\x1a\n": BasisDocument.Kind.PNG,
}
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class UnableToAttachDocument(Exception):
    """The file is not taken; the message says why. Nothing was changed."""


def kind_of(data: bytes) -> BasisDocument.Kind | None:
    """Return what a file is by what stands in it, whatever it is called; None for anything else."""
    for beginning, kind in BEGINNINGS.items():
        if data.startswith(beginning):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return BasisDocument.Kind.DOCX if _is_word(data) else None
    # Word 97 to 2003: one stream of the compound file has this name; those of Excel and others have not.
    if data.startswith(COMPOUND_FILE) and "WordDocument".encode("utf-16-le") in data:
        return BasisDocument.Kind.DOC
    return None


def _is_word(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return len(names) <= MOST_MEMBERS and {"[Content_Types].xml", "word/document.xml"} <= set(names)


@transaction.atomic
def attach_document(*, target: Target, name: str, data: bytes, by: Account, at: datetime) -> BasisDocument:
    """Attach a file to a target: PDF, JPEG, PNG or Word, up to 10 MB. The same file again is the same document.

    Raises UnableToAttachDocument or PermissionDenied.
    """
    require(by, Act.BREAK_DOWN_QUOTA, on=localdate(at), association=target.supporter)
    kind = checked(data)
    digest = vault.keep(data)
    document, entered = BasisDocument.objects.get_or_create(
        target=target,
        sha256=digest,
        defaults={
            "name": name_of(name, kind),
            "kind": kind,
            "size_bytes": len(data),
            "uploaded_by": by,
            "uploaded_at": at,
        },
    )
    if entered:
        audit.record(
            "attached document",
            object_type="target",
            object_key=target.key,
            by=by,
            at=at,
            document=document.pk,
            sha256=digest,
        )
    return document


def checked(data: bytes) -> BasisDocument.Kind:
    """Return what a file is. Raises UnableToAttachDocument for one that is not taken."""
    if not data:
        raise UnableToAttachDocument(_("This file is empty. Choose another one."))
    if len(data) > MOST_BYTES:
        raise UnableToAttachDocument(
            _("The file is larger than %(size)d MB. Send a smaller one.") % {"size": MOST_BYTES // 1024**2}
        )
    kind = kind_of(data)
    if kind is None:
        raise UnableToAttachDocument(
            _("This file is none that can be kept as a document. Send a PDF, JPEG, PNG or Word file.")
        )
    return kind


def name_of(name: str, kind: BasisDocument.Kind) -> str:
    """Return a file's name without its folders and with the ending of what it is."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(letter for letter in last if letter.isprintable() and letter not in '"<>|:*?').strip(" .")
    stem, _dot, ending = plain.rpartition(".")
    same = ending.lower() in {kind.value, "jpeg" if kind is BasisDocument.Kind.JPEG else kind.value}
    return f"{(stem if same else plain)[:100] or 'document'}.{kind.value}"


def documents_of(target: Target) -> list[BasisDocument]:
    """Return the documents of a target, the newest first. One query."""
    return list(target.documents.select_related("uploaded_by").order_by("-uploaded_at", "-pk"))
