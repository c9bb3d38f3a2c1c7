"""What every template knows of the person who looks at it."""

from django.http import HttpRequest


def viewer(request: HttpRequest) -> dict[str, object]:
    return {}
