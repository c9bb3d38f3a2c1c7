"""An old PC in a county town with a stick in it: it plays, types codes, saves records as the stick's script does."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from courses.attendance.clock import to_ms
from courses.offline import contents
from courses.offline.models import Stick

MINUTE = 60_000


def signed(stick: Stick, inner: dict[str, Any], *, key: str | None = None) -> bytes:
    """A record file around what it says."""
    body = json.dumps(inner, ensure_ascii=False)
    made = hmac.new((key or stick.secret).encode(), body.encode(), hashlib.sha256).hexdigest()
    outer = {"qianchang": "stick-record", "form": 1, "stick": stick.number, "body": body, "signature": made}
    return json.dumps(outer, ensure_ascii=False).encode()


@dataclass
class OldPc:
    """One opening of a stick. Times are minutes: `at` counts from the evening's start, media from the lecture's start."""

    stick: Stick
    evening: datetime
    run: str = field(default_factory=lambda: uuid4().hex[:16])
    spans: list[list[int]] = field(default_factory=list)
    answers: list[list[Any]] = field(default_factory=list)
    number: int = 0
    sheet: dict[str, Any] | None = None

    def time(self, at: float) -> datetime:
        return self.evening + timedelta(minutes=at)

    @property
    def version(self) -> int:
        return self.stick.lectures.order_by("position").first().version_id

    def play(self, media_from: float, media_until: float, at: float, *, rate: float = 1) -> "OldPc":
        """Play a stretch, in spans of a minute."""
        media, wall = round(media_from * MINUTE), to_ms(self.time(at))
        end = round(media_until * MINUTE)
        while media < end:
            step = min(MINUTE, end - media)
            self.spans.append(
                [len(self.spans) + 1, self.version, media, media + step, wall, wall + round(step / rate)]
            )
            media, wall = media + step, wall + round(step / rate)
        return self

    def type_codes(self, at: float = 0, *, wrong: bool = False) -> "OldPc":
        """Type every code that the stick shows."""
        place = self.stick.lectures.select_related("version").order_by("position").first()
        for code in contents.codes_on(self.stick, place.version):
            digits = f"{(int(code['digits']) + wrong) % 10_000:04d}"
            self.answers.append([self.version, code["index"], digits, to_ms(self.time(at))])
        return self

    def says(self, *, saved_at: float = 120) -> dict[str, Any]:
        """What a record that is saved now says."""
        self.number += 1
        return {
            "stick": self.stick.number,
            "id": str(self.stick.public_id),
            "number": self.number,
            "saved_ms": to_ms(self.time(saved_at)),
            "runs": [
                {
                    "run": self.run,
                    "device": "Old Chrome",
                    "offset_ms": 0,
                    "spans": [list(each) for each in self.spans],
                    "answers": [list(each) for each in self.answers],
                }
            ]
            if self.spans or self.answers
            else [],
            "sheet": self.sheet,
        }

    def save(self, *, key: str | None = None, saved_at: float = 120) -> bytes:
        """Save a record file."""
        return signed(self.stick, self.says(saved_at=saved_at), key=key)
