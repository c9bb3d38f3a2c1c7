"""Settings of the fast test suite: a database in memory, cheap password hashes, mails kept in memory."""

import os
import tempfile

os.environ.setdefault("QIANCHANG_STATE", tempfile.mkdtemp(prefix="qianchang-test-"))

from qianchang.project.settings.base import *  # noqa: F403
from qianchang.project.settings.base import STATE_DIR

SECRET_KEY = "only-for-tests-" + "x" * 40
LEDGER_KEY = "1e" * 32
LEDGER_OLD_KEYS = []
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
CACHES = {**CACHES, "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}  # noqa: F405
CELERY_BROKER_URL = "memory://"
STATE_DIR.mkdir(parents=True, exist_ok=True)
