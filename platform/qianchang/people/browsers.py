"""What a browser says of itself, in words that a lawyer knows. Plain values in, plain values out."""

from django.utils.translation import gettext as _

# The first that is found counts: most browsers name others as well.
BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("QQBrowser/", "QQ Browser"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows NT 6.1", "Windows 7"),
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """Return a browser as "Chrome · Windows 7"; what names neither browser nor system comes back shortened."""
    named = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    if named[0] == "WeChat":
        named[0] = _("WeChat")
    return " · ".join(filter(None, named)) or user_agent[:60]
