"""The embedded default: one machine, SQLite, local disk, a broker of its own. `make demo` and `make up` run on this."""

import secrets

from qianchang.project.settings.base import *  # noqa: F403
from qianchang.project.settings.base import STATE_DIR


def _secret_of_this_state() -> str:
    """Return the secret key of this state folder, made once and kept: restarts keep everybody signed in."""
    path = STATE_DIR / "secret-key"
    if not path.exists():
        STATE_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_of_this_state()
