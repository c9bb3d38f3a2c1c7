"""What pages say of discs and requests."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from courses.discs.rules import RequestState

REQUEST_STATES: dict[RequestState, Any] = {
    RequestState.ASKED: _("asked for"),
    RequestState.IN_PREPARATION: _("in preparation"),
    RequestState.SENT: _("dispatched"),
    RequestState.RECEIVED: _("received"),
    RequestState.RETURNED: _("given back"),
    RequestState.DECLINED: _("answered without a disc"),
    RequestState.WITHDRAWN: _("request taken back"),
}

# What a lawyer signs who watched alone. Another text is another statement: sheets keep the words that were signed.
STATEMENT = _(
    "I watched this lecture whole from this disc, and copied the codes myself. If that is not true, the hours are taken "
    "back, and my association is told."
)
