"""The service worker that opens a sheet without a network once it was opened to be keyed."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# The form of templates/courses/sheets/entry.html: a sheet that is only read has none, and is not kept.
MARK = 'id="keyed-sheet"'


@require_safe
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """Which pages may be kept, what they need beside them, and by what a page that is keyed is known. The same for
    everybody: no name stands in it.
    """
    page = reverse("sheets:sheet", args=[0]).replace("0", r"\d+")
    kept = {"pages": f"^{page}$", "files": settings.STATIC_URL, "mark": MARK}
    script = f"self.qianchang = {json.dumps(kept)};\nimportScripts({json.dumps(static('dist/sheet-worker.js'))});\n"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")
