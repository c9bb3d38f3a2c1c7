"""Files on their way between a worker's folder and the storage, for every kind of work."""

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from media_pipeline.conductor import publishing
from media_pipeline.conductor.leases import LeaseLost
from media_pipeline.recordings import files
from media_pipeline.recordings.failures import Failure, Outage, StageFailed


@contextmanager
def taken(name: str, *, folder: Path) -> Iterator[Path]:
    """Yield a stored file as a local path; a copy, where one is needed, goes into `folder`. Raises StageFailed when the
    storage does not have it.
    """
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        try:
            with reaching_storage():
                path = stack.enter_context(files.local_copy(name, folder=folder))
        except FileNotFoundError as error:
            raise StageFailed(Failure.FILE_MISSING, str(error)) from error
        yield path


@contextmanager
def kept(
    pairs: Iterable[tuple[Path, str]], *, lost: Callable[[], bool], now: Callable[[], datetime]
) -> Iterator[list[str]]:
    """Store files under their names, and take them away again when the block could not publish them. Raises LeaseLost.

    Their names are written down before: whatever a worker that is killed in here leaves behind goes by itself.
    """
    wanted = list(pairs)
    names = [name for _path, name in wanted]
    publishing.announce_files(names, at=now())
    try:
        for path, name in wanted:
            if lost():
                raise LeaseLost(name)
            with reaching_storage():
                files.keep(path, name)
        yield names
    except BaseException:
        publishing.take_back(names)
        raise


@contextmanager
def reaching_storage() -> Iterator[None]:
    """Whatever a storage says but "it is not there" is an outage. Raises FileNotFoundError and StageFailed."""
    try:
        yield
    except (FileNotFoundError, StageFailed):
        raise
    except Exception as error:
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        raise Outage(Failure.NO_SPACE if full else Failure.INTERNAL, f"the storage: {error!r}") from error
