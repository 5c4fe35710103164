"""Service mail: a folder of three templates becomes subject, HTML and text.

To add a kind, add ``templates/service/<kind>`` with ``subject.txt``, ``body.mjml`` and
``body.txt``; the bodies extend ``service/frame`` and fill its blocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.rendering import environment
from newsletter.rendering.disarm import printable
from newsletter.rendering.errors import RenderingError
from newsletter.rendering.inlining import BadMjml, compile_mjml, title_placeholder
from newsletter.rendering.palette import ACCENT, ACCENT_DARK
from newsletter.rendering.plaintext import few_empty_lines, wrap

_DOMAINS = ("mail", "service")


@dataclass(frozen=True)
class ServiceRendering:
    """One mail to one person: nothing in it is cut or merged later."""

    subject: str
    html: str
    text: str


def render_service(
    kind: str, language: str, values: Mapping[str, object]
) -> ServiceRendering:
    """Render one service mail.

    ``values`` are what the kind's templates name, and for the frame ``sender_name`` and
    ``postal_address``. Raises RenderingError naming the template or the value missing.
    """
    given = {
        **{name: _printable(value) for name, value in values.items()},
        "accent": ACCENT,
        "accent_dark": ACCENT_DARK,
        "tones": (),
        "phone_logo_height": 0,
        "title_placeholder": title_placeholder(),
    }
    folder = f"service/{kind}"
    subject = environment.fill(language, _DOMAINS, f"{folder}/subject.txt", given)
    subject = " ".join(subject.split())
    source = environment.fill(language, _DOMAINS, f"{folder}/body.mjml", given)
    css = environment.fill(language, _DOMAINS, "mail/inline.css", given)
    try:
        html = compile_mjml(source, title=subject, css=css)
    except BadMjml as error:
        raise RenderingError(f"The service mail {kind!r}: {error}.") from error
    text = environment.fill(language, _DOMAINS, f"{folder}/body.txt", given)
    return ServiceRendering(subject=subject, html=html, text=_laid_out(text))


def _printable(value: object) -> object:
    return printable(value) if isinstance(value, str) else value


def _laid_out(text: str) -> str:
    # "-- " begins a signature only with its space at the end.
    lines = [
        line if line == "-- " else wrap(line.rstrip()) for line in text.split("\n")
    ]
    return few_empty_lines("\n".join(lines))
