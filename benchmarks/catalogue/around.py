"""What stands around the catalogue on the public pages: help, notices of the association, and sessions to come."""

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from benchmarks.catalogue.counted import SUBJECTS, sentence
from courses import api
from courses.catalogue.models import LecturePage, NewsIndexPage, NewsPage
from courses.catalogue.public.first_pages import ensure_first_pages
from courses.schedule import notices
from courses.schedule.models import TrainingSession
from tests.world import World

NEWS, SESSIONS = 60, 40
_ONSITE = {"code": "onsite", "name_zh": "现场授课", "name_en": "On site", "letter": "X", "position": 1}


def load_around(world: World, lectures: Sequence[LecturePage], *, at: datetime) -> None:
    """Write the first pages, sixty notices of a page each and forty sessions, one every two days from tomorrow on."""
    ensure_first_pages(at=at)
    index = NewsIndexPage.objects.get()
    for number in range(NEWS):
        index.add_child(
            instance=NewsPage(
                title=f"关于做好2026年度第{number + 1}次集中放映的通知",
                date=(at - timedelta(days=number)).date(),
                body=json.dumps(
                    [{"type": "text", "value": f"<p>{_paragraph(number, part)}</p>"} for part in range(8)]
                ),
            )
        )
    api.ensure_delivery_modes([_ONSITE])
    for number in range(SESSIONS):
        entered = api.schedule_session(
            lecture=lectures[number % len(lectures)],
            mode_code="onsite",
            supporter=world.guangdong,
            beneficiary=world.guangxi,
            date=(at + timedelta(days=1 + 2 * number)).date(),
            place="那坡县司法局三楼会议室",
            by=world.supporting_officer,
            at=at,
        )
        notices.write_notice(
            session=TrainingSession.objects.get(code=entered.code),
            begins_at=time(9, 0),
            seats=80,
            audience="百色市各县（市、区）律师",
            takes_names=True,
            sign_up="",
            sign_up_last_date=None,
            text="请提前十五分钟到场签到，自带笔记本。",
            by=world.supporting_officer,
            at=at,
        )


def _paragraph(number: int, part: int) -> str:
    random = Random(number * 8 + part)  # noqa: S311 - the same notices every time, not secrets
    subjects = [name for names in SUBJECTS.values() for name in names]
    return "".join(sentence(random, random.choice(subjects)) for _place in range(5))
