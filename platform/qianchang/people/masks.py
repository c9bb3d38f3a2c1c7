"""How lists, exports and letters show what only its owner and a few officers may see whole.

Source: product-design.md, section 2 (执业证号: first 5 + `****` + last 5) and section 5.1 (证明核验: one name, hidden
but for its ends). Whole values are shown by `unmasking.unmask` alone.
"""

HIDDEN = "*"
# Whatever their length, so that a mask says nothing of it.
STARS = "****"


def masked_licence_number(text: str) -> str:
    """Return a licence number as its first five and last five digits: 14510****23344. What is too short to hide
    anything in becomes stars.
    """
    return f"{text[:5]}{STARS}{text[-5:]}" if len(text) >= 15 else STARS * bool(text)


def masked_phone(text: str) -> str:
    """Return a telephone number as 138****5678; of one with fewer than nine signs the last two."""
    plain = text.strip()
    if len(plain) >= 9:
        return f"{plain[:3]}{STARS}{plain[-4:]}"
    return f"{STARS}{plain[-2:]}" if len(plain) > 4 else STARS * bool(plain)


def masked_email(text: str) -> str:
    """Return an e-mail address with the first letter of its box and the whole of its host: w****@example.org."""
    box, at, host = text.strip().rpartition("@")
    if not at:
        return STARS * bool(host)
    return f"{box[:1]}{STARS}@{host}"


def masked_name(name: str) -> str:
    """Return a name with everything hidden between its first and last character, of two characters the last: 韦*岚."""
    if len(name) <= 2:
        return name[:1] + HIDDEN * (len(name) - 1)
    return name[0] + HIDDEN * (len(name) - 2) + name[-1]
