from datetime import datetime
from typing import Any

from django.apps import AppConfig


class ConductorConfig(AppConfig):
    """The order of the stages; leases, retries and progress."""

    name = "media_pipeline.conductor"
    label = "conductor"

    def ready(self) -> None:
        from media_pipeline.conductor import privacy

        privacy.declare_holdings()

        from media_pipeline.uploads import events

        events.upload_completed.connect(_begin, dispatch_uid="conductor.begin")
        events.upload_begun.connect(_check, dispatch_uid="conductor.check")


def _begin(recording_id: int, at: datetime, **_signal: Any) -> None:
    from media_pipeline.conductor import operations

    operations.plan_work(recording_id=recording_id, at=at)


def _check(recording_id: int, at: datetime, **_signal: Any) -> None:
    from media_pipeline.conductor import operations

    operations.begin_check(recording_id=recording_id, at=at)
