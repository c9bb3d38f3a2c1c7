"""`python -m benchmarks.watch.cast LADDER SECONDS COUNT`: a published lecture with its files, and viewers signed in."""

import json
import shutil
import sys
from pathlib import Path

import django

SLIDE_SECONDS = 60


def main() -> None:
    """Make lecture and viewers in the site's own state, and print them as JSON."""
    django.setup()
    # Only now: these import models.
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.core.files.storage import storages
    from django.utils import timezone

    from benchmarks.watch import lecture as made
    from courses.catalogue.models import LecturePage
    from courses.credits.operations import ensure_default_rules
    from courses.enrolment.operations import enrol
    from media_pipeline.recordings.models import Recording, Rendition
    from media_pipeline.transcoding.commands import MOVFLAGS
    from qianchang.people.models import Account, Lawyer
    from tests.courses.factories import make_published_lecture, make_slides
    from tests.world import World

    ladder, seconds, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    world = World()
    world.now = timezone.now()
    ensure_default_rules(world.now)
    lecture = make_published_lecture(world, released_to=None, duration_ms=seconds * 1000)
    recording = Recording.objects.get(pk=lecture.recording_id)

    recording.renditions.all().delete()
    store = storages["recordings"]
    for mode, facts in made.modes(ladder).items():
        frames = facts["frame_rate"]
        name = f"{recording.public_id}/1/{mode}.mp4"
        made.repeated(
            ladder / f"{mode}.mp4",
            Path(store.path(name)),
            seconds=seconds,
            movflags=f"{MOVFLAGS}+frag_keyframe" if frames else MOVFLAGS,
            # As Step.interleave says.
            interleave=max(5, int(frames)) if frames else 0,
        )
        size = store.size(name)
        Rendition.objects.create(
            recording=recording,
            mode=mode,
            file=name,
            playlist="#EXTM3U\n",
            size_bytes=size,
            duration_ms=seconds * 1000,
            average_bps=size * 8 // seconds,
            peak_bps=facts["peak_bps"],
            codecs=facts["codecs"],
            width=facts["width"],
            height=facts["height"],
            frame_rate=frames,
            published_at=world.now,
        )
    titles = [f"第 {number} 页" for number in range(1, seconds // SLIDE_SECONDS + 1)]
    pictures = sorted(ladder.glob("slide-*.webp"))
    for place, slide in enumerate(make_slides(recording, titles, every_ms=SLIDE_SECONDS * 1000)):
        shutil.copy(pictures[place % len(pictures)], store.path(slide.picture))

    viewers = []
    for number in range(count):
        account = Account.objects.create(username=f"viewer{number}")
        lawyer = Lawyer.objects.create(
            licence_number=f"1451020181{number:07d}",
            name=f"viewer {number}",
            firm=world.napo_firm,
            association=world.guangxi,
            account=account,
        )
        enrol(lawyer=lawyer, lecture=lecture, by=account, at=world.now)
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.save()
        viewers.append({"session": session.session_key, "lawyer": lawyer.pk})
    print(json.dumps({"path": LecturePage.objects.get(pk=lecture.pk).get_url(), "viewers": viewers}))


if __name__ == "__main__":
    main()
