"""Pictures and files that editors bring: a picture says what it shows, a file is what its name says."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

# What a file of each kind begins with: newer Office files are archives.
_BEGINNINGS = {"pdf": b"%PDF-", "docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04", "pptx": b"PK\x03\x04"}


class PictureForm(BaseImageForm):
    """A picture with the words that stand for it where it cannot be seen (WCAG 1.1.1)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.Field | None = self.fields.get("description")
        if field is not None:
            field.required = True
            field.label = gettext_lazy("What the picture shows")
            field.help_text = gettext_lazy(
                "One sentence for people who cannot see it, or whose line does not load it. Not the name of the file."
            )

    def clean_description(self) -> str:
        """Return the words. Raises ValidationError for the name of a file."""
        words: str = self.cleaned_data["description"].strip()
        if "." in words and words.rsplit(".", 1)[1].lower() in ("jpg", "jpeg", "png", "webp", "gif"):
            raise ValidationError(_("This is the name of a file. Write what the picture shows."))
        return words


class FileForm(BaseDocumentForm):
    """A file of a kind that readers can open, with the content that its name promises."""

    def clean_file(self) -> Any:
        """Return the file. Raises ValidationError for one that is something else than its name says."""
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        kind = file.name.rsplit(".", 1)[-1].lower()
        file.seek(0)
        beginning = file.read(8)
        file.seek(0)
        if kind in _BEGINNINGS and not beginning.startswith(_BEGINNINGS[kind]):
            raise ValidationError(
                _("This is no %(kind)s file, whatever its name says. Save it again as one and choose that.")
                % {"kind": kind}
            )
        return file
