"""What every template knows of the person who looks at it."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from qianchang.people.viewer import Viewer


def viewer(request: HttpRequest) -> dict[str, object]:
    """Return `viewer`, which asks the database nothing until a template uses it."""
    return {"viewer": SimpleLazyObject(lambda: Viewer(request))}
