"""Writes about spot checks: announcing, drawing, calling off. Findings and their mending stand in rectification.py."""

import hashlib
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.plans.models import Plan
from programmes.quotas import rules as quota_rules
from programmes.quotas.models import QuotaEntry
from programmes.spot_checks import draw, files, queries, rules
from programmes.spot_checks.models import CallingOff, Drawing, FrameLine, Sampled, SpotCheck
from qianchang.groundwork import audit
from qianchang.people import notices
from qianchang.people.models import Account, Association
from qianchang.people.officers import officers_who
from qianchang.people.permissions import MATRIX, Act, Scope, associations_where, grants_of, require

# The public number belongs to a day that is not over yet, and not to one that nobody remembers.
LATEST_SEED_DAYS = 60
LONGEST_SOURCE = 200


class UnableToAnnounce(Exception):
    """The check cannot be announced like this; the message says why. Nothing was changed."""


class UnableToDraw(Exception):
    """The sample cannot be drawn now; the message says why. Nothing was changed."""


class UnableToCallOff(Exception):
    """The check cannot be called off by this person now; the message says why. Nothing was changed."""


@transaction.atomic
def announce_check(
    *,
    plan: Plan,
    supporter: Association | None,
    beneficiary: Association | None,
    first_month: str,
    last_month: str,
    sample_size: int,
    seed_source: str,
    seed_date: date,
    by: Account,
    at: datetime,
) -> SpotCheck:
    """Announce a check: its list is frozen and its digest published before anybody can know the public number that
    decides. The same announcement again changes nothing and returns the first.

    Raises UnableToAnnounce, or PermissionDenied for anybody but an officer of one of the sides or the national one.
    """
    today = localdate(at)
    body = _checking_body(by, supporter, beneficiary, on=today)
    seed_source = seed_source.replace("\x00", "").strip()
    _refuse_wrong_terms(first_month, last_month, seed_source, seed_date, today=today)
    # One after the other: the list and the number of the check belong together.
    Plan.objects.select_for_update().get(pk=plan.pk)
    sameness = _sameness(
        body.code,
        plan.code,
        supporter.code if supporter else "",
        beneficiary.code if beneficiary else "",
        first_month,
        last_month,
        str(sample_size),
        seed_source,
        seed_date.isoformat(),
    )
    before = _same_as_before(sameness)
    if before is not None:
        return before
    entries = queries.counted_entries(
        plan, supporter=supporter, beneficiary=beneficiary, first_month=first_month, last_month=last_month
    )
    _refuse_wrong_size(sample_size, len(entries))
    check = _numbered(
        today.year,
        association=body,
        plan=plan,
        supporter=supporter,
        beneficiary=beneficiary,
        first_month=first_month,
        last_month=last_month,
        sample_size=sample_size,
        seed_source=seed_source,
        seed_date=seed_date,
        frame_size=len(entries),
        frame_sha256=draw.frame_sha256(files.frame_csv((entry.session.code, entry) for entry in entries)),
        sameness=sameness,
        announced_by=by,
        announced_at=at,
    )
    _freeze(check, entries)
    _record_announcement(check, by=by, at=at)
    _tell_both_sides(check, entries, at=at)
    return check


@transaction.atomic
def draw_sample(*, check: SpotCheck, public_number: str, by: Account, at: datetime) -> Drawing:
    """Enter the public number, from its day on, and draw. The same number again changes nothing and returns the first
    drawing; another one is refused.

    Raises UnableToDraw, or PermissionDenied for anybody but an officer of the checking side.
    """
    today = localdate(at)
    require(by, Act.SPOT_CHECK, on=today, association=check.association)
    check = SpotCheck.objects.select_for_update().get(pk=check.pk)
    digits = draw.digits_of(public_number)
    if CallingOff.objects.filter(spot_check=check).exists():
        raise UnableToDraw(_("This check was called off. Nothing was changed."))
    before = Drawing.objects.filter(spot_check=check).first()
    if before is not None:
        if before.digits == digits:
            return before
        raise UnableToDraw(
            _("The sample was drawn already, with the number %(digits)s. Nothing was changed.")
            % {"digits": before.digits}
        )
    if today < check.seed_date:
        raise UnableToDraw(_("The number is known from its day on, not before. Come back then."))
    if not draw.FEWEST_DIGITS <= len(digits) <= draw.MOST_DIGITS:
        raise UnableToDraw(
            _("Type the whole number: %(fewest)d to %(most)d digits.")
            % {"fewest": draw.FEWEST_DIGITS, "most": draw.MOST_DIGITS}
        )
    lines = queries.frame_of(check)
    if draw.frame_sha256(files.frame_file(lines)) != check.frame_sha256:
        raise UnableToDraw(
            _(
                "The list of sessions is not the one that was published. Tell the administrator; nothing was drawn."
            )
        )
    seed = draw.seed_of(check.code, digits)
    drawing = Drawing.objects.create(spot_check=check, digits=digits, seed=seed, drawn_by=by, drawn_at=at)
    by_code = {line.code: line for line in lines}
    Sampled.objects.bulk_create(
        Sampled(drawing=drawing, rank=rank, line=by_code[code])
        for rank, code in enumerate(draw.sample(seed, list(by_code), check.sample_size), 1)
    )
    audit.record("drew spot check", object_type="spot check", object_key=check.code, by=by, at=at, seed=seed)
    return drawing


@transaction.atomic
def call_off(*, check: SpotCheck, reason: str, by: Account, at: datetime) -> CallingOff:
    """Call a check off with a reason, while nothing was found. From the day of the public number on this takes somebody
    who neither announced nor drew it. Again changes nothing and returns the first.

    Raises UnableToCallOff, or PermissionDenied for anybody but an officer of the checking side.
    """
    today = localdate(at)
    require(by, Act.SPOT_CHECK, on=today, association=check.association)
    check = SpotCheck.objects.select_for_update().get(pk=check.pk)
    before = CallingOff.objects.filter(spot_check=check).first()
    if before is not None:
        return before
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise UnableToCallOff(_("Say why the check is called off; both sides read it."))
    if Sampled.objects.filter(drawing__spot_check=check, finding__isnull=False).exists():
        raise UnableToCallOff(_("Something was found already, so this check goes on. Nothing was changed."))
    drawing = Drawing.objects.filter(spot_check=check).first()
    involved = [check.announced_by_id, *([drawing.drawn_by_id] if drawing else [])]
    if rules.needs_another_to_call_off(seed_date=check.seed_date, on=today, involved=involved, by=by.pk):
        raise UnableToCallOff(
            _(
                "The number is known, so a colleague who neither announced nor drew this check has to call it off. "
                "Nothing was changed."
            )
        )
    called_off = CallingOff.objects.create(
        spot_check=check, reason=reason, called_off_by=by, called_off_at=at
    )
    audit.record(
        "called off spot check", object_type="spot check", object_key=check.code, by=by, at=at, reason=reason
    )
    return called_off


def _checking_body(
    by: Account, supporter: Association | None, beneficiary: Association | None, *, on: date
) -> Association:
    """Return in whose name somebody announces: the national association, or the side that is theirs."""
    for grant in grants_of(by, on=on):
        if MATRIX[Act.SPOT_CHECK].get(grant.role) is Scope.ANY and grant.association is not None:
            return grant.association
    mine = {each.pk for each in associations_where(by, Act.SPOT_CHECK, on=on) or ()}
    for side in (supporter, beneficiary):
        if side is not None and side.pk in mine:
            return side
    raise PermissionDenied(Act.SPOT_CHECK.value)


def _refuse_wrong_terms(first: str, last: str, source: str, seed_date: date, *, today: date) -> None:
    try:
        begins, ends = quota_rules.first_day(first), quota_rules.first_day(last)
    except ValueError as malformed:
        raise UnableToAnnounce(_("Write the months like 2026-10.")) from malformed
    if begins > ends:
        raise UnableToAnnounce(_("The last month is before the first."))
    if ends > today:
        raise UnableToAnnounce(_("Nothing is counted yet in a month that has not begun."))
    if not source or len(source) > LONGEST_SOURCE:
        raise UnableToAnnounce(_("Say which public number decides, and where everybody can read it."))
    if not today < seed_date <= today + timedelta(days=LATEST_SEED_DAYS):
        raise UnableToAnnounce(
            _(
                "The number must not be known yet: choose a day from tomorrow on, at most %(days)d days from now."
            )
            % {"days": LATEST_SEED_DAYS}
        )


def _refuse_wrong_size(size: int, frame: int) -> None:
    if frame == 0:
        raise UnableToAnnounce(
            _("No session of these was counted in these months, so there is nothing to draw.")
        )
    most = min(frame, rules.LARGEST_SAMPLE)
    if not 1 <= size <= most:
        raise UnableToAnnounce(
            ngettext(
                "%(frame)d session was counted in these months: draw 1 to %(most)d.",
                "%(frame)d sessions were counted in these months: draw 1 to %(most)d.",
                frame,
            )
            % {"frame": frame, "most": most}
        )


def _same_as_before(sameness: str) -> SpotCheck | None:
    """Return the check that was announced in the same words. Raises UnableToAnnounce where it was called off."""
    before = SpotCheck.objects.filter(sameness=sameness).first()
    if before is not None and CallingOff.objects.filter(spot_check=before).exists():
        raise UnableToAnnounce(
            _("This check was announced as %(code)s and called off. Choose another day for the number.")
            % {"code": before.code}
        )
    return before


def _freeze(check: SpotCheck, entries: list[QuotaEntry]) -> None:
    FrameLine.objects.bulk_create(
        FrameLine(
            spot_check=check,
            position=position,
            entry=entry,
            session_id=entry.session_id,
            code=entry.session.code,
        )
        for position, entry in enumerate(entries, 1)
    )


def _record_announcement(check: SpotCheck, *, by: Account, at: datetime) -> None:
    audit.record(
        "announced spot check",
        object_type="spot check",
        object_key=check.code,
        by=by,
        at=at,
        plan=check.plan.code,
        sample=check.sample_size,
        frame=check.frame_size,
        sha256=check.frame_sha256,
        date=check.seed_date.isoformat(),
    )


def _sameness(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _numbered(year: int, **columns: object) -> SpotCheck:
    """Return the announcement under the next number of its year. Checks of other plans may take it first."""
    prefix = f"SC-{year}-"
    while True:
        number = SpotCheck.objects.filter(code__startswith=prefix).count() + 1
        try:
            with transaction.atomic():
                return SpotCheck.objects.create(code=f"{prefix}{number:03d}", **columns)
        except IntegrityError:
            if not SpotCheck.objects.filter(code=f"{prefix}{number:03d}").exists():
                raise


def _tell_both_sides(check: SpotCheck, entries: list[QuotaEntry], *, at: datetime) -> None:
    numbers = {entry.supporter_id for entry in entries} | {entry.beneficiary_id for entry in entries}
    sides = list(Association.objects.filter(pk__in=numbers).select_related("parent__parent").order_by("code"))
    officers = set(officers_who(Act.SPOT_CHECK, sides, on=localdate(at))) - {check.announced_by_id}
    words: dict[str, str | int] = {
        "number": check.code,
        "date": check.seed_date.isoformat(),
        "association": check.association.name_zh,
        "association_en": check.association.name_en,
    }
    notices.post_many(
        event="spot_check_announced",
        key=check.code,
        told=dict.fromkeys(officers, words),
        at=at,
        link=reverse("spot_checks:check", args=[check.code]),
    )
