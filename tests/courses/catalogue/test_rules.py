"""The one word for where a lecture stands."""

import pytest

from courses.catalogue.rules import State, state_of


@pytest.mark.parametrize(
    ("review", "recording", "watchable", "word"),
    [
        ("draft", None, False, State.DRAFT),
        ("draft", "uploading", False, State.UPLOADING),
        ("in_review", "uploading", False, State.UPLOADING),
        ("in_review", "processing", False, State.PROCESSING),
        ("in_review", "processing", True, State.IN_REVIEW),
        ("draft", "processing", True, State.PROCESSING),
        ("draft", "ready", True, State.DRAFT),
        ("in_review", "ready", True, State.IN_REVIEW),
        ("in_review", "refused", False, State.TROUBLED),
        ("draft", "failed", False, State.TROUBLED),
        ("returned", "ready", True, State.RETURNED),
        ("published", "processing", True, State.PUBLISHED),
        ("withdrawn", "ready", True, State.WITHDRAWN),
    ],
)
def test_a_lecture_has_one_state_word(review, recording, watchable, word):
    assert state_of(review, recording, watchable=watchable) is word
