"""The speakers' consent: given online with the submission or on paper, asked before publishing, withdrawn at any time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.catalogue.models import LecturePage, Lecturer, SpeakerConsent
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require

TEXTS_FILE = Path(__file__).with_name("speaker_consent.json")
Method = SpeakerConsent.Method


class UnableToConsent(Exception):
    """The consent cannot be recorded or withdrawn like this. The text says what to do."""


@dataclass(frozen=True)
class Text:
    """One version of what speakers agree to, in both languages."""

    version: int
    zh: str
    en: str

    @property
    def words(self) -> str:
        """The text in the reader's language."""
        return self.en if get_language() == "en" else self.zh


@cache
def texts() -> tuple[Text, ...]:
    """Every version of the text, oldest first. Source: speaker_consent.json."""
    kept = json.loads(TEXTS_FILE.read_text(encoding="utf-8"))["texts"]
    return tuple(Text(each["version"], each["zh"], each["en"]) for each in kept)


def current_text() -> Text:
    """The version that is agreed to now."""
    return texts()[-1]


def text_of(consent: SpeakerConsent) -> Text | None:
    """The text that was agreed to; None for the tick box of before texts were kept."""
    return next((text for text in texts() if text.version == consent.text_version), None)


def consents_of(lecture: LecturePage) -> list[SpeakerConsent]:
    """Every consent to a lecture, newest first, also those withdrawn, without the scans. One query."""
    rows = SpeakerConsent.objects.filter(lecture=lecture).select_related("lecturer").defer("scan")
    return list(rows.order_by("-given_at", "-pk"))


def speakers_without_consent(lecture: LecturePage) -> list[Lecturer]:
    """The lecturers of a lecture who do not agree to its listing and streaming now. One query."""
    return list(lecture.lecturers.exclude(pk__in=who_agreed(lecture)).order_by("pk"))


def who_agreed(lecture: LecturePage) -> QuerySet[SpeakerConsent, int]:
    """The numbers of the lecturers who agree to a lecture's listing and streaming now, named in it or not."""
    standing = SpeakerConsent.objects.filter(
        lecture=lecture, withdrawn_at__isnull=True, public=True, streaming=True
    )
    return standing.values_list("lecturer", flat=True)


def own_consent(lecture: LecturePage, account: Account) -> SpeakerConsent | None:
    """The consent to a lecture that this account gave and has not withdrawn. One query."""
    mine = SpeakerConsent.objects.filter(
        lecture=lecture, lecturer__account=account, withdrawn_at__isnull=True
    )
    return mine.defer("scan").first()


@transaction.atomic
def consent_online(*, lecture: LecturePage, dvd: bool, by: Account, at: datetime) -> SpeakerConsent | None:
    """Record that the speaker who is signed in agrees to the current text: who submits under it, gives it.

    None where the account is none of the lecturers. What stands already in the same words is left alone.
    """
    lecturer = lecture.lecturers.filter(account=by).first()
    if lecturer is None:
        return None
    standing = SpeakerConsent.objects.filter(
        lecture=lecture, lecturer=lecturer, withdrawn_at__isnull=True
    ).first()
    version = current_text().version
    if standing is not None and (standing.dvd, standing.text_version) == (dvd, version):
        return standing
    if standing is not None:
        _end(standing, by=by, at=at)
    return _record(lecture, lecturer, dvd=dvd, method=Method.ONLINE, scan=None, by=by, at=at)


@transaction.atomic
def consent_on_paper(
    *, lecture: LecturePage, lecturer: Lecturer, dvd: bool, scan: bytes, by: Account, at: datetime
) -> SpeakerConsent:
    """Record a sheet that a speaker signed; `scan` is a JPEG of our own making (groundwork.photos.repainted).

    Raises UnableToConsent for somebody who does not speak in the lecture, who agreed already, or without a scan;
    PermissionDenied for somebody who does not review for the association.
    """
    # Held, or two reviewers with the same sheet would meet at the constraint.
    lecture = LecturePage.objects.select_for_update().get(pk=lecture.pk)
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if not lecture.lecturers.filter(pk=lecturer.pk).exists():
        raise UnableToConsent(_("This person is no speaker of the lecture. Choose one of its speakers."))
    if not scan:
        raise UnableToConsent(_("Add a photo or scan of the signed sheet."))
    if SpeakerConsent.objects.filter(lecture=lecture, lecturer=lecturer, withdrawn_at__isnull=True).exists():
        raise UnableToConsent(_("This speaker agreed already. Nothing more is needed."))
    return _record(lecture, lecturer, dvd=dvd, method=Method.PAPER, scan=scan, by=by, at=at)


@transaction.atomic
def end_consent(*, lecture: LecturePage, by: Account, at: datetime) -> SpeakerConsent:
    """End the consent of the speaker who is signed in. What follows for the lecture is reviewing.withdraw_consent's.

    Raises UnableToConsent where this account has none.
    """
    standing = (
        SpeakerConsent.objects.select_for_update()
        .filter(lecture=lecture, lecturer__account=by, withdrawn_at__isnull=True)
        .first()
    )
    if standing is None:
        raise UnableToConsent(
            _("You have given no consent for this lecture, so there is nothing to withdraw.")
        )
    _end(standing, by=by, at=at)
    audit.record("withdraw consent", object_type="lecture", object_key=str(lecture.pk), by=by, at=at)
    return standing


def names_of(lecturers: Sequence[Lecturer]) -> str:
    """The names in one line."""
    return "、".join(lecturer.name for lecturer in lecturers)


def _end(consent: SpeakerConsent, *, by: Account, at: datetime) -> None:
    SpeakerConsent.objects.filter(pk=consent.pk).update(withdrawn_at=at, withdrawn_by=by)


def _record(
    lecture: LecturePage,
    lecturer: Lecturer,
    *,
    dvd: bool,
    method: SpeakerConsent.Method,
    scan: bytes | None,
    by: Account,
    at: datetime,
) -> SpeakerConsent:
    consent = SpeakerConsent.objects.create(
        lecture=lecture,
        lecturer=lecturer,
        public=True,
        streaming=True,
        dvd=dvd,
        text_version=current_text().version,
        method=method,
        scan=scan,
        given_at=at,
        recorded_by=by,
    )
    audit.record(
        "record consent",
        object_type="lecture",
        object_key=str(lecture.pk),
        by=by,
        at=at,
        lecturer=lecturer.pk,
        text=consent.text_version,
        method=method.value,
        dvd=dvd,
    )
    return consent
