"""Archives whose bytes depend on what is in them and on nothing else: sorted members, one time, one way of packing."""

import io
import zipfile
from collections.abc import Mapping

# The first moment that the format knows. A real time would make two equal archives differ.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o644 << 16


def packed(members: Mapping[str, bytes], *, first: tuple[str, ...] = ()) -> bytes:
    """Return an archive of these members by name: `first` ones before the others, which are sorted."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in [*first, *sorted(set(members) - set(first))]:
            entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE_FILE
            entry.create_system = 3
            archive.writestr(entry, members[name])
    return out.getvalue()


def unpacked(archive: bytes) -> dict[str, bytes]:
    """Return the members of an archive that we wrote ourselves, in their order."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}
