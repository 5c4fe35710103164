"""MJML to HTML, with our own style sheet written into the elements."""

import html as entities
import logging
import re
from typing import Any

import mjml
from premailer import Premailer

from newsletter.rendering.depth import depth_of
from newsletter.rendering.errors import RenderingError

# MJML itself nests about 20 deep; it kills the process at about 9,000.
_DEEPEST = 120
_LONGEST = 2_000_000
# MJML copies the title into an attribute without escaping it: a quotation mark in a
# subject would end the attribute. It gets this word, and the title is put in after.
_TITLE = "title-of-this-mail"
_STYLE = re.compile(r"<style\b")
# Of selectors such as ``.know .last`` and ``h2.feature``.
_NAME = re.compile(r"\.?[a-z][\w-]*")
_CLASSES = re.compile(r'class="([^"]*)"')
_TAGS = re.compile(r"<([a-z][a-z0-9]*)")
_BETWEEN_BLOCKS = re.compile(r">\s*\n\s*<")


class BadMjml(RenderingError):
    """The MJML compiler refused, or the source is not safe to give it."""


def compile_mjml(source: str, *, title: str, css: str) -> str:
    """A whole HTML mail. Touches no network. Raises BadMjml."""
    if len(source) > _LONGEST or depth_of(source, stop_at=_DEEPEST) > _DEEPEST:
        raise BadMjml("it is too long or too deeply nested")
    try:
        html: str = mjml.mjml2html(source, fonts={})  # {}: no font from anybody
    except ValueError as error:
        raise BadMjml(str(error)) from error
    return _titled(inline(html, css), title)


def title_placeholder() -> str:
    """What templates write where the title goes."""
    return _TITLE


def with_title(source: str, title: str) -> str:
    """MJML as other compilers may have it."""
    return source.replace(
        f"<mj-title>{_TITLE}<", f"<mj-title>{entities.escape(title)}<", 1
    )


class _Inliner(Premailer):  # type: ignore[misc]  # premailer has no types
    """Premailer that reads a style sheet once, and looks only for what a mail has.

    Reading was most of a render; then it was walking through the whole mail for each of
    sixty rules, half of them for blocks that are not in it.
    """

    def _parse_style_rules(
        self, css_body: str, ruleset_index: int
    ) -> tuple[list[Any], list[Any]]:
        known = (css_body, ruleset_index)
        if known not in _RULES:
            _RULES[known] = super()._parse_style_rules(css_body, ruleset_index)
        rules, leftover = _RULES[known]
        there = _names_in(self.html)
        # A rule is its specificity, selector and declarations.
        fitting = [rule for rule in rules if there.issuperset(_NAME.findall(rule[1]))]
        return fitting, list(leftover)


def _names_in(html: str) -> set[str]:
    """The tags a mail has, and its classes with their dot."""
    classes = {name for some in _CLASSES.findall(html) for name in some.split()}
    return {f".{name}" for name in classes} | set(_TAGS.findall(html))


# The few style sheets beside the templates; never text from outside.
_RULES: dict[tuple[str, int], tuple[list[Any], list[Any]]] = {}


def inline(html: str, css: str) -> str:
    """``html`` with ``css`` in its elements; ``<style>`` in the head stays as it is."""
    premailer = _Inliner(
        # Inlining MJML's own rules too repeats them 16 kB long, and Gmail clips at 102.
        _STYLE.sub('<style data-premailer="ignore"', html),
        css_text=css,
        allow_network=False,
        keep_style_tags=True,
        strip_important=False,  # else dark mode and the phone's rules stop working
        remove_classes=False,
        disable_link_rewrites=True,
        disable_leftover_css=True,
        align_floating_images=False,
        remove_unset_properties=False,
        disable_basic_attributes=["align", "valign", "bgcolor", "width", "height"],
        cssutils_logging_level=logging.CRITICAL,
    )
    inlined: str = premailer.transform().replace(' data-premailer="ignore"', "")
    # Premailer loses the doctype, and without it mail is shown in quirks mode.
    return "<!doctype html>" + _BETWEEN_BLOCKS.sub(">\n<", inlined)


def _titled(html: str, title: str) -> str:
    escaped = entities.escape(title, quote=True)
    for place in ("<title>{}</title>", 'aria-label="{}"'):
        html = html.replace(place.format(_TITLE), place.format(escaped), 1)
    return html
