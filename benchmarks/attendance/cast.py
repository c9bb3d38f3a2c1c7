"""`python -m benchmarks.attendance.cast COUNT`: viewers of one lecture, each signed in with a player that is open."""

import json
import sys
from datetime import timedelta

import django


def main() -> None:
    """Make the cast and print it as JSON. The players were opened days ago, so that a report may come at any rate and
    still tell of a stretch of its own of wall time.
    """
    django.setup()
    # Only now: these import models.
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from benchmarks.attendance.load import OPENED_DAYS_AGO
    from courses.attendance.models import Coverage, Playback
    from courses.catalogue.models import LectureVersion
    from courses.credits.operations import ensure_default_rules
    from courses.enrolment.models import Enrolment
    from qianchang.people.models import Account, Lawyer
    from tests.courses.factories import make_published_lecture
    from tests.world import World

    world = World()
    world.now = timezone.now() - timedelta(days=OPENED_DAYS_AGO + 1)
    ensure_default_rules(world.now)
    lecture = make_published_lecture(world, released_to=[world.guangxi], duration_ms=120 * 60_000)
    version = LectureVersion.objects.get(lecture=lecture)
    opened = world.now + timedelta(days=1)
    viewers = []
    for number in range(int(sys.argv[1])):
        account = Account.objects.create(username=f"viewer{number}")
        lawyer = Lawyer.objects.create(
            licence_number=f"1451020181{number:07d}",
            name=f"viewer {number}",
            firm=world.napo_firm,
            association=world.guangxi,
            account=account,
        )
        Enrolment.objects.create(lawyer=lawyer, lecture=lecture, eligibility={}, enrolled_at=world.now)
        Coverage.objects.create(lawyer=lawyer, lecture_version=version, updated_at=opened)
        playback = Playback.objects.create(
            lawyer=lawyer, lecture_version=version, opened_at=opened, device="Chrome 109"
        )
        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.save()
        viewers.append({"session": session.session_key, "playback": str(playback.public_id)})
    print(json.dumps({"opened_ms": round(opened.timestamp() * 1000), "viewers": viewers}))


if __name__ == "__main__":
    main()
