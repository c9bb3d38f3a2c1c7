"""What administrators are told at once: work that failed twice, and a disk that fills up (product-design.md, section 8)."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from media_pipeline.conductor import capacity
from media_pipeline.conductor.models import DiscImage, MediaJob
from media_pipeline.recordings.models import Recording
from qianchang.people import notices
from qianchang.people.officers import administrators

Kind, State = MediaJob.Kind, MediaJob.State

# Nobody needs to know of the first failure: it is tried again by itself.
FAILED_TWICE = 2
# Jobs of older recordings failed before there were alarms.
LOOKS_BACK = timedelta(days=2)
DISK_LOW_PERCENT = 15


def raise_alarms(*, at: datetime) -> int:
    """Tell the administrators of every recording and disc whose work failed twice or for good, once for each pass, and
    once a day of a disk with less than 15 % left. Returns how many messages were posted now.
    """
    people = administrators(on=localdate(at))
    return _tell_of_failures(people, at=at) + _tell_of_discs(people, at=at) + _tell_of_disks(people, at=at)


def _tell_of_failures(people: list[int], *, at: datetime) -> int:
    # A file that was refused failed by its own fault: its expert is told, and nobody else can mend it.
    broken = (
        capacity.of_newest_generation()
        .filter(Q(state=State.FAILED) | Q(attempt__gte=FAILED_TWICE), queued_at__gt=at - LOOKS_BACK)
        .exclude(Q(error_code="") | Q(recording__state=Recording.State.REFUSED) | Q(kind=Kind.CHECK))
        .exclude(state__in=[State.DONE, State.CANCELLED])
    )
    many: dict[tuple[int, int, str], int] = {}
    for key in broken.values_list("recording", "generation", "recording__original_name"):
        many[key] = many.get(key, 0) + 1
    told = 0
    for (recording, generation, name), count in many.items():
        words: dict[str, str | int] = {"count": count, "name": name}
        told += notices.post_many(
            event="processing_failed",
            key=f"{recording}:{generation}",
            told=dict.fromkeys(people, words),
            at=at,
            link=reverse("queue:queue"),
        )
    return told


def _tell_of_discs(people: list[int], *, at: datetime) -> int:
    broken = (
        DiscImage.objects.filter(
            Q(state=State.FAILED) | Q(state__in=[State.QUEUED, State.RUNNING], attempt__gte=FAILED_TWICE),
            queued_at__gt=at - LOOKS_BACK,
        )
        .exclude(error_code="")
        .order_by("pk")
    )
    return sum(
        notices.post_many(
            event="processing_failed",
            key=f"disc:{image.public_id}",
            told={person: {"count": 1, "name": f"DVD {image.serial}"} for person in people},
            at=at,
            link=reverse("queue:queue"),
        )
        for image in broken.only("public_id", "serial")
    )


def _tell_of_disks(people: list[int], *, at: datetime) -> int:
    disks = [room for room in capacity.rooms() if room.total_bytes]
    left = min((100 - room.used_percent for room in disks), default=100)
    if left >= DISK_LOW_PERCENT:
        return 0
    words: dict[str, str | int] = {"percent": left}
    return notices.post_many(
        event="disk_low",
        key=localdate(at).isoformat(),
        told=dict.fromkeys(people, words),
        at=at,
        link=reverse("queue:queue"),
    )
