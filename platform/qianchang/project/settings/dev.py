"""The embedded default: one machine, SQLite, local disk, a broker of its own. `make demo` and `make up` run on this."""

import secrets

from qianchang.project.settings.base import *  # noqa: F403
from qianchang.project.settings.base import LEDGER_KEY, SMS_SENDER, STATE_DIR


def _secret_of_this_state(name: str, fresh: str) -> str:
    """Return a secret of this state folder, made once and kept: restarts change nothing."""
    path = STATE_DIR / name
    if not path.exists():
        STATE_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(fresh, encoding="ascii")
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_of_this_state("secret-key", secrets.token_urlsafe(50))
LEDGER_KEY = LEDGER_KEY or _secret_of_this_state("ledger-key", secrets.token_hex(32))
# Text messages stand in the log, unless a gateway is named.
SMS_SENDER = SMS_SENDER or "qianchang.people.senders.LogSender"
# Passkeys on http://localhost: browsers take it for safe, the library must be told.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
