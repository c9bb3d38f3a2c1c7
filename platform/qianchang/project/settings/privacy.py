"""How long what is kept, and what people may do about their own data. Part of base.py."""

from environ import Env

env = Env()

# Days after which something goes (`manage.py apply_retention`); the page /privacy/ says them. Network logs are kept for six
# months at least (law), so the audit log's figure may not be less than 184.
KEEP_DAYS: dict[str, int] = {
    "audit": env.int("QIANCHANG_KEEP_AUDIT_DAYS", default=730),
    "roster_imports": env.int("QIANCHANG_KEEP_IMPORTS_DAYS", default=30),
    "activation": env.int("QIANCHANG_KEEP_CODES_DAYS", default=30),
    "sessions": env.int("QIANCHANG_KEEP_SESSIONS_DAYS", default=30),
    "signed_out": env.int("QIANCHANG_KEEP_SIGNED_OUT_DAYS", default=30),
    "notices": env.int("QIANCHANG_KEEP_NOTICES_DAYS", default=365),
    "mails": env.int("QIANCHANG_KEEP_MAILS_DAYS", default=90),
    "devices": env.int("QIANCHANG_KEEP_DEVICES_DAYS", default=400),
    "appeal_photos": env.int("QIANCHANG_KEEP_APPEAL_PHOTOS_DAYS", default=365),
    "uploads": env.int("QIANCHANG_KEEP_UPLOADS_DAYS", default=400),
    "closed_accounts": env.int("QIANCHANG_KEEP_CLOSED_ACCOUNTS_DAYS", default=1095),
}
# Between the wish to be erased and the erasure: days in which it can be taken back.
ERASURE_DAYS: int = env.int("QIANCHANG_ERASURE_DAYS", default=15)
# A file with one's own data stands for so many hours.
DATA_EXPORT_HOURS: int = env.int("QIANCHANG_DATA_EXPORT_HOURS", default=24)
# More rows than these are put together by a worker.
DATA_EXPORT_INLINE_ROWS: int = env.int("QIANCHANG_DATA_EXPORT_INLINE_ROWS", default=2_000)
# Whom people ask about their data: an e-mail address or a telephone number, shown on /privacy/.
PRIVACY_CONTACT: str = env.str("QIANCHANG_PRIVACY_CONTACT", default="")
