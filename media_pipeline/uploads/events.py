"""What uploads announce, on commit. Every signal carries `recording_id` and `at`.

`upload_begun`: enough of the bytes is here for a look, or for a better one than before: sent after each of
`operations.LOOK_AT`, and when the header of a file arrives ahead of its turn. `upload_completed`: the whole file is in
the storage.
"""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.dispatch import Signal

from media_pipeline.recordings.models import Recording

upload_begun = Signal()
upload_completed = Signal()


def announce(signal: Signal, *, recording_id: int, at: datetime) -> None:
    """Send a signal once the transaction is committed. A listener that fails is logged and hurts nobody else."""
    transaction.on_commit(partial(_send, signal, recording_id, at))


def _send(signal: Signal, recording_id: int, at: datetime) -> None:
    signal.send_robust(sender=Recording, recording_id=recording_id, at=at)
