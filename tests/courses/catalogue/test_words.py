"""How lengths are written."""

import pytest
from django.utils import translation

from courses.catalogue.templatetags.lectures import length_words


@pytest.mark.parametrize(
    ("length_ms", "words"),
    [
        (None, ""),
        (45_000, "45 秒"),
        (90_000, "1 分 30 秒"),
        (120_000, "2 分钟"),
        (29 * 60_000 + 40_000, "30 分钟"),
        (113 * 60_000, "1 小时 53 分"),
    ],
)
def test_a_short_lecture_has_its_seconds_and_a_long_one_its_minutes(
    length_ms: int | None, words: str
) -> None:
    with translation.override("zh-hans"):
        assert length_words(length_ms) == words
