"""The people of the demo and the jurisdiction of its own: everything that exists before the job begins."""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from courses.catalogue.models import Lecturer
from courses.credits.models import CreditRule
from programmes.quotas.models import QuotaRule
from qianchang.people import activation
from qianchang.people import operations as people
from qianchang.people.models import Account, Association, Firm, Jurisdiction, Lawyer, Region, RoleGrant

JURISDICTION = "demo"
SINCE = date(2012, 11, 14)
R = RoleGrant.Role


@dataclass(frozen=True)
class Part:
    """One account of the demo: `username` signs in; `association` is the code that the role is held for."""

    key: str
    username: str
    name: str
    role: RoleGrant.Role | None
    association: str


PARTS = (
    Part("expert", "14401200010000001", "陈嘉敏", R.EXPERT, "CN-GD"),
    Part("lawyer", "14510201010000026", "韦晓岚", None, "CN-GX"),
    Part("supporting", "gd-officer", "梁秘书", R.SUPPORTING_OFFICER, "CN-GD"),
    Part("beneficiary", "gx-officer", "黄专员", R.BENEFICIARY_OFFICER, "CN-GX"),
    Part("national", "national-officer", "全国律协专员", R.NATIONAL_OFFICER, "CN-ACLA"),
    Part("editor", "editor", "内容编辑", R.EDITOR, "CN-GD"),
    Part("administrator", "administrator", "管理员", R.ADMINISTRATOR, "CN-ACLA"),
)
ROLE_WORDS = {
    "expert": _("expert"),
    "lawyer": _("county lawyer"),
    "supporting": _("supporting officer (Guangdong)"),
    "beneficiary": _("beneficiary officer (Guangxi)"),
    "national": _("national officer"),
    "editor": _("editor"),
    "administrator": _("administrator"),
}


def cast_the_demo(folder: Path, *, at: datetime) -> str:
    """Make the demo's jurisdiction, people and roles, once; return the password that all of them share.

    The password is made at random for this state folder and kept in it, readable by its owner only.
    """
    password = _password(folder)
    _jurisdiction(at=at)
    homes = _homes(at=at)
    for part in PARTS:
        association = Association.objects.get(code=part.association)
        account = Account.objects.filter(username=part.username).first()
        if account is None:
            account = (
                _activate(part, homes[part.key], password, at=at)
                if part.key in homes
                else people.open_account(username=part.username, name=part.name, password=password, at=at)
            )
        if part.role:
            people.grant_role(account=account, role=part.role, association=association, at=at)
        if part.key == "expert":
            Lecturer.objects.get_or_create(
                account=account,
                defaults={"slug": "chen-jiamin", "name": part.name, "association": association},
            )
    return password


def _homes(*, at: datetime) -> dict[str, tuple[str, Region, Association]]:
    """Make the regions of the two lawyers' firms: by part, the firm's name, its region and its association."""

    def region(code: str, name_zh: str, name_en: str, level: str, parent: Region) -> Region:
        return people.ensure_region(
            code=code, name_zh=name_zh, name_en=name_en, level=level, parent=parent, at=at
        )

    guangdong, guangxi = (
        Association.objects.select_related("region").get(code=code) for code in ("CN-GD", "CN-GX")
    )
    if guangdong.region is None or guangxi.region is None:
        raise LookupError("the facts give these associations a region")
    guangzhou = region("440100", "广州市", "Guangzhou", Region.Level.PREFECTURE, guangdong.region)
    baise = region("451000", "百色市", "Baise", Region.Level.PREFECTURE, guangxi.region)
    napo = region("451026", "那坡县", "Napo County", Region.Level.COUNTY, baise)
    return {
        "expert": ("岭南律师事务所", guangzhou, guangdong),
        "lawyer": ("那坡县边城律师事务所", napo, guangxi),
    }


def _activate(part: Part, home: tuple[str, Region, Association], password: str, *, at: datetime) -> Account:
    """Enter a lawyer on the roster and open the account as the lawyer would: with the code of a slip."""
    firm_name, region, association = home
    firm = Firm.objects.filter(name=firm_name, association=association).first() or people.register_firm(
        name=firm_name, region=region, association=association, at=at
    )
    lawyer = Lawyer.objects.filter(licence_number=part.username).first() or people.register_lawyer(
        licence_number=part.username, name=part.name, firm=firm, at=at
    )
    code = activation.issue_activation_code(lawyer=lawyer, at=at)
    return activation.activate_lawyer(
        licence_number=part.username, name=part.name, code=code, password=password, at=at
    )


def _jurisdiction(*, at: datetime) -> None:
    """Guangxi follows rules of the demo's own: one-minute hours, sessions of any length, months closed any day.

    Everybody else keeps the default rules of 45 minutes.
    """
    demo = people.ensure_jurisdiction(code=JURISDICTION, name_zh="演示", name_en="Demo", at=at)
    CreditRule.objects.get_or_create(
        jurisdiction=demo,
        version=1,
        defaults={"effective_date": SINCE, "unit_minutes": 1, "presence_minutes": 1, "max_rate": 4},
    )
    QuotaRule.objects.get_or_create(
        jurisdiction=demo,
        version=1,
        defaults={"effective_date": SINCE, "minimum_minutes": 0, "close_days_before_month_end": 31},
    )
    Association.objects.filter(code="CN-GX").update(jurisdiction=Jurisdiction.objects.get(code=JURISDICTION))


def _password(folder: Path) -> str:
    path = folder / "accounts.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps({"password": secrets.token_urlsafe(9)}), encoding="ascii")
    return str(json.loads(path.read_text(encoding="ascii"))["password"])
