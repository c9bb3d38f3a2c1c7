"""One's own data as a file: everything that the platform holds about an account, for its owner alone, for a day.

A ZIP of one JSON file, the same as tables (CSV, for a spreadsheet), and the files behind them: certificates, photos.
"""

import csv
import io
import json
import logging
import secrets
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime

from qianchang.groundwork import audit, personal_data
from qianchang.groundwork.personal_data import Holding, Subject
from qianchang.people.models import Account, DataExport
from qianchang.people.privacy.subjects import whose

log = logging.getLogger(__name__)

State = DataExport.State
# A worker that was told has begun by then; else the beat makes the file.
WAITS_MINUTES = 5
# Signs with which a spreadsheet would take a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportUnknown(Exception):
    """There is no such file, it is over, or it is somebody else's: from outside all look the same."""


def request_export(*, account: Account, at: datetime) -> DataExport:
    """Begin a file with everything about an account, and return its row. One at a time: asking again while one is being
    made, or while one of this hour stands, returns that one. Small ones are ready at once.
    """
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        fresh = DataExport.objects.filter(account=account, requested_at__gt=at - timedelta(hours=1))
        known = fresh.filter(state__in=(State.WAITING, State.READY)).order_by("-requested_at").first()
        if known is not None:
            return known
        DataExport.objects.filter(account=account, state=State.WAITING).update(state=State.FAILED)
        export = DataExport.objects.create(account=account, requested_at=at)
        audit.record(
            "asked for own data", object_type="data export", object_key=str(export.pk), by=account, at=at
        )
    if _is_small(whose(account)):
        return make(export_id=export.pk, at=at)
    _hand_over(export)
    return export


def _hand_over(export: DataExport) -> None:
    """Have a worker make a file. Without a broker it waits for the beat (make_waiting)."""
    from qianchang.people.privacy.tasks import make_data_export

    try:
        make_data_export.delay(export_id=export.pk)
    except Exception as error:  # every broker has its own exceptions, and none may hurt whoever asks
        log.warning("own data %s were not handed to a worker; beat will make them: %s", export.pk, error)


def make(*, export_id: int, at: datetime) -> DataExport:
    """Write the file of a request, and return its row. A request that is no longer waiting is left as it is."""
    export = DataExport.objects.select_related("account").get(pk=export_id)
    if export.state != State.WAITING:
        return export
    path = file_of(export)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Of its own: a worker and the beat may make the same file at the same time.
    part = path.with_suffix(f".{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            part.chmod(0o600)
            _write(file, whose(export.account), at=at)
        _put_in_place(export, part, at=at)
    finally:
        part.unlink(missing_ok=True)
    export.refresh_from_db()
    return export


@transaction.atomic
def _put_in_place(export: DataExport, part: Path, *, at: datetime) -> None:
    """Let a file that was made stand, unless another one does or its owner was erased meanwhile."""
    # Whoever erases the person waits here, and then finds the file; whoever was erased before has no row any more.
    locked = DataExport.objects.select_for_update().filter(pk=export.pk, state=State.WAITING).first()
    if locked is None:
        return
    locked.state, locked.ready_at, locked.size_bytes = State.READY, at, part.stat().st_size
    locked.expires_at = at + timedelta(hours=settings.DATA_EXPORT_HOURS)
    locked.save(update_fields=["state", "ready_at", "expires_at", "size_bytes"])
    part.replace(file_of(export))


def make_waiting(*, at: datetime) -> int:
    """Make the files that no worker was told of, and return how many that were. One that fails is said to have failed, in
    the log and to its owner, and holds no other up.
    """
    made = 0
    long_enough = at - timedelta(minutes=WAITS_MINUTES)
    for export in DataExport.objects.filter(state=State.WAITING, requested_at__lte=long_enough).order_by(
        "pk"
    ):
        try:
            made += make(export_id=export.pk, at=at).state == State.READY
        except DataExport.DoesNotExist:
            continue
        except Exception:
            log.exception("own data %s could not be put together", export.pk)
            DataExport.objects.filter(pk=export.pk, state=State.WAITING).update(state=State.FAILED)
    return made


def exports_of(account: Account) -> list[DataExport]:
    """Return the last files that somebody asked for, the newest first."""
    return list(DataExport.objects.filter(account=account).order_by("-requested_at", "-pk")[:5])


def open_file(*, account: Account, public_id: UUID, at: datetime) -> Path:
    """Return where the file of an account stands, and record that it was fetched. Raises ExportUnknown."""
    export = DataExport.objects.filter(account=account, public_id=public_id, state=State.READY).first()
    if export is None or export.expires_at is None or export.expires_at <= at:
        raise ExportUnknown(public_id)
    path = file_of(export)
    if not path.exists():
        raise ExportUnknown(public_id)
    audit.record("fetched own data", object_type="data export", object_key=str(export.pk), by=account, at=at)
    return path


def expire(*, at: datetime) -> int:
    """Delete the files whose time is over, and return how many that were. What was never finished is given up after a
    day, and what a maker that died left behind goes as well.
    """
    over = DataExport.objects.filter(state=State.READY, expires_at__lte=at)
    stuck = DataExport.objects.filter(state=State.WAITING, requested_at__lte=at - timedelta(days=1))
    gone = 0
    for export in over:
        drop_file(export)
        gone += DataExport.objects.filter(pk=export.pk).update(state=State.EXPIRED)
    stuck.update(state=State.FAILED)
    _sweep_folder(at - timedelta(days=1))
    return gone


def _sweep_folder(before: datetime) -> None:
    ready = {
        f"{number}.zip"
        for number in DataExport.objects.filter(state=State.READY).values_list("public_id", flat=True)
    }
    for path in _folder().glob("*"):
        if path.name not in ready and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.STATE_DIR) / "own-data"


def drop_file(export: DataExport) -> None:
    """Delete the file of a row, if it stands."""
    file_of(export).unlink(missing_ok=True)


def file_of(export: DataExport) -> Path:
    """Return where the file of a row stands, or would stand. Never under an address that anybody could type."""
    return _folder() / f"{export.public_id}.zip"


def _is_small(subject: Subject) -> bool:
    rows = 0
    for holding in personal_data.holdings():
        if holding.given:
            rows += personal_data.rows_of(holding, subject).count()
            if rows > settings.DATA_EXPORT_INLINE_ROWS:
                return False
    return True


def _write(file: Any, subject: Subject, *, at: datetime) -> None:
    everything: dict[str, Any] = {"made_at": at.astimezone(UTC).isoformat(timespec="seconds"), "data": {}}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for holding, rows in personal_data.export(subject):
            plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
            everything["data"][holding.model] = {"purpose": str(holding.purpose), "rows": plain}
            archive.writestr(f"tables/{holding.model}.csv", _table(plain))
        for holding in personal_data.holdings():
            for name, content in _files(holding, subject):
                archive.writestr(f"files/{name}", content)
        archive.writestr("data.json", json.dumps(everything, ensure_ascii=False, indent=1))


def _files(holding: Holding, subject: Subject) -> Iterator[tuple[str, bytes]]:
    if holding.files is not None:
        for row in personal_data.rows_of(holding, subject).order_by("pk").iterator(chunk_size=50):
            yield from holding.files(row)


def _table(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows([{name: _cell(value) for name, value in row.items()} for row in rows])
    # A spreadsheet reads UTF-8 only behind this mark.
    return "\ufeff" + text.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return str(value)


def _cell(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
    text = "" if value is None else text
    return f"'{text}" if text.startswith(_FORMULA) else text
