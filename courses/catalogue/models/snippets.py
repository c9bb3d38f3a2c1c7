"""What lectures are filed under and who gives them: topics, categories, lecturers."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from qianchang.groundwork.personal_data import ERASED


class Category(models.TextChoices):
    """The hour category (学时类别) of a lecture."""

    BUSINESS = "business", _("Business training")
    ETHICS = "ethics", _("Professional ethics and discipline")


class Topic(models.Model):  # type: ignore[django-manager-missing]  # Wagtail has no stubs
    """One field of law or management that lectures are filed under (业务领域)."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Stands in addresses of the catalogue."))
    name_zh = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    source = models.CharField(_("document it comes from"), max_length=60, blank=True)
    quote = models.TextField(_("words of the document"), blank=True)

    panels = [
        FieldPanel("name_zh"),
        FieldPanel("name_en"),
        FieldPanel("code"),
        FieldPanel("position"),
        FieldPanel("quote", read_only=True),
    ]

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh


class Lecturer(models.Model):
    """One person who lectures (讲师), as the public sees them. Personal data: name and introduction, public by consent."""

    slug = models.SlugField(
        _("address"),
        unique=True,
        allow_unicode=True,
        help_text=_("The last part of the address of the page."),
    )
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True, default="", db_default="")
    introduction = models.TextField(_("introduction"), blank=True)
    introduction_en = models.TextField(_("English introduction"), blank=True, default="", db_default="")
    association = models.ForeignKey(
        "people.Association",
        on_delete=models.PROTECT,
        related_name="lecturers",
        verbose_name=_("association"),
    )
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="lecturer"
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("name_en"),
        FieldPanel("introduction"),
        FieldPanel("introduction_en"),
        FieldPanel("association"),
        FieldPanel("slug"),
    ]

    class Meta:
        verbose_name = _("lecturer")
        verbose_name_plural = _("lecturers")

    def __str__(self) -> str:
        return self.name

    @property
    def has_page(self) -> bool:
        """Whether the public reads about this lecturer: not any more after being erased."""
        return self.name != ERASED

    @property
    def localised_name(self) -> str:
        """The name in the reader's language, Chinese where there is no other."""
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def localised_introduction(self) -> str:
        """The introduction in the reader's language, Chinese where there is no other."""
        return self.introduction_en if get_language() == "en" and self.introduction_en else self.introduction
