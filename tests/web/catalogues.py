"""What a catalogue of the pages must hold: every word they say, whole, and no other."""

from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import templates
import web
from newsletter.language import LOCALE

_WORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_TEMPLATES = Path(templates.__file__).parent / "web"
_CODE = Path(web.__file__).parent


def used(*below: str, leaving_out: Iterable[str] = ()) -> set[str]:
    """The first form of every message in templates and code, below these folders."""
    elsewhere = set(leaving_out)
    found: set[str] = set()
    for folder, how in (
        (_TEMPLATES, [("**.html", "jinja2.ext:babel_extract")]),
        (_CODE, [("**.py", "python")]),
    ):
        for _file, _line, message, *_rest in extract_from_dir(
            str(folder.joinpath(*below)),
            how,
            options_map={"**.html": {"silent": "false"}},
            keywords=_WORDS,
            directory_filter=lambda path: Path(path).name not in elsewhere,
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def catalogue(language: str, domain: str) -> Catalog:
    with (LOCALE / language / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


def assert_complete(found: Catalog, words: set[str]) -> None:
    """Every word and no other, each translated in all its forms and by a person."""
    known = {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in found
        if message.id
    }
    assert set(known) == words
    for text, message in known.items():
        forms = (
            message.string if isinstance(message.string, tuple) else (message.string,)
        )
        assert all(forms), text
        assert not message.fuzzy, text


def problems(found: Catalog) -> list[tuple[object, str]]:
    """Translations that lost a place to fill in."""
    return [
        (message.id, str(error)) for message in found for error in message.check(found)
    ]
