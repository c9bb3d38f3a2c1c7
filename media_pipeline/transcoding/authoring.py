"""Running spumux, dvdauthor and genisoimage: menus, navigation and the image. What they made is read back elsewhere."""

import shutil
from pathlib import Path

from media_pipeline.recordings.failures import Failure, Outage, StageFailed
from media_pipeline.transcoding import encode
from media_pipeline.transcoding.encode import Cancelled
from media_pipeline.transcoding.runner import Limits, ToolFailed, ToolTimedOut, run

# Images of the same disc made twice are the same: no clock is written into them.
_EPOCH = {"SOURCE_DATE_EPOCH": "1577836800", "TZ": "UTC"}
_ROOM = 1.3
_HOURS = Limits(wall_seconds=4 * 3600, stall_seconds=4 * 3600, file_bytes=9 * 1024**3)


def overlay(stream: Path, script: Path, output: Path, *, cancelled: Cancelled) -> None:
    """Lay the buttons of a menu page over its stream (spumux). Raises StageFailed."""
    with output.open("wb") as target:

        def keep(block: bytes) -> bool:
            target.write(block)
            return True

        _tool(["spumux", "-v", "0", str(script)], output.parent, cancelled, on_block=keep, reads=stream)
    if output.stat().st_size < stream.stat().st_size:
        raise StageFailed(Failure.OUTPUT_WRONG, f"{output.name} is shorter than what went into it")


def author(script: Path, folder: Path, *, needs: int, cancelled: Cancelled) -> None:
    """Make the folders VIDEO_TS and AUDIO_TS from a script (dvdauthor). Raises StageFailed."""
    require_room(folder.parent, needs)
    command = ["dvdauthor", "-o", str(folder), "-x", str(script)]
    _tool(command, folder.parent, cancelled, environment={"VIDEO_FORMAT": "PAL"})
    if not (folder / "VIDEO_TS" / "VIDEO_TS.IFO").is_file():
        raise StageFailed(Failure.OUTPUT_WRONG, "dvdauthor wrote no table")


def image(folder: Path, output: Path, *, volume: str, needs: int, cancelled: Cancelled) -> None:
    """Make the image of a folder, in UDF, which players and computers read (genisoimage). Raises StageFailed."""
    require_room(output.parent, needs)
    command = [
        "genisoimage", "-quiet", "-dvd-video", "-R", "-input-charset", "utf-8", "-V", volume,
        "-o", str(output), str(folder),
    ]  # fmt: skip
    _tool(command, output.parent, cancelled, environment=_EPOCH)


def require_room(folder: Path, needs: int) -> None:
    """Raise StageFailed unless a disk has room for so many bytes, and some more."""
    free = shutil.disk_usage(folder).free
    if free < needs * _ROOM:
        raise Outage(Failure.NO_SPACE, f"{free} bytes free, {needs} may be needed")


def _tool(
    command: list[str],
    folder: Path,
    cancelled: Cancelled,
    *,
    on_block: encode.OnBlock | None = None,
    reads: Path | None = None,
    environment: dict[str, str] | None = None,
) -> None:
    try:
        run(
            command,
            limits=_HOURS,
            folder=folder,
            on_block=on_block,
            cancelled=cancelled,
            reads=reads,
            environment=environment,
        )
    except ToolTimedOut as error:
        raise StageFailed(Failure.STALLED if error.stalled else Failure.TOOK_TOO_LONG, error.tail) from error
    except ToolFailed as error:
        raise encode.by_the_machine(error) from error
