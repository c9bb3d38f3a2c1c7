"""Where somebody is signed in: allauth's page, with browsers in words that a lawyer knows."""

from typing import Any

from allauth.usersessions.views import ListUserSessionsView

from qianchang.people.browsers import browser_words


class SessionList(ListUserSessionsView):
    """The own sessions, and the button that ends all others."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.browser = browser_words(session.user_agent)
        return context
