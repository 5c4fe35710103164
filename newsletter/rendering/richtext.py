"""Running text from editors and partners: Markdown or HTML in, safe HTML and plain out.

What comes out holds a short list of tags, no style, no script, no picture (a picture
from elsewhere would tell its host who reads), and is nested at most ``DEEPEST`` deep.
"""

import html as entities
from functools import cache
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from newsletter.rendering.depth import VOID, depth_of
from newsletter.rendering.errors import TooDeep, TooLong
from newsletter.rendering.plaintext import to_plain
from newsletter.rendering.values import Text

__all__ = ["DEEPEST", "LONGEST", "from_html", "from_markdown", "to_plain"]

DEEPEST = 50  # elements inside each other
LONGEST = 300_000  # characters

_BLOCKS = "p div blockquote ul ol li dl dt dd pre hr br h2 h3 h4"
_INLINE = "a abbr b cite code del em i ins q s small span strong sub sup u"
_TABLE = "table caption thead tbody tfoot tr th td"
TAGS = frozenset(f"{_BLOCKS} {_INLINE} {_TABLE}".split())
_CONTAINERS = "section article header footer main aside figure figcaption address nav"
# Containers keep words apart.
_RENAMED = dict.fromkeys(_CONTAINERS.split(), "div")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LOWEST = 4
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start", "reversed"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "*": {"lang", "dir"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_UNREADABLE = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "svg",
    "math",
}


def from_markdown(text: str) -> Text:
    """Markdown as rich text; HTML in it stays visible text.

    Raises TooLong, and TooDeep for what nests further than ``DEEPEST``.
    """
    _refuse_long(text)
    safe = from_html(_markdown().render(text))
    return Text(html=safe, plain=to_plain(safe))


def from_html(html: str) -> str:
    """HTML from anywhere as safe, well-formed HTML. Raises TooLong or TooDeep."""
    _refuse_long(html)
    _refuse_deep(html)
    clean = nh3.clean(
        html,
        tags=set(TAGS) | set(_RENAMED) | set(_HEADINGS),
        attributes=_ATTRIBUTES,
        clean_content_tags=_UNREADABLE,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    # Parsers repair broken HTML each in their own way: what counts is the outcome.
    _refuse_long(clean)
    _refuse_deep(clean)
    tidy = _Tidy()
    tidy.feed(clean)
    tidy.close()
    return "".join(tidy.parts).strip()


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST:
        raise TooLong(len(text), LONGEST)


def _refuse_deep(html: str) -> None:
    if depth_of(html, stop_at=DEEPEST) > DEEPEST:
        raise TooDeep(DEEPEST)


@cache
def _markdown() -> MarkdownIt:
    # Beyond its own limit the parser drops text without a word, at 20 by default: ours
    # lies above DEEPEST, so that it is refused instead.
    nesting = DEEPEST + 10
    parser = MarkdownIt(
        "commonmark", {"html": False, "linkify": True, "maxNesting": nesting}
    )
    parser.enable(["table", "strikethrough", "linkify"])
    parser.add_render_rule("image", _picture_as_link)
    return parser


def _picture_as_link(
    renderer: RendererHTML,
    tokens: list[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[index]
    words = renderer.renderInlineAsText(token.children or [], options, env)
    address = str(token.attrGet("src") or "")
    return (
        f'<a href="{entities.escape(address)}">{entities.escape(words or address)}</a>'
    )


class _Tidy(HTMLParser):
    """Write clean HTML again so that an XML-minded reader such as MJML takes it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.above: list[str] = []  # headings as written that the next may stand under

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HEADINGS:
            self.above = [*filter(tag.__gt__, self.above), tag]
        # Escaped in full: nh3 leaves < and > in attributes as they are.
        written = "".join(
            f' {name}="{entities.escape(value or "")}"' for name, value in attrs
        )
        close = " /" if tag in VOID else ""
        self.parts.append(f"<{self.named(tag)}{written}{close}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.parts.append(f"</{self.named(tag)}>")

    def named(self, tag: str) -> str:
        """A heading by its place: the page or mail around the text has the one h1, and
        who reads by headings meets no gap, whatever an editor liked the size of."""
        if tag in _HEADINGS:
            return f"h{min(len(self.above) + 1, _LOWEST)}"
        return _RENAMED.get(tag, tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(entities.escape(data, quote=False))
