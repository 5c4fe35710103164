"""The templates of mail: one Jinja environment a language, shared by every mail.

``.mjml`` and ``.html`` are escaped, ``.txt`` and ``.css`` are not. A name that is not
given is an error, never an empty place in somebody's mail.
"""

from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

import templates
from newsletter.language import translations
from newsletter.rendering import wording
from newsletter.rendering.errors import RenderingError
from newsletter.rendering.merge import Slot, marker
from newsletter.rendering.plaintext import wrap

FOLDER = Path(templates.__file__).parent
_ESCAPED = (".mjml", ".mjml.j2", ".html", ".html.j2")


@cache
def environment(language: str, *domains: str) -> Environment:
    """The environment whose words are those of ``domains`` in ``language``."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=lambda name: name is not None and name.endswith(_ESCAPED),  # noqa: S701 - .txt and .css stay as they are
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = translations(language, *domains)
    # Installed by the extension itself, hence unknown to the type checker.
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "wrap": wrap,
        "colour": wording.colour,
        "tone": wording.tone,
        "month": partial(wording.month, language=language),
        "short_month": partial(wording.short_month, language=language),
        "long_date": partial(wording.long_date, language=language),
        "clock": partial(wording.clock, language=language),
        "quoted": partial(wording.quoted, language=language),
    }
    made.globals |= {
        "language": language,
        "direction": wording.direction(language),
        "elsewhere": wording.elsewhere,
        "slot": {slot.name: marker(slot) for slot in Slot},
    }
    return made


def fill(
    language: str, domains: tuple[str, ...], name: str, values: dict[str, Any]
) -> str:
    """One template, filled. Raises RenderingError naming it."""
    try:
        return environment(language, *domains).get_template(name).render(values)
    except TemplateError as error:
        raise RenderingError(
            f"The template {name} cannot be filled: {error}"
        ) from error
