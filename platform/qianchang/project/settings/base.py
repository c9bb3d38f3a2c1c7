"""Settings that hold everywhere. Every knob comes from the environment and is safe when it is not set."""

from pathlib import Path
from typing import Any

import environ
from botocore.config import Config
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from qianchang.project.settings.accounts import *  # noqa: F403
from qianchang.project.settings.accounts import OIDC_ORIGIN
from qianchang.project.settings.beat import *  # noqa: F403
from qianchang.project.settings.cms import *  # noqa: F403
from qianchang.project.settings.privacy import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parents[4]

env = environ.Env()

# All state (database, media, broker, logs, secret) stands under one ignored folder.
STATE_DIR = Path(env.str("QIANCHANG_STATE", default=str(BASE_DIR / "var"))).resolve()

DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("QIANCHANG_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("QIANCHANG_ORIGINS", default=[])
SITE_ROOT_URL: str = env.str("QIANCHANG_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "qianchang.project",
    "programmes.reports",
    "programmes.spot_checks",
    "programmes.quotas",
    "programmes.placements",
    "programmes.plans",
    "courses.certificates",
    "courses.offline",
    "courses.sheets",
    "courses.discs",
    "courses.credits",
    "courses.attendance",
    "courses.schedule",
    "courses.enrolment",
    "courses.catalogue",
    "media_pipeline.conductor",
    "media_pipeline.uploads",
    "media_pipeline.transcoding",
    "media_pipeline.packaging",
    "media_pipeline.delivery",
    "media_pipeline.recordings",
    "qianchang.people",
    "qianchang.groundwork",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "csp",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "qianchang.project.addresses.refuse_null_characters",
    "qianchang.project.bodies.refuse_large_forms",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "qianchang.people.language.LanguageMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "qianchang.people.preview.PreviewMiddleware",
    "qianchang.people.walls.ask_as_whoever_is_signed_in",
    "qianchang.people.origins.note_where_from",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "qianchang.people.reauthentication.ReauthenticationMiddleware",
    "qianchang.people.second_factor.SecondFactorMiddleware",
    "qianchang.groundwork.missing_files.SayThatAFileIsMissing",
]

# The programme that the desk opens where an address names none.
FIRST_PROGRAMME: str = env.str("QIANCHANG_FIRST_PROGRAMME", default="BQQ-2012")

ROOT_URLCONF = "qianchang.project.urls"
WSGI_APPLICATION = "qianchang.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qianchang.people.context_processors.viewer",
            ],
        },
    }
]

# --- Database: SQLite in WAL mode by default, PostgreSQL by DATABASE_URL. -------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{STATE_DIR / 'qianchang.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a read-then-write transaction takes the write lock at once, or a third of them fail under load.
    # FULL: what was acknowledged outlives a power cut, as it does on PostgreSQL.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
    }
DATABASES["default"]["CONN_MAX_AGE"] = env.int("QIANCHANG_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Storage: local disk by default, any S3 by configuration. --------------------------------------------------
MEDIA_ROOT = STATE_DIR / "media"
MEDIA_URL = "/files/"
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
S3_BUCKET: str = env.str("QIANCHANG_S3_BUCKET", default="")
S3_ENDPOINT: str = env.str("QIANCHANG_S3_ENDPOINT", default="")
# Where browsers are sent for the bytes: the content security policy must let the player go there.
S3_ORIGIN: str = env.str(
    "QIANCHANG_S3_ORIGIN", default=S3_ENDPOINT or f"https://{S3_BUCKET}.s3.amazonaws.com"
)
_S3_STORAGE = "storages.backends.s3.S3Storage"
_S3_OPTIONS: dict[str, object] = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": S3_ENDPOINT or None,
    "access_key": env.str("QIANCHANG_S3_KEY", default="") or None,
    "secret_key": env.str("QIANCHANG_S3_SECRET", default="") or None,
    "region_name": env.str("QIANCHANG_S3_REGION", default="") or None,
    # Version 4, which every region and every other maker's S3 takes; checksums only where S3 itself wants them.
    "client_config": Config(
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    ),
    "default_acl": None,
    "querystring_auth": True,
    "querystring_expire": 6 * 3600,
}
_RECORDING_STORAGE: dict[str, object] = (
    {"BACKEND": _S3_STORAGE, "OPTIONS": _S3_OPTIONS}
    if S3_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(STATE_DIR / "recordings"), "base_url": None},
    }
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "recordings": _RECORDING_STORAGE,
    "staticfiles": {"BACKEND": "qianchang.project.static_files.GzippedManifestStorage"},
}
# What officers attach goes into the same bucket, below this folder, where this says so; else into VAULT_DIR.
VAULT_IN_S3: bool = env.bool("QIANCHANG_VAULT_IN_S3", default=False)
if VAULT_IN_S3:
    if not S3_BUCKET:
        raise ImproperlyConfigured("QIANCHANG_VAULT_IN_S3 needs a bucket: set QIANCHANG_S3_BUCKET.")
    STORAGES["vault"] = {"BACKEND": _S3_STORAGE, "OPTIONS": {**_S3_OPTIONS, "location": "vault"}}
WHITENOISE_MAX_AGE = 31536000

# --- Uploads (bytes) -------------------------------------------------------------------------------------------
UPLOAD_DIR = STATE_DIR / "uploads"
UPLOAD_MAX_BYTES: int = env.int("QIANCHANG_UPLOAD_MAX_BYTES", default=20 * 1024**3)
UPLOAD_EXPIRES_DAYS: int = env.int("QIANCHANG_UPLOAD_EXPIRES_DAYS", default=7)
# What one owner may store at most: originals that are kept, and uploads that are open.
UPLOAD_QUOTA_BYTES: int = env.int("QIANCHANG_UPLOAD_QUOTA_BYTES", default=200 * 1024**3)
# How many blocks one web process takes at a time, of its threads (`--threads 8`), and how many of one account.
UPLOAD_LINES: int = env.int("QIANCHANG_UPLOAD_LINES", default=6)
UPLOAD_LINES_EACH: int = env.int("QIANCHANG_UPLOAD_LINES_EACH", default=2)
# Larger files are hashed and stored by a worker, so that no request waits for gigabytes.
UPLOAD_INLINE_BYTES: int = env.int("QIANCHANG_UPLOAD_INLINE_BYTES", default=64 * 1024**2)
MEDIA_WORK_DIR = STATE_DIR / "work"
# Certificates as they were first printed; a file that is lost is made again.
CERTIFICATE_DIR = STATE_DIR / "certificates"
# Files that officers attach, kept as they came under the digest of their bytes (groundwork/vault.py).
VAULT_DIR = STATE_DIR / "vault"

# --- Media -----------------------------------------------------------------------------------------------------
# How much of a lecture one worker takes at a time (seconds, a multiple of 12): a death costs at most this.
MEDIA_CHUNK_SECONDS: int = env.int("QIANCHANG_CHUNK_SECONDS", default=300)
# Modes above "clear" are made only when this says so, and only where the source has them.
MEDIA_FULL_MODE: bool = env.bool("QIANCHANG_FULL_MODE", default=False)
# Days that an original is kept after its lecture is ready; 0 keeps it for ever.
MEDIA_KEEP_ORIGINAL_DAYS: int = env.int("QIANCHANG_KEEP_ORIGINAL_DAYS", default=0)
# Days that an original is kept of which nothing came (refused, failed, cancelled), since the last work on it; 0: for ever.
MEDIA_KEEP_UNUSED_DAYS: int = env.int("QIANCHANG_KEEP_UNUSED_DAYS", default=30)
# nginx's internal location for the recordings (X-Accel-Redirect), such as /internal-media/; empty: we send the bytes.
MEDIA_ACCEL_PREFIX: str = env.str("QIANCHANG_ACCEL_PREFIX", default="")
# Shared with nginx, which then checks media links by itself (deploy/nginx/qianchang.conf); empty: we check them.
MEDIA_SIGNED_SECRET: str = env.str("QIANCHANG_MEDIA_SIGNED_SECRET", default="")
# How long object storage's own link holds (seconds). Whoever it is passed on to may fetch that one file with it, for
# so long; but a browser goes on using it for later ranges, and a jump after its end interrupts the lecture.
MEDIA_STORAGE_LINK_SECONDS: int = env.int("QIANCHANG_S3_LINK_SECONDS", default=3600)
# Lectures may be fetched first and watched without a network. Off: none is fetched any more, browsers forget the pages they
# kept for it, and what was watched still arrives.
DOWNLOAD_FIRST: bool = env.bool("QIANCHANG_DOWNLOAD_FIRST", default=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A form with its files (bytes). Recordings never come in forms: they go to these addresses, which take no form at all.
FORM_MAX_BYTES: int = env.int("QIANCHANG_FORM_MAX_BYTES", default=25 * 1024**2)
BYTES_ONLY_PREFIXES = ("/api/v1/uploads/",)

# --- Queue -----------------------------------------------------------------------------------------------------
# The embedded broker writes its address here; a redis-server of one's own goes into QIANCHANG_BROKER.
CELERY_BROKER_URL: str = env.str("QIANCHANG_BROKER", default="redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "short"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

# --- Ledgers ---------------------------------------------------------------------------------------------------
# Signs the daily heads of all ledgers (Ed25519): 64 hex digits. Partners know its public half: keep it, back it up.
LEDGER_KEY: str = env.str("QIANCHANG_LEDGER_KEY", default="")
# Public keys (64 hex digits each) that signed here before the present one.
LEDGER_OLD_KEYS: list[str] = env.list("QIANCHANG_LEDGER_OLD_KEYS", default=[])

# --- Mail: accounts have settings of their own (accounts.py). ------------------------------------------------------
_MAIL = env.email_url("QIANCHANG_EMAIL_URL", default="consolemail://")
EMAIL_BACKEND: str = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST: str = _MAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT: int = _MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER: str = _MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD: str = _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS: bool = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _MAIL.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.str("QIANCHANG_FROM", default="qianchang@localhost")
# The hour (local time) from which the one mail of the day is written.
MAIL_SUMMARY_HOUR: int = env.int("QIANCHANG_SUMMARY_HOUR", default=8)

# The limits above are counted in the cache, so all processes and machines share it. In the database and not at the
# broker: its counting is atomic, it needs nothing more to run, and without a broker pages and sign-in still work.
# `manage.py migrate` makes the table. `own` is the memory of one process: /healthz must not need a database.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "own": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "own"},
}
# How many proxies of ours stand in front: the address of a visitor is the one that the outermost of them saw.
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("QIANCHANG_PROXIES", default=0)

# --- Languages: Chinese first, English by switch. --------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
# Ours, then Chinese for what Wagtail leaves in English (no folder named locale, or makemessages would write into it).
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "courses" / "catalogue" / "cms" / "words"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Content security: no inline script, no eval, nothing from elsewhere. --------------------------------------
CONTENT_SECURITY_POLICY = {
    # Wagtail's admin has inline scripts: it gets a policy of its own (courses/catalogue/cms/doors.py).
    "EXCLUDE_URL_PREFIXES": ("/cms/",),
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *([S3_ORIGIN] if S3_BUCKET else [])],
        "media-src": [SELF, "blob:", *([S3_ORIGIN] if S3_BUCKET else [])],
        # Downloads are fetched by script, also from where the object storage sends them.
        "connect-src": [SELF, *([S3_ORIGIN] if S3_BUCKET else [])],
        "object-src": [NONE],
        "base-uri": [SELF],
        # Chromium asks this of redirects too: signing in at an outside provider begins with a form.
        "form-action": [SELF, *([OIDC_ORIGIN] if OIDC_ORIGIN else [])],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# A media URL holds for this long (seconds): longer than most lectures are watched in one sitting. The player asks for
# new ones when it runs out; a release that was withdrawn plays no longer than this.
MEDIA_LINK_SECONDS = 4 * 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Bookkeeping of Wagtail and of the PDF writer would drown the site's lines.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("django_tasks", "wagtail", "modelsearch", "weasyprint", "fontTools")
    },
}
