"""Writes of the evidence of a session: files into the vault, a lecturer's signature, and what officers key in.

Whatever comes is looked at before anything is locked: pictures are painted anew, papers are known by their bytes and
not by their names. Evidence is never overwritten; another piece takes its place, and the first says since when.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.catalogue.models import Lecturer
from courses.schedule import rules
from courses.schedule.contacts import KEYED_IN_BY_THE_CONTACT, OF_THE_CONTACT, is_contact
from courses.schedule.models import Evidence, SessionDetails, TrainingSession
from qianchang.groundwork import audit, photos, vault
from qianchang.people.models import Account
from qianchang.people.permissions import Act, associations_where, may

Kind = Evidence.Kind
State = TrainingSession.State
MOST_PAPER_BYTES = 10 * 1024**2
# Of one kind, in one session.
MOST_PIECES = 20
# What can only exist once the day has come.
OF_THE_DAY = (Kind.SIGN_OFF, Kind.SIGNATURE, Kind.PHOTO, Kind.SIGN_IN_SHEET, Kind.MEETING_LOG)
PDF, JPEG = "application/pdf", "image/jpeg"
# Papers that do something when they are opened are no scans.
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?)\b")
# A name in a PDF may be spelt with numbers: /J#61vaScript is /JavaScript.
_SPELT = re.compile(rb"#([0-9A-Fa-f]{2})")
DETAILS = ("agenda", "head_count", "host", "bridge", "sites", "disc_serials")


class UnableToAddEvidence(Exception):
    """The piece cannot be taken; the text says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Accepted:
    """A file that was looked at and may be kept: its bytes as they will stand, and what they are."""

    data: bytes
    content_type: str


# --- Who ------------------------------------------------------------------------------------------------------


def may_add(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether an account adds evidence to a session: officers of either side, who lectures on site there, and, what is
    OF_THE_CONTACT only, the contact of its county.
    """
    return adds_all(account, session, on=on) or is_contact(account, session, on=on)


def adds_all(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether an account adds every kind of evidence: officers of either side, and who lectures on site there."""
    if at_desk(account, session, on=on):
        return True
    return own_lecturer(account, session) is not None and may(
        account, Act.ENTER_ATTENDANCE_ON_SITE, on=on, owner=account
    )


def at_desk(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether an account adds evidence as an officer of either side."""
    sides = (session.supporter, session.beneficiary)
    return is_officer(account, session, on=on) and any(
        may(account, Act.ENTER_ATTENDANCE, on=on, association=side) for side in sides
    )


def is_only_contact(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether an account has to do with a session as the contact of its county, and as nobody else."""
    return (
        is_contact(account, session, on=on)
        and not is_officer(account, session, on=on)
        and not adds_all(account, session, on=on)
    )


def opens(account: Account, piece: Evidence, *, only_contact: bool) -> bool:
    """Whether a file may be opened by who sees the evidence: a contact opens what the contact handed in."""
    return not only_contact or (piece.kind in OF_THE_CONTACT and piece.uploaded_by_id == account.pk)


def may_see(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether an account reads the evidence of a session: the officers of its two sides, and whoever adds to it."""
    return is_officer(account, session, on=on) or may_add(account, session, on=on)


def is_officer(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether a session is one of an officer's: given by the supporting side, received by the beneficiary side, or any
    for whoever sees every board. The two sides of one association stay apart.
    """
    return (
        may(account, Act.HOLD_SESSION, on=on, association=session.supporter)
        or may(account, Act.CONFIRM_SESSION, on=on, association=session.beneficiary)
        or associations_where(account, Act.SEE_QUOTA_BOARD, on=on) is None
    )


def own_lecturer(account: Account, session: TrainingSession) -> Lecturer | None:
    """Return as whom an account lectures at a session on site; None for everybody else."""
    if session.mode.code != rules.ONSITE:
        return None
    return Lecturer.objects.filter(lectures=session.lecture_version.lecture_id, account=account).first()


def _require(
    session: TrainingSession, *, by: Account, at: datetime, only: Iterable[str] = (), of: Iterable[str] = ()
) -> None:
    """Refuse whoever adds nothing to a session, and the contact of its county all but `of` among `only`."""
    today = localdate(at)
    if adds_all(by, session, on=today):
        return
    if not is_contact(by, session, on=today) or not set(only) <= set(of):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)


# --- Looking at what comes ------------------------------------------------------------------------------------


def accepted(kind: str, file: BinaryIO, *, size_bytes: int) -> Accepted:
    """Look at a file that somebody sends: a photo and a scanned picture become a JPEG of our own making, a PDF stays
    as it is. Raises UnableToAddEvidence for anything else.
    """
    start = file.read(5)
    file.seek(0)
    if start == b"%PDF-" and kind != Kind.PHOTO:
        return _paper(file, size_bytes=size_bytes)
    try:
        return Accepted(photos.repainted(file, size_bytes=size_bytes), JPEG)
    except photos.UnusablePhoto as refusal:
        if kind == Kind.PHOTO or size_bytes > photos.MOST_BYTES:
            raise UnableToAddEvidence(str(refusal)) from refusal
        raise UnableToAddEvidence(
            _(
                "This file is neither a PDF nor a picture that can be opened. Scan the sheet and send it again."
            )
        ) from refusal


def _paper(file: BinaryIO, *, size_bytes: int) -> Accepted:
    if size_bytes > MOST_PAPER_BYTES:
        raise UnableToAddEvidence(
            _("The PDF is larger than %(size)d MB. Scan it in grey with 200 dots per inch.")
            % {"size": MOST_PAPER_BYTES // 1024**2}
        )
    data = file.read()
    if _ACTIVE.search(data) or _ACTIVE.search(_SPELT.sub(lambda found: bytes([int(found[1], 16)]), data)):
        raise UnableToAddEvidence(_("This PDF holds programs or other files. Print it as a plain PDF first."))
    if b"%%EOF" not in data[-2048:]:
        raise UnableToAddEvidence(_("This PDF is cut off. Send it again."))
    return Accepted(data, PDF)


# --- Files ----------------------------------------------------------------------------------------------------


def add_file(
    *,
    session: TrainingSession,
    kind: str,
    file: Accepted,
    replaces: int | None = None,
    by: Account,
    at: datetime,
) -> Evidence:
    """Add a file to the evidence of a session, or put it in the place of another piece (by number). The same file
    again is the same piece.

    Raises PermissionDenied, and UnableToAddEvidence: the session was cancelled or lies ahead, there are too many, a
    colleague replaced the other piece first, or it is none of theirs.
    """
    _require(session, by=by, at=at, only=[kind], of=OF_THE_CONTACT)
    # On the disk before a row names it; bytes that no row names harm nobody.
    digest = vault.keep(file.data)
    with transaction.atomic():
        session = _locked(session)
        _refuse_now(session, kind, at=at)
        standing = session.evidence.filter(withdrawn_at=None, kind=kind)
        same = standing.filter(sha256=digest).first()
        if same is not None:
            if replaces in (None, same.pk, same.replaces_id):
                return same
            raise UnableToAddEvidence(_("This file stands in the evidence already. Choose another one."))
        old = _replaced(session, kind, replaces) if replaces is not None else None
        if old is None and standing.count() >= MOST_PIECES:
            raise UnableToAddEvidence(
                _("There are %(count)d of these already. Replace one of them.") % {"count": MOST_PIECES}
            )
        if old is not None:
            _refuse_of_others(old, session, by=by, at=at)
            _end(old, by=by, at=at)
        piece = Evidence.objects.create(
            session=session,
            kind=kind,
            sha256=digest,
            size_bytes=len(file.data),
            content_type=file.content_type,
            replaces=old,
            uploaded_by=by,
            uploaded_at=at,
        )
        verb = "evidence replaced" if old is not None else "evidence added"
        _record(verb, session, by=by, at=at, evidence=kind, sha256=digest)
    return piece


@transaction.atomic
def withdraw_file(*, session: TrainingSession, piece: int, by: Account, at: datetime) -> None:
    """Take a piece out of the evidence of a session that was not held yet; its file stays in the vault. Twice is the
    same as once. Raises PermissionDenied, and UnableToAddEvidence once the session was held and for what is none of
    theirs.
    """
    _require(session, by=by, at=at)
    session = _locked(session)
    found = session.evidence.filter(pk=piece).first()
    if found is None:
        raise UnableToAddEvidence(_("This piece belongs to another session. Open the page again."))
    if found.withdrawn_at is not None:
        return
    if session.state == State.HELD:
        raise UnableToAddEvidence(_("This session was held: its evidence can be replaced, not taken away."))
    _refuse_of_others(found, session, by=by, at=at)
    _end(found, by=by, at=at)
    _record("evidence withdrawn", session, by=by, at=at, evidence=found.kind, sha256=found.sha256)


@transaction.atomic
def sign(*, session: TrainingSession, by: Account, at: datetime) -> Evidence:
    """Sign for having given the lecture of a session on site, as its lecturer. Twice is the same as once.

    Raises PermissionDenied for whoever does not lecture there, UnableToAddEvidence before the day and for a session that
    was cancelled.
    """
    lecturer = own_lecturer(by, session)
    if lecturer is None:
        raise PermissionDenied(Act.ENTER_ATTENDANCE_ON_SITE.value)
    session = _locked(session)
    _refuse_now(session, Kind.SIGNATURE, at=at)
    standing = session.evidence.filter(withdrawn_at=None, kind=Kind.SIGNATURE, lecturer=lecturer).first()
    if standing is not None:
        return standing
    piece = Evidence.objects.create(
        session=session, kind=Kind.SIGNATURE, lecturer=lecturer, uploaded_by=by, uploaded_at=at
    )
    _record("lecturer signed", session, by=by, at=at)
    return piece


def _refuse_now(session: TrainingSession, kind: str, *, at: datetime) -> None:
    if session.state == State.CANCELLED:
        raise UnableToAddEvidence(_("This session was cancelled. It takes no evidence."))
    if kind in OF_THE_DAY and session.date > localdate(at):
        raise UnableToAddEvidence(_("This session lies in the future. Add this when it was held."))


def _replaced(session: TrainingSession, kind: str, number: int) -> Evidence:
    old = session.evidence.filter(pk=number, kind=kind).first()
    if old is None:
        raise UnableToAddEvidence(_("This piece belongs to another session. Open the page again."))
    if old.withdrawn_at is not None:
        raise UnableToAddEvidence(
            _("A colleague replaced this piece a moment ago. Look at the new one before you replace it.")
        )
    return old


def may_change(account: Account, piece: Evidence, *, at_desk: bool) -> bool:
    """Whether an account that adds evidence replaces a piece or takes it out: officers all but signatures, a lecturer
    what the lecturer handed in.
    """
    return piece.uploaded_by_id == account.pk or (at_desk and piece.kind != Kind.SIGNATURE)


def _refuse_of_others(piece: Evidence, session: TrainingSession, *, by: Account, at: datetime) -> None:
    if may_change(by, piece, at_desk=is_officer(by, session, on=localdate(at))):
        return
    if piece.kind == Kind.SIGNATURE:
        raise UnableToAddEvidence(_("A signature is taken back by whoever gave it."))
    raise UnableToAddEvidence(_("Somebody else handed this in. Hand in yours beside it."))


def _end(piece: Evidence, *, by: Account, at: datetime) -> None:
    Evidence.objects.filter(pk=piece.pk).update(withdrawn_at=at, withdrawn_by=by)


# --- What is keyed in -----------------------------------------------------------------------------------------


@transaction.atomic
def write_details(
    *,
    session: TrainingSession,
    said: Mapping[str, Any],
    seen_at: datetime | None,
    by: Account,
    at: datetime,
) -> SessionDetails:
    """Write what is known of how a session went (`said` holds some of DETAILS). `seen_at` is when what the officer had
    before the eyes was written, None for nothing: whoever wrote in between is not overwritten.

    Raises PermissionDenied, and UnableToAddEvidence for a session that was cancelled, when a colleague was faster, and
    for blanking what was said of a session that was held.
    """
    _require(session, by=by, at=at, only=said, of=KEYED_IN_BY_THE_CONTACT)
    session = _locked(session)
    if session.state == State.CANCELLED:
        raise UnableToAddEvidence(_("This session was cancelled. It takes no evidence."))
    details = SessionDetails.objects.select_for_update().filter(session=session).first()
    values = {name: _plain(value) for name, value in said.items() if name in DETAILS}
    if details is not None and all(getattr(details, name) == value for name, value in values.items()):
        return details
    if (details.changed_at if details is not None else None) != seen_at:
        raise UnableToAddEvidence(
            _("A colleague changed this a moment ago. Look at it, then write yours again.")
        )
    blanked = details is not None and any(
        getattr(details, name) and not value for name, value in values.items()
    )
    if blanked and session.state == State.HELD:
        raise UnableToAddEvidence(
            _("This session was held: what was keyed in can be corrected, not blanked.")
        )
    if details is None:
        details = SessionDetails(session=session)
    heads = details.head_count
    changed = sorted(name for name, value in values.items() if getattr(details, name) != value)
    for name, value in values.items():
        setattr(details, name, value)
    details.changed_by, details.changed_at = by, at
    details.save()
    figures: dict[str, int | None] = {}
    if "head_count" in changed:
        figures = {"head_count": details.head_count, "head_count_before": heads}
    _record("details written", session, by=by, at=at, keyed_in=", ".join(changed), **figures)
    return details


def _plain(value: Any) -> Any:
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


def _locked(session: TrainingSession) -> TrainingSession:
    found = TrainingSession.objects.select_for_update(of=("self",))
    return found.select_related("lecture_version", "mode", "supporter", "beneficiary").get(pk=session.pk)


def _record(
    verb: str, session: TrainingSession, *, by: Account, at: datetime, **details: str | int | None
) -> None:
    audit.record(verb, object_type="session", object_key=session.code, by=by, at=at, **details)
