"""What an article is made of: the blocks in which editors write news, help and the page about the site."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import (
    CharBlock,
    ListBlock,
    PageChooserBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
    URLBlock,
)
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

FOLDER = "courses/catalogue/blocks"
# What the templates and the style sheet can show, and no more.
IN_A_LINE = ["bold", "italic", "link", "document-link"]


class PictureBlock(StructBlock):
    """A picture with the words for whoever does not see it: nobody may leave them out."""

    image = ImageChooserBlock(label=_("picture"))
    alt = CharBlock(
        label=_("what the picture shows"),
        max_length=200,
        help_text=_("Read aloud, and shown in data saver instead of the picture."),
    )
    caption = CharBlock(label=_("caption"), max_length=200, required=False)

    class Meta:
        icon = "image"
        label = _("Image")
        template = f"{FOLDER}/picture.html"


class QuoteBlock(StructBlock):
    """Words of somebody else, and where they stand."""

    text = TextBlock(label=_("quoted words"))
    source = CharBlock(label=_("source"), max_length=200)
    address = URLBlock(label=_("address of the source"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = f"{FOLDER}/quote.html"


class FileBlock(StructBlock):
    """A file to take away; its size stands beside it."""

    document = DocumentChooserBlock(label=_("file"))
    label = CharBlock(label=_("name of the file on the page"), max_length=120, required=False)

    class Meta:
        icon = "doc-full"
        label = _("File")
        template = f"{FOLDER}/file.html"


class StepBlock(StructBlock):
    """One step of a way to do something."""

    what = CharBlock(label=_("what to do"), max_length=160)
    more = RichTextBlock(label=_("more about it"), features=IN_A_LINE, required=False)


class LectureBlock(PageChooserBlock):
    """A lecture, as it stands in lists. Readers to whom it is not released see nothing here: the page says which
    lectures they may know of (`lecture_rows` in its context).
    """

    class Meta:
        icon = "media"
        label = _("Lecture")
        template = f"{FOLDER}/lecture.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        rows = (parent_context or {}).get("lecture_rows", {})
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return {**context, "row": rows.get(value.pk) if value else None}


class ArticleBlocks(StreamBlock):
    """The body of an article."""

    heading = CharBlock(label=_("Heading"), icon="title", max_length=120, template=f"{FOLDER}/heading.html")
    text = RichTextBlock(label=_("Text"), features=IN_A_LINE, template=f"{FOLDER}/text.html")
    list = ListBlock(
        RichTextBlock(label=_("line"), features=IN_A_LINE),
        label=_("List"),
        icon="list-ul",
        template=f"{FOLDER}/list.html",
    )
    steps = ListBlock(
        StepBlock(label=_("step")), label=_("Steps"), icon="list-ol", template=f"{FOLDER}/steps.html"
    )
    picture = PictureBlock()
    table = TypedTableBlock(
        [("text", CharBlock(label=_("words"))), ("number", CharBlock(label=_("number")))],
        label=_("Table"),
        icon="table",
        template=f"{FOLDER}/table.html",
    )
    quote = QuoteBlock()
    file = FileBlock()
    lecture = LectureBlock(page_type="catalogue.LecturePage")
