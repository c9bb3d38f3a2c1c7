"""Users and roles: who there is, opening, granting with dates, ending, closing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client

from qianchang.groundwork.models import AuditEntry
from qianchang.people import operations, users
from qianchang.people.models import Account, Notice, RoleGrant
from qianchang.people.unmasking import ReasonMissing
from tests.world import World

R = RoleGrant.Role
WHY = "离任，见来函"


@pytest.fixture(autouse=True)
def _clock(world: World):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def second_administrator(world: World) -> Account:
    return world.grant(world.account("second.admin", "副管理员"), R.ADMINISTRATOR)


@pytest.fixture
def desk(world: World, client_for: Callable[[Account], Client]) -> Client:
    """The administrator's browser, signed in a moment ago with a password."""
    assert world.administrator.pk
    client = Client()
    client.post("/account/login/", {"login": "zheng.guanli", "password": World.PASSWORD})
    return client


class TestOperations:
    def test_an_account_is_opened_and_its_owner_told_how_to_set_the_password(self, world: World) -> None:
        opened = users.open_account(
            username="xin-zhuanyuan",
            name="新专员",
            email="xin@example.org",
            by=world.administrator,
            at=world.now,
        )

        assert not opened.has_usable_password()
        notice = Notice.objects.get(account=opened)
        assert notice.event == "account_ready"
        assert Client().get(notice.link, follow=True).status_code == 200

    def test_nobody_else_opens_accounts(self, world: World) -> None:
        with pytest.raises(PermissionDenied):
            users.open_account(
                username="x-y", name="甲", email="x@example.org", by=world.national_officer, at=world.now
            )

    def test_nobody_gives_a_role_to_themselves(self, world: World) -> None:
        with pytest.raises(operations.UnableToGrantRole):
            users.grant(
                account=world.administrator,
                role=R.BENEFICIARY_OFFICER,
                association=world.guangxi,
                region=None,
                valid_from=world.day,
                valid_until=None,
                by=world.administrator,
                at=world.now,
            )
        assert world.administrator.role_grants.count() == 1

    def test_a_role_ends_on_its_day(self, world: World) -> None:
        grant = world.beneficiary_officer.role_grants.get()
        users.end_grant(
            grant=grant, until=world.day + timedelta(days=30), by=world.administrator, at=world.now
        )

        grant.refresh_from_db()
        assert grant.valid_until == world.day + timedelta(days=30)
        assert AuditEntry.objects.filter(verb="ended", actor_id=world.administrator.pk).count() == 1

    def test_ending_a_role_makes_it_no_longer(self, world: World, second_administrator: Account) -> None:
        # Given a role of one's own that runs out in a week.
        grant = second_administrator.role_grants.get()
        week = world.day + timedelta(days=7)
        assert world.administrator.pk
        users.end_grant(grant=grant, until=week, by=second_administrator, at=world.now)

        # Then nobody "ends" it in a year, from a page opened before either.
        for stale in (RoleGrant.objects.get(pk=grant.pk), grant):
            with pytest.raises(operations.UnableToGrantRole, match="已"):
                users.end_grant(
                    grant=stale, until=world.day + timedelta(days=365), by=second_administrator, at=world.now
                )
        assert second_administrator.role_grants.get().valid_until == week

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [
            (R.ADMINISTRATOR, R.BENEFICIARY_OFFICER),
            (R.ADMINISTRATOR, R.NATIONAL_OFFICER),
            (R.SUPPORTING_OFFICER, R.ADMINISTRATOR),
        ],
    )
    def test_an_administrator_is_no_officer(
        self, world: World, second_administrator: Account, held: str, wanted: str
    ) -> None:
        both = world.grant(world.account("both", "两头"), held, world.guangdong)
        grant = both.role_grants.get()

        def give(**days: object) -> RoleGrant:
            return operations.grant_role(
                account=both,
                role=wanted,
                association=world.guangdong,
                by=second_administrator,
                at=world.now,
                **days,
            )

        with pytest.raises(operations.UnableToGrantRole, match="管理员"):
            give()
        # One after the other is fine: a person may change the desk.
        week = world.day + timedelta(days=7)
        operations.end_role(grant=grant, until=week, at=world.now)
        with pytest.raises(operations.UnableToGrantRole, match="管理员"):
            give(valid_until=week + timedelta(days=1))
        assert give(valid_from=week).pk

    def test_nobody_closes_the_account_of_the_administrator_who_outlasts_the_others(
        self, world: World, second_administrator: Account
    ) -> None:
        # Given two administrators, one of whom ends in a week.
        users.end_grant(
            grant=second_administrator.role_grants.get(),
            until=world.day + timedelta(days=7),
            by=world.administrator,
            at=world.now,
        )
        # Then the other one is the last, from that day on.
        with pytest.raises(users.UnableToChangeAccount):
            users.close_account(
                account=world.administrator, reason=WHY, by=second_administrator, at=world.now
            )

    def test_the_last_administrator_is_neither_ended_nor_closed(
        self, world: World, second_administrator: Account
    ) -> None:
        first = world.administrator
        users.end_grant(grant=first.role_grants.get(), until=world.day, by=second_administrator, at=world.now)
        last = second_administrator.role_grants.get()
        # The first one is no administrator any more, and nobody ends the last.
        with pytest.raises(PermissionDenied):
            users.end_grant(grant=last, until=world.day, by=Account.objects.get(pk=first.pk), at=world.now)
        with pytest.raises(users.UnableToChangeAccount):
            users.end_grant(grant=last, until=world.day, by=second_administrator, at=world.now)
        with pytest.raises(users.UnableToChangeAccount):
            users.close_account(
                account=second_administrator, reason=WHY, by=second_administrator, at=world.now
            )

    def test_a_closed_account_is_signed_out_and_can_be_opened_again(
        self, world: World, client_for: Callable[[Account], Client]
    ) -> None:
        officer = client_for(world.beneficiary_officer)
        assert officer.get("/office/").status_code == 200

        for _twice in range(2):
            users.close_account(
                account=world.beneficiary_officer, reason=WHY, by=world.administrator, at=world.now
            )
        assert officer.get("/office/").status_code == 302
        assert AuditEntry.objects.filter(verb="closed").count() == 1

        users.reopen_account(
            account=world.beneficiary_officer, reason="回来了，见来函", by=world.administrator, at=world.now
        )
        assert Account.objects.get(pk=world.beneficiary_officer.pk).is_active

    def test_closing_needs_a_reason(self, world: World) -> None:
        with pytest.raises(ReasonMissing):
            users.close_account(account=world.editor, reason=" ", by=world.administrator, at=world.now)

    def test_a_closed_account_is_given_no_role(self, world: World) -> None:
        users.close_account(account=world.editor, reason=WHY, by=world.administrator, at=world.now)
        world.editor.refresh_from_db()
        with pytest.raises(users.UnableToChangeAccount):
            users.grant(
                account=world.editor,
                role=R.EXPERT,
                association=world.guangdong,
                region=None,
                valid_from=world.day,
                valid_until=None,
                by=world.administrator,
                at=world.now,
            )


class TestPages:
    def test_the_list_is_searched_cut_paged_and_its_queries_do_not_grow(
        self, world: World, desk: Client, django_assert_max_num_queries
    ) -> None:
        for number in range(60):
            world.grant(world.account(f"officer{number}", f"专员{number}"), R.EDITOR)
        with django_assert_max_num_queries(14):
            page = desk.get("/manage/users/")
        assert len(page.context["page"]) == 50
        assert [each.username for each in desk.get("/manage/users/?q=专员59").context["page"]] == [
            "officer59"
        ]
        cut = desk.get("/manage/users/?which=administrator").context["page"]
        assert [each.pk for each in cut] == [world.administrator.pk]

    def test_a_lawyers_licence_number_is_masked_there(self, world: World, desk: Client) -> None:
        number = world.county_lawyer.licence_number
        for address in ("/manage/users/?q=韦晓岚", f"/manage/users/{world.county_account.pk}/"):
            page = desk.get(address).content.decode()
            assert number not in page
            assert "14510****23344" in page

    def test_a_role_is_granted_and_ended_on_the_page(self, world: World, desk: Client) -> None:
        address = f"/manage/users/{world.editor.pk}/"
        granted = desk.post(
            address,
            {
                "act": "grant",
                "role": "county_contact",
                "association": "CN-GX",
                "county": world.napo_region.code if world.guangxi else "",
                "valid_from": "2026-10-12",
            },
        )
        assert granted.status_code == 302
        grant = world.editor.role_grants.get(role="county_contact")
        assert grant.region == world.napo_region
        desk.post(address, {"act": "end", "grant": grant.pk, "until": "2026-12-01"})
        grant.refresh_from_db()
        assert grant.valid_until is not None

    @pytest.mark.parametrize(
        "bad",
        [
            {"role": "beneficiary_officer", "association": "", "valid_from": "2026-10-12"},
            {"role": "beneficiary_officer", "association": "CN-XX", "valid_from": "2026-10-12"},
            {"role": "county_contact", "association": "CN-GX", "valid_from": "2026-10-12"},
            {"role": "editor", "valid_from": "2026-10-12", "valid_until": "2026-10-01"},
            {"role": "president", "valid_from": "2026-10-12"},
        ],
    )
    def test_what_does_not_fit_is_said_and_changes_nothing(
        self, world: World, desk: Client, bad: dict[str, str]
    ) -> None:
        assert world.guangxi
        page = desk.post(f"/manage/users/{world.editor.pk}/", {"act": "grant", **bad})

        assert page.status_code == 422
        assert 'id="error-summary"' in page.content.decode()
        assert world.editor.role_grants.count() == 1

    def test_no_role_of_another_account_is_ended_through_this_one(self, world: World, desk: Client) -> None:
        other = world.beneficiary_officer.role_grants.get()
        page = desk.post(
            f"/manage/users/{world.editor.pk}/", {"act": "end", "grant": other.pk, "until": "2026-12-01"}
        )
        assert page.status_code == 422
        other.refresh_from_db()
        assert other.valid_until is None

    def test_a_lost_second_factor_is_reset_with_a_reason(self, world: World, desk: Client) -> None:
        Authenticator.objects.create(user_id=world.editor.pk, type=Authenticator.Type.TOTP, data={})
        address = f"/manage/users/{world.editor.pk}/"
        assert desk.post(address, {"act": "reset", "reason": ""}).status_code == 422
        assert desk.post(address, {"act": "reset", "reason": "手机丢失，已电话核实"}).status_code == 302
        assert not Authenticator.objects.filter(user_id=world.editor.pk).exists()

    def test_whoever_signed_in_long_ago_is_asked_for_the_password_first(
        self, world: World, client_for: Callable[[Account], Client]
    ) -> None:
        stale = client_for(world.administrator)
        with time_machine.travel(world.later(minutes=20), tick=False):
            answer = stale.post(f"/manage/users/{world.editor.pk}/", {"act": "close", "reason": WHY})

        assert answer.status_code == 302
        assert Account.objects.get(pk=world.editor.pk).is_active
        assert mail.outbox == []
