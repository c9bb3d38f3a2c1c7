"""The HTTP API under /api/v1/, put together from the rooms' routers, with its OpenAPI document."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import django_auth

from courses.attendance.endpoints import router as playbacks
from courses.attendance.pack_endpoints import router as packs
from courses.catalogue.endpoints import router as lectures
from courses.credits.endpoints import router as credits
from media_pipeline.conductor.endpoints import router as recordings
from programmes.quotas.endpoints import router as quotas

UPLOAD_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}


def _tus(
    summary: str, status: str, outcome: str, *, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "tags": ["uploads"],
        "summary": summary,
        "parameters": parameters or [],
        "responses": {status: {"description": outcome}},
    }


UPLOAD_PATHS: dict[str, Any] = {
    "/api/v1/uploads/": {
        "get": _tus("My unfinished uploads", "200", "JSON: uploads"),
        "post": _tus(
            "tus 1.0: begin an upload (Upload-Length, Upload-Metadata)", "201", "Location, Upload-Expires"
        ),
        "options": _tus("tus 1.0: what the server can do", "204", "Tus-Version, Tus-Extension, Tus-Max-Size"),
    },
    "/api/v1/uploads/{id}": {
        "get": _tus("State of an upload", "200", "JSON", parameters=[UPLOAD_ID]),
        "head": _tus("tus 1.0: bytes confirmed so far", "200", "Upload-Offset", parameters=[UPLOAD_ID]),
        "patch": _tus(
            "tus 1.0: append at Upload-Offset", "204", "the new Upload-Offset", parameters=[UPLOAD_ID]
        ),
        "delete": _tus("tus 1.0: give the upload up", "204", "terminated", parameters=[UPLOAD_ID]),
    },
}


class DocumentedAPI(NinjaAPI):
    """The API whose document also names the upload protocol, which is a plain view: a body of gigabytes is streamed."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        schema["paths"].update(UPLOAD_PATHS)
        return schema


api = DocumentedAPI(
    title="Qianchang",
    version="1",
    description="Lectures, watching, hours and quotas. Sign in with a session; writing needs the CSRF token in X-CSRFToken. "
    "Uploads speak tus 1.0 at /api/v1/uploads/.",
    auth=django_auth,
    docs_url=None,
    urls_namespace="api",
)
api.add_router("/recordings/", recordings, tags=["recordings"])
api.add_router("/lectures/", lectures, tags=["lectures"])
api.add_router("/playbacks/", playbacks, tags=["playbacks"])
api.add_router("/packs/", packs, tags=["packs"])
api.add_router("/credits/", credits, tags=["credits"])
api.add_router("/quotas/", quotas, tags=["quotas"])


@api.exception_handler(AuthenticationError)
def _signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return api.create_response(
        request, {"detail": _("You are signed out. Sign in again; nothing is lost.")}, status=401
    )


@api.exception_handler(PermissionDenied)
def _refused(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"detail": _("This needs another role.")}, status=403)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = sorted({".".join(str(part) for part in item["loc"][1:]) for item in _errors(error)})
    sentence = _("These fields are missing or malformed: %(fields)s.") % {"fields": ", ".join(fields)}
    return api.create_response(request, {"detail": sentence}, status=422)


def _errors(error: ValidationError) -> list[dict[str, Any]]:
    return list(error.errors)
