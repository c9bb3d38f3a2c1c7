"""Messages (消息) and the mails that carry them: `post` tells one person, `post_many` a region."""

from qianchang.people.notices.posting import (
    UnableToPost,
    finish_round,
    is_told,
    post,
    post_many,
)
from qianchang.people.notices.wording import in_language_of

__all__ = [
    "UnableToPost",
    "finish_round",
    "in_language_of",
    "is_told",
    "post",
    "post_many",
]
