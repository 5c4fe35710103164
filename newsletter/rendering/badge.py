"""The one source badge where there is no template: in feeds and on cards.

``mail/parts.mjml.j2``, ``mail/parts.txt.j2`` and ``web/source.html`` draw the same:
the logo where there is room for it, and these words.
"""

from html import escape

from newsletter.language import translations
from newsletter.rendering.values import Source


def badge_words(name: str, language: str) -> str:
    """ "Bron: LPB"; plain text."""
    said = translations(language, "mail").gettext("Source: %(name)s")
    return said % {"name": name}


def badge_html(source: Source, language: str) -> str:
    words = escape(badge_words(source.name, language), quote=False)
    if source.logo is None:
        return words
    logo = source.logo
    return (
        f'<img src="{escape(logo.url)}" alt="" width="{logo.width}" '
        f'height="{logo.height}"> {words}'
    )
