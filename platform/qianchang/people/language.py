"""The language of a page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.middleware.locale import LocaleMiddleware
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import patch_vary_headers


class LanguageMiddleware(LocaleMiddleware):
    """English under /en/; everywhere else what the person chose (kept in Django's cookie), Chinese until then.

    Django's own middleware knows no choice outside the prefix once the default language has none, so that desks and
    account pages could never be English. What the browser says it prefers is not asked: the platform is Chinese first.
    """

    def process_request(self, request: HttpRequest) -> None:
        language = translation.get_language_from_path(request.path_info) or self._chosen(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        language = translation.get_language() or settings.LANGUAGE_CODE
        if not translation.get_language_from_path(request.path_info):
            if response.status_code == 404 and language != settings.LANGUAGE_CODE:
                response = self._english_twin(request, language) or response
            patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def _english_twin(request: HttpRequest, language: str) -> HttpResponseBase | None:
        """Send whoever chose English from the address of a Chinese page, say in a mail, to its twin."""
        if request.method not in ("GET", "HEAD") or not is_valid_path(f"/{language}{request.path_info}"):
            return None
        return HttpResponseRedirect(f"/{language}{request.get_full_path()}")

    @staticmethod
    def _chosen(request: HttpRequest) -> str:
        try:
            return translation.get_supported_language_variant(request.COOKIES[settings.LANGUAGE_COOKIE_NAME])
        except LookupError:
            return settings.LANGUAGE_CODE
