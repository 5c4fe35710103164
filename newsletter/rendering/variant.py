"""One variant of an issue: block values in, HTML, plain text and web page out.

To add a block kind, add its value to ``values`` and two templates to
``templates/mail/blocks``: ``<kind>.mjml.j2`` and ``<kind>.txt.j2``.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

from newsletter.rendering import environment
from newsletter.rendering.disarm import disarmed_block, disarmed_frame
from newsletter.rendering.errors import RenderingError
from newsletter.rendering.heights import with_heights
from newsletter.rendering.inlining import (
    BadMjml,
    compile_mjml,
    title_placeholder,
    with_title,
)
from newsletter.rendering.merge import Slot, marker
from newsletter.rendering.placing import Placed, logo_heights, place, tones
from newsletter.rendering.plaintext import few_empty_lines
from newsletter.rendering.values import BlockValue, Frame, RenderedVariant

_DOMAINS = ("mail",)
_NAME = marker(Slot.NAME)


def render_variant(frame: Frame, blocks: Sequence[BlockValue]) -> RenderedVariant:
    """Render everything one variant needs; the same values give the same bytes.

    Raises RenderingError naming the block that cannot be rendered.
    """
    frame = disarmed_frame(frame)
    placed = place([disarmed_block(block) for block in blocks])
    mjml = _mjml(frame, placed, on_web=False)
    return RenderedVariant(
        subject=frame.subject,
        html=_html(frame, placed, mjml, on_web=False),
        text=_plain(frame, placed),
        mjml=with_title(mjml, frame.subject),
        web=_web(frame, placed),
    )


@cache  # it is asked for each reader without a name, and compiling takes milliseconds
def name_fallback(language: str) -> str:
    """What a reader without a name is called: "lezer"."""
    return (
        environment.environment(language, *_DOMAINS)
        .from_string("{{ _('reader') }}")
        .render()
    )


def _web(frame: Frame, placed: list[Placed]) -> str:
    """The page for the archive: for anybody, so without anything personal."""
    mjml = _mjml(frame, placed, on_web=True)
    html = _html(frame, placed, mjml, on_web=True)
    return html.replace(_NAME, name_fallback(frame.language))


def _html(frame: Frame, placed: list[Placed], mjml: str, *, on_web: bool) -> str:
    css = _fill(frame, "mail/inline.css", _values(frame, placed, on_web=on_web))
    try:
        html = compile_mjml(mjml, title=frame.subject, css=css)
    except BadMjml as error:
        raise _blame(frame, placed, error, on_web=on_web) from error
    html = with_heights(html, (part.block for part in placed))
    if on_web:
        # A page has a main part; a mail is an article among others.
        html = html.replace('aria-roledescription="email" ', "", 1).replace(
            'role="article"', 'role="main"', 1
        )
    return html


def _mjml(frame: Frame, placed: list[Placed], *, on_web: bool) -> str:
    values = _values(frame, placed, on_web=on_web)
    parts = [Markup(_block(frame, values, part, "mjml")) for part in placed]  # noqa: S704 - from an escaping template
    return _fill(frame, "mail/frame.mjml.j2", {**values, "parts": parts})


def _plain(frame: Frame, placed: list[Placed]) -> str:
    values = _values(frame, placed, on_web=False)
    parts = [(_block(frame, values, part, "txt").strip("\n"), part) for part in placed]
    text = _fill(frame, "mail/frame.txt.j2", {**values, "parts": parts})
    return few_empty_lines("\n".join(line.rstrip() for line in text.split("\n")))


def _block(frame: Frame, values: dict[str, Any], part: Placed, form: str) -> str:
    name = f"mail/blocks/{part.block.kind}.{form}.j2"
    try:
        return _fill(frame, name, {**values, "block": part.block, "place": part})
    except RenderingError as error:
        raise RenderingError(f"Block {part.block.id!r}: {error}") from error


def _values(frame: Frame, placed: list[Placed], *, on_web: bool) -> dict[str, Any]:
    height, phone_height = logo_heights(frame)
    return {
        "frame": frame,
        "accent": frame.host.colour,
        "accent_dark": frame.host.colour_dark,
        "logo_height": height,
        "phone_logo_height": phone_height,
        "on_web": on_web,
        "tones": tones(frame, [part.block for part in placed]),
        "title_placeholder": title_placeholder(),
    }


def _fill(frame: Frame, name: str, values: dict[str, Any]) -> str:
    return environment.fill(frame.language, _DOMAINS, name, values)


def _blame(
    frame: Frame, placed: list[Placed], error: BadMjml, *, on_web: bool
) -> RenderingError:
    """Whose fault it is: the compiler does not say, so try the blocks one by one."""
    for part in placed:
        try:
            compile_mjml(_mjml(frame, [part], on_web=on_web), title="", css="")
        except BadMjml as reason:
            return RenderingError(
                f"Block {part.block.id!r} ({part.block.kind}) cannot become mail: "
                f"{reason}. Look for a tag that is not closed in its text."
            )
    return RenderingError(f"The frame around the blocks cannot become mail: {error}.")
