"""The fields a block can have: how each is read from a file and shown at the desk.

A kind declares its fields with these functions; the reader of issue files, the desk's
forms and the checks all follow that one declaration.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

# C0 and C1 controls, bidirectional overrides and lone surrogates: none is text, some
# break a mail header, some a database.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
_IN_URL = re.compile(r"[\s\"<>\\^`{|}]")
MOST_URL = 2000


Problem = Mapping[str, str]  # one sentence, in "nl" and "en"


class Form(StrEnum):
    """How a field is filled in at the desk."""

    LINE = "line"
    MARKDOWN = "markdown"
    CHOICE = "choice"
    LINK = "link"
    MOMENT = "moment"  # local date and time
    STORY = "story"  # slug of a library item
    PARTNER = "partner"  # slug of a partner
    PICTURE = "picture"  # media hash
    NUMBER = "number"  # whole, from 0 to the most


@dataclass(frozen=True)
class FieldSpec:
    """What a field is called, what may stand in it and how much."""

    label: Mapping[str, str]  # "nl", "en"
    form: Form
    required: bool
    most: int = MOST_URL  # characters; of a number the largest
    choices: tuple[str, ...] = ()
    mailto: bool = False  # a link that may be a mail address

    def read(self, value: object) -> Any:
        """The value as the block holds it. Raises ValueError with a sentence."""
        if value is None and not self.required:
            return None
        if self.form is Form.NUMBER:
            return read_number(value, most=self.most)
        if not isinstance(value, str):
            raise ValueError(f"must be text in quotes, not {value!r}.")
        text = clean(value, lines=self.form is Form.MARKDOWN)
        if self.form is Form.CHOICE and text not in self.choices:
            raise ValueError(f"must be {' or '.join(self.choices)}, not {text!r}.")
        if self.form is Form.LINK and text:
            check_url(text, mailto=self.mailto)
        if self.form is Form.MOMENT:
            return read_moment(text)
        return text

    def problems(self, value: object) -> Iterator[Problem]:
        """What a person should mend before this goes out."""
        nl, en = self.label["nl"], self.label["en"]
        if self.required and value in ("", None):
            yield {
                "nl": f"{nl} is leeg. Vul het in, of haal het blok weg.",
                "en": f"{en} is empty. Fill it in, or remove the block.",
            }
        if isinstance(value, str) and len(value) > self.most:
            yield {
                "nl": f"{nl} telt {len(value)} tekens; het mogen er {self.most} zijn. "
                "Maak het korter.",
                "en": f"{en} has {len(value)} characters; {self.most} is the most. "
                "Shorten it.",
            }


def clean(text: str, *, lines: bool) -> str:
    """Text without surrounding space. Raises ValueError on what is not text."""
    text = text.replace("\r\n", "\n").strip()
    if found := _CONTROL.search(text):
        raise ValueError(f"holds the control character {found[0]!r}. Take it out.")
    if not lines and ("\n" in text or "\r" in text):
        raise ValueError("must be one line. Take the line break out.")
    return text.replace("\r", "\n")


def check_url(text: str, *, mailto: bool = False) -> None:
    """Raise ValueError unless a mail may link there."""
    allowed = "https://, http:// or mailto:" if mailto else "https:// or http://"
    try:
        parts = urlsplit(text)
        complete = bool(parts.hostname) and parts.port != 0
    except ValueError:
        complete = False
        parts = urlsplit("")
    if mailto and parts.scheme == "mailto":
        complete = "@" in parts.path
    elif parts.scheme not in {"http", "https"}:
        complete = False
    if not complete or _IN_URL.search(text) or len(text) > MOST_URL:
        raise ValueError(f"must be a whole address with {allowed}, not {text[:80]!r}.")


def read_moment(text: str) -> datetime:
    """A date and time; without an offset it is the organisation's local time."""
    try:
        if len(text) < len("2027-01-15T10:53"):
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"must be a date and time such as 2027-01-15T19:30, not {text!r}."
        ) from None


def read_number(value: object, *, most: int) -> int:
    """From a file's number or what was typed. Raises ValueError with a sentence."""
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 9:
        text = int(text)
    if isinstance(text, bool) or not isinstance(text, int) or not 0 <= text <= most:
        raise ValueError(f"must be a whole number from 0 to {most}, not {value!r}.")
    return text


def _declare(spec: FieldSpec, default: Any = "") -> Any:
    return field(default=MISSING if spec.required else default, metadata={"spec": spec})


def line(nl: str, en: str, *, most: int, required: bool = True) -> Any:
    return _declare(FieldSpec({"nl": nl, "en": en}, Form.LINE, required, most))


def markdown(nl: str, en: str, *, most: int, required: bool = True) -> Any:
    return _declare(FieldSpec({"nl": nl, "en": en}, Form.MARKDOWN, required, most))


def choice(nl: str, en: str, *choices: str) -> Any:
    """The first choice is the one when nothing is said."""
    spec = FieldSpec({"nl": nl, "en": en}, Form.CHOICE, False, choices=choices)
    return _declare(spec, choices[0])


def link(nl: str, en: str, *, required: bool = True, mailto: bool = False) -> Any:
    spec = FieldSpec({"nl": nl, "en": en}, Form.LINK, required, mailto=mailto)
    return _declare(spec, None)


def moment(nl: str, en: str, *, required: bool = True) -> Any:
    return _declare(FieldSpec({"nl": nl, "en": en}, Form.MOMENT, required), None)


def number(nl: str, en: str, *, most: int, default: int) -> Any:
    spec = FieldSpec({"nl": nl, "en": en}, Form.NUMBER, False, most)
    return _declare(spec, default)


def story(nl: str, en: str) -> Any:
    return _declare(FieldSpec({"nl": nl, "en": en}, Form.STORY, True))


def partner(nl: str, en: str) -> Any:
    return _declare(FieldSpec({"nl": nl, "en": en}, Form.PARTNER, True))


def picture(nl: str, en: str) -> Any:
    return _declare(FieldSpec({"nl": nl, "en": en}, Form.PICTURE, False), None)


def alternative(nl: str, en: str, *, most: int) -> Any:
    """Text for who cannot see it: None is undecided, "" is decoration."""
    spec = FieldSpec({"nl": nl, "en": en}, Form.LINE, False, most)
    return _declare(spec, None)
