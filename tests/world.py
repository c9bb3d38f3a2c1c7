"""The cast. Everybody here is made on first use, through the operations that the platform uses itself.

Use them before inventing anyone: `world.county_lawyer` is 韦晓岚 of 那坡县 on a bad line, `world.expert` is
陈嘉敏 in Guangzhou, `world.supporting_officer` is 梁秘书 in Guangdong, `world.beneficiary_officer` is 黄专员
in Guangxi. All of it happens on `world.day`, at `world.now`. Every password is `World.PASSWORD`.
"""

from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from qianchang.people import operations
from qianchang.people.models import (
    Account,
    Association,
    AssociationRole,
    Firm,
    Jurisdiction,
    Lawyer,
    Region,
    RoleGrant,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
R = RoleGrant.Role


def full_width(digits: str) -> str:
    """Return digits as a Chinese input method types them."""
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


class World:
    """The cast of one test."""

    PASSWORD = "quiet mountain road 26"
    PROGRAMME = "BQQ-2012"

    def __init__(self) -> None:
        self.now = datetime(2026, 10, 12, 9, 30, tzinfo=SHANGHAI)

    @property
    def day(self) -> date:
        return self.now.date()

    def later(self, **units: float) -> datetime:
        """Return the time that lies `units` (of a timedelta) after `now`."""
        return self.now + timedelta(**units)

    # --- places -----------------------------------------------------------------------------------
    def region(
        self, code: str, name_zh: str, level: str = "province", parent: Region | None = None
    ) -> Region:
        return operations.ensure_region(code=code, name_zh=name_zh, level=level, parent=parent, at=self.now)

    @cached_property
    def guangdong_region(self) -> Region:
        return self.region("440000", "广东省")

    @cached_property
    def guangzhou_region(self) -> Region:
        return self.region("440100", "广州市", "prefecture", self.guangdong_region)

    @cached_property
    def guangxi_region(self) -> Region:
        return self.region("450000", "广西壮族自治区")

    @cached_property
    def baise_region(self) -> Region:
        return self.region("451000", "百色市", "prefecture", self.guangxi_region)

    @cached_property
    def napo_region(self) -> Region:
        return self.region("451026", "那坡县", "county", self.baise_region)

    @cached_property
    def yunnan_region(self) -> Region:
        return self.region("530000", "云南省")

    # --- associations -----------------------------------------------------------------------------
    @cached_property
    def jurisdiction(self) -> Jurisdiction:
        return operations.ensure_jurisdiction(
            code=Jurisdiction.DEFAULT_CODE, name_zh="全国", name_en="National", at=self.now
        )

    def association(
        self,
        code: str,
        name_zh: str,
        region: Region | None,
        parent: Association | None,
        level: str = "province",
    ) -> Association:
        return operations.ensure_association(
            code=code,
            name_zh=name_zh,
            level=level,
            jurisdiction=self.jurisdiction,
            parent=parent,
            region=region,
            at=self.now,
        )

    def role(self, association: Association, role: str) -> None:
        operations.ensure_association_role(
            association=association, programme_code=self.PROGRAMME, role=role, source="tests", at=self.now
        )

    @cached_property
    def national(self) -> Association:
        return self.association("CN-ACLA", "全国律协", None, None, "national")

    @cached_property
    def guangdong(self) -> Association:
        association = self.association("CN-GD", "广东省律师协会", self.guangdong_region, self.national)
        self.role(association, AssociationRole.Role.SUPPORTER)
        return association

    @cached_property
    def guangzhou(self) -> Association:
        return self.association(
            "CN-GD-440100", "广州市律师协会", self.guangzhou_region, self.guangdong, "city"
        )

    @cached_property
    def guangxi(self) -> Association:
        association = self.association("CN-GX", "广西律师协会", self.guangxi_region, self.national)
        self.role(association, AssociationRole.Role.BENEFICIARY)
        return association

    @cached_property
    def baise(self) -> Association:
        return self.association("CN-GX-451000", "百色市律师协会", self.baise_region, self.guangxi, "city")

    @cached_property
    def yunnan(self) -> Association:
        association = self.association("CN-YN", "云南省律师协会", self.yunnan_region, self.national)
        self.role(association, AssociationRole.Role.BENEFICIARY)
        return association

    # --- lawyers ----------------------------------------------------------------------------------
    @cached_property
    def guangzhou_firm(self) -> Firm:
        return operations.register_firm(
            name="广东岭南律师事务所", region=self.guangzhou_region, association=self.guangdong, at=self.now
        )

    @cached_property
    def napo_firm(self) -> Firm:
        return operations.register_firm(
            name="广西边城律师事务所", region=self.napo_region, association=self.guangxi, at=self.now
        )

    @cached_property
    def baise_firm(self) -> Firm:
        return operations.register_firm(
            name="广西右江律师事务所", region=self.baise_region, association=self.guangxi, at=self.now
        )

    @cached_property
    def yunnan_firm(self) -> Firm:
        return operations.register_firm(
            name="云南滇池律师事务所", region=self.yunnan_region, association=self.yunnan, at=self.now
        )

    def lawyer(
        self,
        licence_number: str,
        name: str,
        firm: Firm,
        *,
        birth_year: int | None = None,
        account: bool = True,
    ) -> Lawyer:
        """Return a lawyer on the roster of a firm's association, with an account opened by a slip."""
        lawyer = operations.register_lawyer(
            licence_number=licence_number, name=name, firm=firm, birth_year=birth_year, at=self.now
        )
        if account:
            code = operations.issue_activation_code(lawyer=lawyer, at=self.now)
            operations.activate_lawyer(
                licence_number=licence_number, name=name, code=code, password=self.PASSWORD, at=self.now
            )
            lawyer.refresh_from_db()
        return lawyer

    @cached_property
    def county_lawyer(self) -> Lawyer:
        """韦晓岚, young, in 那坡县, Guangxi."""
        return self.lawyer("14510201811223344", "韦晓岚", self.napo_firm, birth_year=1992)

    @cached_property
    def second_county_lawyer(self) -> Lawyer:
        """农志强, in the same firm."""
        return self.lawyer("14510200910556677", "农志强", self.napo_firm, birth_year=1975)

    @cached_property
    def yunnan_lawyer(self) -> Lawyer:
        """杨丽江, in Yunnan: what is released to Guangxi only is not for her."""
        return self.lawyer("15301201510778899", "杨丽江", self.yunnan_firm)

    @cached_property
    def unactivated_lawyer(self) -> Lawyer:
        """黄大山, on the roster of 那坡县, who has never signed in."""
        return self.lawyer("14510202310998877", "黄大山", self.napo_firm, account=False)

    @cached_property
    def expert_lawyer(self) -> Lawyer:
        """陈嘉敏 on the roster of Guangdong."""
        return self.lawyer("14401200511112222", "陈嘉敏", self.guangzhou_firm)

    # --- accounts ---------------------------------------------------------------------------------
    def account(self, username: str, name: str) -> Account:
        return operations.open_account(username=username, name=name, password=self.PASSWORD, at=self.now)

    def grant(
        self,
        account: Account,
        role: str,
        association: Association | None = None,
        *,
        region: Region | None = None,
        valid_from: date | None = None,
        valid_until: date | None = None,
    ) -> Account:
        """Give a role, from long before `now` unless told otherwise, and return the account."""
        operations.grant_role(
            account=account,
            role=role,
            association=association,
            region=region,
            at=self.now,
            valid_from=valid_from or date(2026, 1, 1),
            valid_until=valid_until,
        )
        return account

    @cached_property
    def expert(self) -> Account:
        """The account of 陈嘉敏, expert in Guangzhou."""
        account = self.expert_lawyer.account
        assert account is not None
        return self.grant(account, R.EXPERT, self.guangdong)

    @cached_property
    def county_account(self) -> Account:
        """The account of 韦晓岚."""
        account = self.county_lawyer.account
        assert account is not None
        return account

    @cached_property
    def supporting_officer(self) -> Account:
        """梁秘书 of Guangdong."""
        return self.grant(self.account("liang.mishu", "梁秘书"), R.SUPPORTING_OFFICER, self.guangdong)

    @cached_property
    def second_supporting_officer(self) -> Account:
        """何秘书 of Guangdong: four eyes need two people."""
        return self.grant(self.account("he.mishu", "何秘书"), R.SUPPORTING_OFFICER, self.guangdong)

    @cached_property
    def beneficiary_officer(self) -> Account:
        """黄专员 of Guangxi."""
        return self.grant(self.account("huang.zhuanyuan", "黄专员"), R.BENEFICIARY_OFFICER, self.guangxi)

    @cached_property
    def second_beneficiary_officer(self) -> Account:
        """覃专员 of Guangxi: four eyes need two people."""
        return self.grant(self.account("qin.zhuanyuan", "覃专员"), R.BENEFICIARY_OFFICER, self.guangxi)

    @cached_property
    def county_contact(self) -> Account:
        """罗联络员 of 那坡县, Guangxi."""
        account = self.account("luo.lianluo", "罗联络员")
        return self.grant(account, R.COUNTY_CONTACT, self.guangxi, region=self.napo_region)

    @cached_property
    def yunnan_officer(self) -> Account:
        """和专员 of Yunnan: a foreign association to Guangxi."""
        return self.grant(self.account("he.zhuanyuan", "和专员"), R.BENEFICIARY_OFFICER, self.yunnan)

    @cached_property
    def national_officer(self) -> Account:
        """周处长 of the national association."""
        return self.grant(self.account("zhou.chuzhang", "周处长"), R.NATIONAL_OFFICER, self.national)

    @cached_property
    def editor(self) -> Account:
        """编辑小林."""
        return self.grant(self.account("lin.bianji", "林编辑"), R.EDITOR)

    @cached_property
    def administrator(self) -> Account:
        """管理员老郑."""
        return self.grant(self.account("zheng.guanli", "郑管理员"), R.ADMINISTRATOR)
