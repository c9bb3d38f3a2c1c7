"""Production: everything from the environment; `manage.py check --deploy` and the start refuse unsafe values."""

from qianchang.project.settings.base import *  # noqa: F403
from qianchang.project.settings.base import env

# Django itself refuses an empty key before our own check can say what to do about it.
SECRET_KEY: str = env.str("QIANCHANG_SECRET_KEY", default="") or "missing"
# What it was before: codes that were shown, sessions and keys of downloads hold on. Leave out one that got known.
SECRET_KEY_FALLBACKS: list[str] = env.list("QIANCHANG_OLD_SECRET_KEYS", default=[])
SECURE_SSL_REDIRECT = env.bool("QIANCHANG_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The header above is believed, so there is a proxy; limits by address count the visitors behind it, not the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("QIANCHANG_PROXIES", default=1)
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
