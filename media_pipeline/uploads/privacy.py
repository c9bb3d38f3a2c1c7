"""What uploads hold about a person: whose they are, by number."""

from django.utils.translation import gettext_lazy as _

from media_pipeline.uploads.models import Upload
from qianchang.groundwork import retention
from qianchang.groundwork.personal_data import declare
from qianchang.people.privacy.subjects import ACCOUNT


def declare_holdings() -> None:
    """Declare every table of uploads, and how long what is kept."""
    retention.keep(
        "uploads",
        _("Uploads that came to an end without a recording"),
        overdue=lambda before: Upload.objects.filter(expires_at__lt=before).exclude(
            state__in=(Upload.State.OPEN, Upload.State.COMPLETE)
        ),
    )
    declare(
        "uploads.Upload",
        purpose=_("Uploads that you began"),
        of={"owner": ACCOUNT},
        given=("public_id", "length", "offset", "state", "created_at", "expires_at"),
        kept="it says whose bytes a recording was made of: a number",
    )
