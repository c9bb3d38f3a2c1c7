"""What the Wagtail admin shows of releases: to whom lectures are open now, in words."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.enrolment import registries, wording
from courses.enrolment.models import Release

# So many targets are named; the release page has them all.
NAMED = 2


def open_in_words(lecture_ids: Sequence[int]) -> dict[int, str]:
    """Return to whom each lecture is open now, by its id. One query, and one more where a programme is named."""
    at = timezone.now()
    rows = list(
        Release.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=at), lecture__in=lecture_ids, released_at__lte=at
        )
        .select_related("association", "region", "collection")
        .order_by("pk")
    )
    programmes = registries.programmes() if any(row.programme_code for row in rows) else {}
    targets: dict[int, list[str]] = {}
    for row in rows:
        targets.setdefault(row.lecture_id, []).append(wording.target_in_words(row, programmes))
    return {lecture_id: _joined(words) for lecture_id, words in targets.items()}


def _joined(words: list[str]) -> str:
    named = "、".join(words[:NAMED])
    more = len(words) - NAMED
    return named if more <= 0 else _("%(named)s and %(count)d more") % {"named": named, "count": more}
