"""What the tests of a door find on their site: a session on site that is held just now in 那坡县, and a telephone conference
with a log.
"""

import json
from datetime import time, timedelta

from django.utils import timezone

from courses.schedule.log_import import import_log
from courses.schedule.models import TrainingSession
from courses.sheets.scheduling import open_sheet
from qianchang.people.models import AssociationRole, Lawyer
from tests.browser.cast import _session
from tests.programmes.factories import Office
from tests.world import World

LENGTH_MS = 118 * 60_000


def seed() -> str:
    """Fill the site and return as JSON the session keys of the cast, the sheet and the two sessions."""
    world = World()
    world.now = timezone.now() - timedelta(hours=1)
    # The site has made its expert already (tests/media_pipeline/site.py), with roles of no document.
    world.expert_lawyer = Lawyer.objects.get(account__isnull=False)
    assert world.expert_lawyer.account is not None
    world.expert, world.guangzhou_firm = world.expert_lawyer.account, world.expert_lawyer.firm
    AssociationRole.objects.all().delete()
    office, today = Office(world), timezone.localdate()
    assert world.second_county_lawyer is not None
    codes = {
        mode: office.scheduled(
            office.lecture(title, length_ms=LENGTH_MS), mode=mode, on=today, place="那坡县司法局"
        ).code
        for mode, title in (("onsite", "边境贸易合同审查"), ("teleconference", "农村土地承包纠纷"))
    }
    room = open_sheet(
        session=TrainingSession.objects.select_related("supporter", "beneficiary").get(code=codes["onsite"]),
        site="那坡县司法局二楼会议室",
        date=today,
        # At whatever hour the test runs, this is a session of now.
        begins_at=time(0, 0),
        ends_at=time(23, 59),
        supervisor="何秘书",
        by=world.beneficiary_officer,
        at=world.now,
    )
    conference = TrainingSession.objects.get(code=codes["teleconference"])
    log = f"姓名,入会时间,退会时间\n韦晓岚,{today} 00:00:00,{today} 00:50:00\n".encode()
    import_log(session=conference, content=log, by=world.supporting_officer, at=timezone.now())
    cast = {
        "officer": world.beneficiary_officer,
        "supporting": world.supporting_officer,
        "lawyer": world.county_account,
    }
    return json.dumps(
        {
            "sessions": {name: _session(account) for name, account in cast.items()},
            "sheet": room.pk,
            "onsite": codes["onsite"],
            "conference": codes["teleconference"],
        }
    )
