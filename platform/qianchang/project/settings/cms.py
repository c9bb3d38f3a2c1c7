"""Settings of Wagtail and of its admin at /cms/."""

import environ
from django.utils.translation import gettext_lazy as _

_env = environ.Env()

WAGTAIL_SITE_NAME = "千场"
WAGTAILADMIN_BASE_URL: str = _env.str("QIANCHANG_URL", default="http://127.0.0.1:8000")
WAGTAIL_ALLOW_UNICODE_SLUGS = True
# Nothing of an editor's visit goes to anybody else: no pictures from Gravatar, no question for updates, no embedded pages.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai", "Asia/Urumqi"]
# What an editor looks for stands in the middle of a Chinese title, where Wagtail's full text finds nothing. The catalogue
# that readers search has an index of its own (courses/catalogue/search); for a few hundred pages comparing is quick.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database.fallback"}}

# --- Words: what the templates of this site know how to show, and nothing else.
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["bold", "italic", "ol", "ul", "link", "document-link"]},
    }
}

# --- Pictures and files: kinds that people/privacy/pictures.py paints anew, sizes in bytes.
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "courses.catalogue.cms.pictures.PictureForm"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILDOCS_DOCUMENT_FORM_BASE = "courses.catalogue.cms.pictures.FileForm"
# A file is fetched, never opened as a page of ours.
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
