"""What the tests of keying a room find on their site: journey (c) of product-design.md. A lecture of 1 hour 58 minutes on
disc D-0057, twelve lawyers of 那坡县 who watched it together, and forty of 靖西市.
"""

import json
from datetime import time, timedelta

from django.utils import timezone

from courses.attendance.rules import code_windows
from courses.discs.codes import codes_of
from courses.discs.models import Disc, DiscMaster, MasterLecture
from courses.schedule.models import TrainingSession
from courses.sheets import scheduling
from courses.sheets.models import Sheet, SheetVersion
from qianchang.people.models import AssociationRole, Lawyer, Region, RoleGrant
from qianchang.people.operations import register_firm
from tests.browser.cast import _session
from tests.programmes.factories import Office
from tests.world import World

LENGTH_MS = 118 * 60_000
NAPO = (
    "黄志远", "农秀兰", "陆文彬", "韦晓岚", "覃建国", "梁美玲",
    "罗世杰", "岑国栋", "李春燕", "班正明", "王海涛", "张丽萍",
)  # fmt: skip
FIRMS = ("明理律师事务所", "正衡律师事务所", "县法律援助中心", "同舟律师事务所")
MANY = 40
SURNAMES = "赵钱孙李周吴郑王冯陈"


def seed() -> str:
    """Fill the site and return as JSON the session keys of the cast and the numbers of what stands there."""
    world = World()
    world.now = timezone.now() - timedelta(days=1)
    # The site has made its expert already (tests/media_pipeline/site.py), with roles of no document.
    world.expert_lawyer = Lawyer.objects.get(account__isnull=False)
    assert world.expert_lawyer.account is not None
    world.expert, world.guangzhou_firm = world.expert_lawyer.account, world.expert_lawyer.firm
    AssociationRole.objects.all().delete()
    office = Office(world)
    baise = world.baise
    jingxi = world.region("451081", "靖西市", "county", world.baise_region)
    city = world.grant(world.account("baise", "何专员"), RoleGrant.Role.BENEFICIARY_OFFICER, baise)
    cast = {
        "contact": world.county_contact,
        "colleague": world.grant(
            world.account("nong.lianluo", "农联络员"),
            RoleGrant.Role.COUNTY_CONTACT,
            world.guangxi,
            region=world.napo_region,
        ),
        # Signs out, which ends the session: nobody else is signed in as this one.
        "leaver": world.grant(
            world.account("wei.lianluo", "韦联络员"),
            RoleGrant.Role.COUNTY_CONTACT,
            world.guangxi,
            region=world.napo_region,
        ),
        "jingxi": world.grant(
            world.account("ling.lianluo", "凌联络员"),
            RoleGrant.Role.COUNTY_CONTACT,
            world.guangxi,
            region=jingxi,
        ),
        "city": city,
        "supporting": world.supporting_officer,
        "beneficiary": world.beneficiary_officer,
    }
    firms = [
        register_firm(name=name, region=world.napo_region, association=baise, at=world.now) for name in FIRMS
    ]
    lawyers = [
        world.lawyer(
            f"1451020{place:010d}", name, firms[place * len(FIRMS) // len(NAPO)], account=name == "韦晓岚"
        )
        for place, name in enumerate(NAPO)
    ]
    hall = register_firm(name="靖安律师事务所", region=jingxi, association=baise, at=world.now)
    for place in range(MANY):
        name = SURNAMES[place % 10] + "甲乙丙丁"[place // 10]
        world.lawyer(f"1451021{place:010d}", name, hall, account=False)
    cast["lawyer"] = next(each.account for each in lawyers if each.account)
    return json.dumps(
        {
            "sessions": {name: _session(account) for name, account in cast.items()},
            **_rooms(world, office, jingxi),
        }
    )


def _rooms(world: World, office: Office, jingxi: Region) -> dict[str, object]:
    """The rooms of the day, each with a sheet of its own, so that no test finds what another keyed; `twice` is keyed by two
    people.
    """
    facts: dict[str, object] = {}
    for name, title, county, site in (
        ("room", "农村土地承包经营权流转纠纷", world.napo_region, "那坡县司法局二楼会议室"),
        ("twice", "民间借贷纠纷的举证责任", world.napo_region, "那坡县司法局一楼会议室"),
        ("guests", "婚姻家庭纠纷的调解", world.napo_region, "那坡县党校"),
        ("lost", "工伤认定的证据准备", world.napo_region, "那坡县工人文化宫"),
        ("forty", "劳动争议案件的代理思路", jingxi, "靖西市党校礼堂"),
        ("budget", "劳动合同的解除与终止", jingxi, "靖西市司法局三楼会议室"),
        ("looks", "行政复议的程序要点", world.napo_region, "那坡县文化馆"),
        ("typed", "建设工程合同纠纷", world.napo_region, "那坡县图书馆"),
        ("windows", "刑事辩护的会见与阅卷", world.napo_region, "那坡县职业学校"),
        ("faults", "交通事故赔偿的计算", world.napo_region, "那坡县交通运输局"),
        ("ended", "继承纠纷的代理要点", world.napo_region, "那坡县妇联"),
        ("plain", "执行异议与复议", world.napo_region, "那坡县人民法院"),
        ("leaving", "公司股权转让的风险", world.napo_region, "那坡县老年活动中心"),
    ):
        lecture = office.lecture(title, length_ms=LENGTH_MS)
        fact = office.scheduled(lecture, mode="dvd", on=world.day)
        session = TrainingSession.objects.get(code=fact.code)
        disc = _disc(world, session, 57 + len(facts), county)
        sheet = scheduling.open_sheet(
            session=session,
            site=site,
            date=world.day,
            region=county,
            begins_at=time(9),
            disc=disc,
            by=world.beneficiary_officer,
            at=world.now,
        )
        codes = [code.digits for code in codes_of(disc, session.lecture_version)]
        facts[name] = {"sheet": sheet.pk, "number": sheet.number, "disc": disc.serial, "codes": codes}
    return facts


def _disc(world: World, session: TrainingSession, number: int, county: Region) -> Disc:
    """A disc that lies in the county, with this one lecture."""
    version = session.lecture_version
    windows = code_windows(version.length_ms, version.excluded_ms, 45)
    master = DiscMaster.objects.create(
        title=version.lecture.title,
        maker=world.guangdong,
        presence_minutes=45,
        sha256=f"{number:064x}",
        entered_by=world.supporting_officer,
        entered_at=world.now,
    )
    MasterLecture.objects.create(
        master=master,
        version=version,
        position=1,
        windows=[[window.from_ms, window.until_ms] for window in windows],
    )
    return Disc.objects.create(
        number=number,
        serial=f"D-{number:04d}",
        master=master,
        beneficiary=world.guangxi,
        region=county,
        state=Disc.State.RECEIVED,
        state_at=world.now,
        iso_sha256=f"{number:064x}",
        iso_bytes=4_000_000_000,
        entered_by=world.supporting_officer,
        entered_at=world.now,
    )


def said(sheet_pk: int) -> str:
    """Return as JSON what the platform has of a sheet: its state, and of its versions who was how long there."""
    sheet = Sheet.objects.get(pk=sheet_pk)
    versions = [
        {
            "number": version.number,
            "origin": version.origin,
            "by": str(version.by),
            "codes": version.codes,
            "rows": {row.name: [row.mark, row.minutes] for row in version.rows.order_by("position")},
        }
        for version in SheetVersion.objects.filter(sheet=sheet).order_by("number")
    ]
    files = sorted(sheet.files.values_list("kind", flat=True))
    sizes = list(sheet.files.values_list("size_bytes", flat=True))
    decisions = list(sheet.decisions.order_by("pk").values_list("kind", flat=True))
    return json.dumps(
        {"state": sheet.state, "versions": versions, "files": files, "bytes": sizes, "decisions": decisions}
    )
