"""What disc images announce, always on commit. Every signal carries `public_id` and `at`.

`disc_image_ready`: the image is verified, counted and can be downloaded. `disc_image_failed`: no attempt is left.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

from media_pipeline.conductor.models import DiscImage

disc_image_ready = Signal()
disc_image_failed = Signal()


def announce(signal: Signal, *, public_id: UUID, at: datetime) -> None:
    """Send a signal once the transaction is committed. A listener that fails is logged and hurts nobody else."""
    transaction.on_commit(partial(_send, signal, public_id, at))


def _send(signal: Signal, public_id: UUID, at: datetime) -> None:
    signal.send_robust(sender=DiscImage, public_id=public_id, at=at)
