"""What people type: one line of text, without tricks and not endless."""

import re
import unicodedata

from subscribers.errors import SubscribersError

# Overrides of the reading direction can make a name read as something else.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
SHOWN = 60  # characters of a wrong value that a sentence repeats


class BadLine(SubscribersError):
    """Something typed cannot be kept; the sentence says why."""


def line(text: str, *, what: str, most: int) -> str:
    """The text as one tidy line of 1 to ``most`` characters, or raise BadLine.

    A line break inside is refused rather than repaired: in a mail header it would
    begin another header.
    """
    tidy = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(sign) in _REFUSED or sign in _TURNING for sign in tidy):
        raise BadLine(
            f"The {what} {shown(tidy)} holds a line break or another control "
            "character. Write it on one line."
        )
    tidy = re.sub(r"\s+", " ", tidy)
    if not tidy:
        raise BadLine(f"The {what} is empty. Fill it in.")
    if len(tidy) > most:
        raise BadLine(
            f"The {what} {shown(tidy)} has {len(tidy)} characters; "
            f"{most} is the most. Make it shorter."
        )
    return tidy


def line_or_none(text: str | None, *, what: str, most: int) -> str | None:
    """The same for what may be left out: nothing typed is None."""
    if text is None or not text.strip():
        return None
    return line(text, what=what, most=most)


def shown(text: str) -> str:
    """A wrong value as a sentence may repeat it: escaped and cut off."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def slug_of(text: str) -> str:
    """``Sociaal werker`` as ``sociaal-werker``; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]+", "-", _without_marks(plain)).strip("-")


def fold(text: str) -> str:
    """What names are compared by: letters and digits alone, no accents, no case."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in _without_marks(plain) if sign.isalnum())


def _without_marks(text: str) -> str:
    return "".join(sign for sign in text if not unicodedata.combining(sign))


def slug(text: str, *, what: str) -> str:
    """A slug as typed, 1 to 60 of ``a-z 0-9 -``, or raise BadLine."""
    tidy = text.strip()
    if re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?", tidy) is None:
        raise BadLine(
            f"The {what} {shown(tidy)} cannot be used: write 1 to 60 small letters, "
            "digits and hyphens, such as buurtwijs."
        )
    return tidy
