"""Lengths, sizes and hits in words."""

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.catalogue import places, rules
from courses.catalogue.search import marking
from courses.catalogue.search.words import Word

register = template.Library()
moment = register.filter(rules.moment)


@register.filter
def length_words(length_ms: int | None) -> str:
    """A length in milliseconds as "1 h 53 min"; under ten minutes with its seconds."""
    if not length_ms:
        return ""
    minutes, seconds = divmod(round(length_ms / 1000), 60)
    if not minutes:
        return _("%(seconds)d s") % {"seconds": seconds}
    if minutes < 10 and seconds:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds}
    hours, minutes = divmod(minutes + (seconds >= 30), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


@register.filter
def seconds(ms: int) -> str:
    """A time in a recording as the address of a place in the player holds it: whole seconds, no thousands' sign."""
    return str(-(-ms // 1000))


@register.filter
def at_time(url: str, ms: int) -> str:
    """The address of a lecture's page that begins at a time."""
    return places.address_at(url, -(-ms // 1000))


@register.filter
def megabytes(size_bytes: int | None) -> str:
    """A size as learners read it: whole megabytes, one decimal below ten, gigabytes from a thousand on."""
    if size_bytes is None:
        return ""
    size = Decimal(size_bytes) / 1_000_000
    if size >= 1000:
        return f"{size / 1000:.2f} GB"
    return f"{size:.0f} MB" if size >= 10 else f"{max(size, Decimal('0.1')):.1f} MB"


@register.filter
def marked(text: str, words: Sequence[Word]) -> SafeString:
    """The text with the words of a search marked."""
    return marked_pieces(marking.marked(text, words))


@register.filter
def marked_pieces(pieces: Sequence[marking.Piece]) -> SafeString:
    """Pieces of a text with the hits among them marked."""
    return format_html_join("", "{}{}{}", ((_open(hit), piece, _close(hit)) for piece, hit in pieces))


def _open(hit: bool) -> SafeString:
    return SafeString("<mark>" if hit else "")


def _close(hit: bool) -> SafeString:
    return SafeString("</mark>" if hit else "")
