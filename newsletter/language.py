"""The words people read, in Dutch and English.

Catalogues are gettext ``.po`` files under ``templates/locale/<language>/<domain>.po``,
compiled in memory when first asked for, so that there is nothing to build or forget.
"""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import templates

LANGUAGES = ("nl", "en")
DOMAINS = ("mail", "service", "public", "desk", "reasons")
LOCALE = Path(templates.__file__).parent / "locale"


@cache
def translations(language: str, *domains: str) -> gettext.NullTranslations:
    """The words of one or more domains; an unknown language gets Dutch."""
    found = gettext.NullTranslations()
    for domain in domains:
        path = LOCALE / (language if language in LANGUAGES else "nl") / f"{domain}.po"
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.name)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        loaded = gettext.GNUTranslations(compiled)
        loaded.add_fallback(found)
        found = loaded
    return found
