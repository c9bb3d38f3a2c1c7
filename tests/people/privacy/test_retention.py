"""What has been kept long enough goes, and nothing else; a dry run only says so."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from qianchang.groundwork import audit, retention
from qianchang.groundwork.models import AuditEntry
from qianchang.people import users
from qianchang.people.models import Account, CodeRequest
from qianchang.people.models.rosters import RosterImport, RosterRow
from qianchang.people.privacy import erasure, upkeep
from qianchang.people.privacy.checks import retention_errors
from qianchang.people.rosters import sheets

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def old(world):
    """Things that are one day too old, and the same ones that are one day young enough, as the settings have them."""
    keep = {period.name: period.days for period in retention.periods()}
    for extra in (1, -1):
        audit.record("noted", object_type="firm", object_key="1", by=None, at=ago(keep["audit"] + extra))
        world.county_account.notices.create(
            event="hours", key=str(extra), words={}, posted_at=ago(keep["notices"] + extra)
        )
        world.county_account.outbox.create(
            address="wei@example.cn",
            not_before=ago(0),
            created_at=ago(900),
            state="sent",
            ended_at=ago(keep["mails"] + extra),
        )
        CodeRequest.objects.create(requested_at=ago(keep["activation"] + extra))
        made = RosterImport.objects.create(
            association=world.guangxi,
            created_at=ago(keep["roster_imports"] + extra),
            file_name="x.xlsx",
            stands_on=world.day,
            sheet=sheets.pack([]),
        )
        RosterRow.objects.create(roster_import=made, number=2, outcome="same", values={"name": "韦晓岚"})
        Account.objects.create(
            username=f"closed{extra}",
            display_name="某人",
            is_active=False,
            date_joined=ago(5000),
            last_login=ago(keep["closed_accounts"] + extra),
        )
    return keep


def counts():
    return {
        "audit": AuditEntry.objects.filter(verb="noted").count(),
        "codes": CodeRequest.objects.count(),
        "rows": RosterRow.objects.count(),
        "sheets": RosterImport.objects.filter(sheet__isnull=False).count(),
        "closed": Account.objects.filter(display_name="某人").count(),
    }


def test_what_is_overdue_goes_and_what_is_not_stays(old, world):
    done = {applied.period.name: applied.count for applied in upkeep.apply_retention(at=timezone.now())}
    assert {
        name: done[name] for name in ("audit", "notices", "mails", "activation", "closed_accounts")
    } == dict.fromkeys(("audit", "notices", "mails", "activation", "closed_accounts"), 1)
    assert set(counts().values()) == {1}
    assert (world.county_account.notices.count(), world.county_account.outbox.count()) == (1, 1)
    assert {applied.count for applied in upkeep.apply_retention(at=timezone.now())} == {0}


def test_a_dry_run_says_how_much_and_touches_nothing(old):
    before, said = counts(), StringIO()
    call_command("apply_retention", "--dry-run", stdout=said)
    assert counts() == before
    assert f"audit: 1 would go (kept {old['audit']} days" in said.getvalue()
    assert not AuditEntry.objects.filter(verb="let go after its period").exists()


def test_what_went_stands_in_the_log(old):
    call_command("apply_retention", stdout=StringIO())
    entry = AuditEntry.objects.get(verb="let go after its period", object_key="mails")
    assert entry.details == {"rows": 1, "days": old["mails"]}


def test_the_scheduler_asks_for_it(settings):
    assert settings.CELERY_BEAT_SCHEDULE["keep privacy"]["task"] == "qianchang.people.keep_privacy"


def test_a_period_that_fails_holds_neither_the_others_nor_erasures_up(old, world, monkeypatch):
    wish = erasure.ask_for_own(account=world.county_account, at=ago(40))

    def broken(rows, at):
        raise OSError("locked")

    monkeypatch.setitem(retention._periods, "audit", replace(retention._periods["audit"], drop=broken))
    with pytest.raises(ExceptionGroup, match="periods"):
        upkeep.every_day(at=timezone.now())
    wish.refresh_from_db()
    assert wish.state == "done"
    assert (counts()["audit"], counts()["codes"]) == (2, 1)


def test_where_somebody_was_signed_in_goes_once_the_session_is_over(world):
    keep = {period.name: period.days for period in retention.periods()}
    for key, is_open in (("a" * 32, False), ("b" * 32, True)):
        if is_open:
            Session.objects.create(session_key=key, session_data="x", expire_date=timezone.now())
        seen = UserSession.objects.create(
            user=world.county_account, session_key=key, ip="192.0.2.7", user_agent="x", created_at=ago(90)
        )
        UserSession.objects.filter(pk=seen.pk).update(last_seen_at=ago(keep["signed_out"] + 1))
    upkeep.apply_retention(at=timezone.now())
    assert [row.session_key for row in UserSession.objects.all()] == ["b" * 32]


def test_the_period_of_a_closed_account_counts_from_its_closing(world):
    account = Account.objects.create(
        username="rarely.here", display_name="某人", date_joined=ago(5000), last_login=ago(4000)
    )
    users.close_account(account=account, reason="离职交接", by=world.administrator, at=timezone.now())
    upkeep.apply_retention(at=timezone.now())
    account.refresh_from_db()
    assert (account.display_name, account.erased_at) == ("某人", None)


def test_roles_of_a_closed_account_end_with_it_and_the_name_of_an_office_stays_in_texts(world):
    keep = {period.name: period.days for period in retention.periods()}
    account = Account.objects.create(
        username="office.gx",
        display_name="广西律协秘书处",
        is_active=False,
        date_joined=ago(5000),
        last_login=ago(keep["closed_accounts"] + 1),
    )
    grant = account.role_grants.create(role="editor", valid_from=world.day - timedelta(days=1000))
    world.county_account.notices.create(
        event="hours", key="x", words={"who": "广西律协秘书处"}, posted_at=timezone.now()
    )
    upkeep.apply_retention(at=timezone.now())
    grant.refresh_from_db()
    account.refresh_from_db()
    assert account.erased_at is not None
    assert grant.valid_until == timezone.localdate()
    assert world.county_account.notices.get(key="x").words == {"who": "广西律协秘书处"}


@pytest.mark.parametrize(("days", "errors"), [(183, 1), (184, 0), (730, 0)])
def test_a_site_that_keeps_its_log_shorter_than_the_law_is_told(days, errors, settings):
    settings.KEEP_DAYS = {**settings.KEEP_DAYS, "audit": days}
    assert len(retention_errors(None)) == errors
