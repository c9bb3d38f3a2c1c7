"""What the browser tests of the hours find on their site: two lawyers with hours, an appeal, a correction, sessions.

韦晓岚 is left to the journeys; the pages of 农志强 and of the desks are there to be looked at.
"""

import json
import time
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from courses.attendance.models import WatchedSpan
from courses.catalogue.models import Category, LectureVersion
from courses.catalogue.search.indexing import index_all
from courses.certificates.operations import issue_certificate
from courses.credits import appeals, corrections
from courses.credits.models import CreditEntry
from courses.enrolment.operations import enrol
from media_pipeline import api as media
from qianchang.people.models import Account, AssociationRole, Lawyer
from tests.courses.attendance.simulation import Device
from tests.courses.factories import (
    make_course,
    make_draft,
    make_lecture_in_review,
    make_published_lecture,
    make_slides,
)
from tests.programmes.factories import Office
from tests.world import World

MINUTES = 45
TO_FIND = "县级医院医疗纠纷的调解与诉讼衔接"
TITLES = (
    "医疗损害责任纠纷：鉴定意见的审查与质证",
    "律师保密义务与利益冲突审查",
    "政府法律顾问：招商引资合同审查",
)


def seed() -> str:
    """Fill the site and return as JSON the session keys of the cast and the numbers of what stands there."""
    world = World()
    world.now = timezone.now() - timedelta(hours=12)
    # The site has made its expert already (tests/media_pipeline/site.py), with roles of no document.
    world.expert_lawyer = Lawyer.objects.get(account__isnull=False)
    assert world.expert_lawyer.account is not None
    world.expert, world.guangzhou_firm = world.expert_lawyer.account, world.expert_lawyer.firm
    AssociationRole.objects.all().delete()
    office = Office(world)
    lectures = [
        make_published_lecture(
            world,
            title=title,
            category=Category.ETHICS if place == 1 else Category.BUSINESS,
            released_to=[world.guangxi, world.guangdong],
            duration_ms=MINUTES * 60_000,
        )
        for place, title in enumerate(TITLES)
    ]
    make_slides(lectures[0].recording, ["开场", "病历的封存", "委托鉴定"])
    make_course(world, lectures)
    _to_be_found(world)
    make_draft(world, title="还没有交的讲座")
    make_lecture_in_review(world, title="等着审核的讲座")
    watched = [
        _watch(world, lawyer, lecture, place)
        for lawyer in (world.county_lawyer, world.second_county_lawyer)
        for place, lecture in enumerate(lectures[:2])
    ]
    at = timezone.now() - timedelta(minutes=5)
    second = world.second_county_lawyer.account
    assert second is not None
    entry = CreditEntry.objects.select_related("lawyer__association").filter(
        lawyer=world.second_county_lawyer
    )[0]
    span = WatchedSpan.objects.filter(lawyer=world.second_county_lawyer).exclude(refusal="").first()
    asked = appeals.file_appeal(lawyer=entry.lawyer, entry=entry, words="请核对。", by=second, at=at)
    if span is not None:
        appeals.file_appeal(lawyer=entry.lawyer, span=span, words="这一段我看了。", by=second, at=at)
    appeals.answer_appeal(
        appeal=asked, corrected=False, words="记录无误。", by=world.beneficiary_officer, at=at
    )
    corrections.propose_correction(
        subject=corrections.subject_of_entry(entry), reason="重复。", by=world.beneficiary_officer, at=at
    )
    certificate = issue_certificate(
        lawyer=world.second_county_lawyer, year=timezone.localdate().year, by=second, at=at
    )
    office.scheduled(lectures[0])
    office.held(lectures[1], mode="onsite")
    cast = {
        "county": world.county_account,
        "second": second,
        "expert": world.expert,
        "beneficiary": world.beneficiary_officer,
        "colleague": world.second_beneficiary_officer,
        "supporting": world.supporting_officer,
        "national": world.national_officer,
        "administrator": world.administrator,
    }
    return json.dumps(
        {
            "sessions": {name: _session(account) for name, account in cast.items()},
            "certificate": certificate.number,
            "entries": [entry.pk for entry in CreditEntry.objects.filter(lawyer=world.county_lawyer)],
            "watched": len(watched),
        }
    )


def _to_be_found(world: World) -> None:
    """A lecture that nobody has begun, with what is said in it, and one that only Yunnan may see; both are indexed."""
    found = make_published_lecture(
        world,
        title=TO_FIND,
        topic="medical-disputes",
        released_to=[world.guangxi, world.guangdong],
        duration_ms=MINUTES * 60_000,
    )
    media.put_captions(
        recording_id=found.recording_id,
        language="zh",
        vtt="WEBVTT\n\n00:00:05.000 --> 00:00:09.000\n先说病历的封存。\n\n"
        "00:12:05.000 --> 00:12:12.000\n医疗纠纷先进入人民调解的，诉讼时效从头计算。\n",
        revision=0,
        by=world.expert,
        at=world.now,
    )
    make_published_lecture(world, title=f"{TO_FIND}（云南）", released_to=[world.yunnan])
    index_all(at=world.now)


def _watch(world: World, lawyer: Lawyer, lecture: object, place: int) -> Device:
    """Let a lawyer watch a lecture whole and answer its codes; the first also claims a minute that cannot be."""
    account = lawyer.account
    assert account is not None
    enrol(lawyer=lawyer, lecture=lecture, by=account, at=world.now)  # type: ignore[arg-type]
    version = LectureVersion.objects.select_related("lecture").get(lecture=lecture)
    begins = place * (MINUTES + 5)
    player = Device(lawyer=lawyer, version=version, evening=world.later(hours=1), name="Chrome/109").open(
        begins
    )
    ends = player.watch(0, MINUTES, at=begins)
    if place == 0:
        player.claim((0, 600_000), (player.clock_ms(ends), player.clock_ms(ends + 1)))
        player.send(ends + 1)
    player.answer_codes(ends)
    return player


def _session(account: Account) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    # As if the password had just been typed: dangerous acts ask again after fifteen minutes, and the tests of this
    # folder take longer.
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() + 7200}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return str(session.session_key)
