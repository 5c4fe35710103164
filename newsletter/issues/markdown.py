"""A body as Markdown, for who edits exported pieces in a text editor.

``to_markdown`` says what Markdown can say; ``is_lossless`` whether reading it again
gives the same body. Where it does not (a definition list, a subscript, a language
mark), the export keeps the HTML beside it.
"""

import re
from xml.etree import ElementTree as Tree

from newsletter.rendering.plaintext import first_number
from newsletter.rendering.richtext import from_markdown

_ALWAYS = re.compile(r"([\\`*_\[\]<>~|])")
# A dot or colon inside a word, lest "buurtwijs.nl" become a link it never was.
_IN_WORD = re.compile(r"(?<=\w)([.:])(?=[\w/])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^(\d*)([#+=.)-])", re.MULTILINE)
_BLOCKS = frozenset(
    "p div blockquote ul ol li pre hr h2 h3 h4 table thead tbody tr dl dt dd".split()
)
_AROUND_BLOCKS = re.compile(
    rf"\s*(</?(?:{'|'.join(sorted(_BLOCKS | {'th', 'td', 'br'}))})\b[^>]*>)\s*"
)
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~"}


def to_markdown(html: str) -> str:
    """Markdown of sanitised, well-formed HTML; what it cannot say becomes its text."""
    root = Tree.fromstring(f"<div>{html}</div>")  # noqa: S314 - our own clean HTML
    return "\n\n".join(_blocks(root))


def is_lossless(html: str, markdown: str) -> bool:
    """Whether reading the Markdown gives this HTML again."""
    return _tidy(from_markdown(markdown).html) == _tidy(html)


def _tidy(html: str) -> str:
    # A fence always ends its code with a line end, which nobody sees.
    html = html.replace("\n</code></pre>", "</code></pre>")
    return _AROUND_BLOCKS.sub(r"\1", html).strip()


def _blocks(parent: Tree.Element) -> list[str]:
    """The blocks inside an element; loose text between them is a paragraph."""
    found: list[str] = []
    run = Tree.Element("p")
    run.text = parent.text
    for child in parent:
        if child.tag not in _BLOCKS:
            run.append(child)
            continue
        found += [_paragraph(run), _block(child)]
        run = Tree.Element("p")
        run.text = child.tail
    found.append(_paragraph(run))
    return [block for block in found if block]


def _block(element: Tree.Element) -> str:
    match element.tag:
        case "h2" | "h3" | "h4":
            words = _paragraph(element).replace("\n", " ")
            return f"{'#' * int(element.tag[1])} {words}"
        case "hr":
            return "* * *"
        case "pre":
            code = "".join(element.itertext()).removesuffix("\n")
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
            return f"{fence}\n{code}\n{fence}"
        case "blockquote":
            quoted = "\n\n".join(_blocks(element))
            return "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
        case "ul" | "ol":
            return _list(element)
        case "table":
            return _table(element)
        case "p":
            return _paragraph(element)
        case _:
            return "\n\n".join(_blocks(element))


def _list(element: Tree.Element) -> str:
    loose = any(item.find("p") is not None for item in element)
    items = []
    for number, item in enumerate(element, start=first_number(element.get("start"))):
        bullet = f"{number}. " if element.tag == "ol" else "- "
        inside = ("\n\n" if loose else "\n").join(_blocks(item))
        items.append(bullet + inside.replace("\n", "\n" + " " * len(bullet)))
    lines = ("\n\n" if loose else "\n").join(items)
    return "\n".join(line.rstrip() for line in lines.split("\n"))


def _table(element: Tree.Element) -> str:
    rows = [
        [_paragraph(cell).replace("\n", " ") for cell in row]
        for row in element.iter("tr")
    ]
    if not rows:
        return ""
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _paragraph(element: Tree.Element) -> str:
    lines = (line.strip() for line in _inline(element).strip().split("\n"))
    # After a <br> the source often has a line end too: together they are one break.
    text = "\n".join(lines).replace("\\\n\n", "\\\n")
    return _LINE_START.sub(r"\1\\\2", text)


def _inline(element: Tree.Element) -> str:
    parts = [_escape(element.text)]
    for child in element:
        parts += [_mark(child), _escape(child.tail)]
    return "".join(parts)


def _mark(child: Tree.Element) -> str:
    inside = _inline(child)
    if child.tag == "br":
        return "\\\n"
    if child.tag == "a" and child.get("href"):
        title = f' "{_quoted(child.get("title", ""))}"' if child.get("title") else ""
        return f"[{inside}](<{child.get('href')}>{title})"
    if child.tag == "code":
        code = "".join(child.itertext())
        return f"`` {code} ``" if "`" in code else f"`{code}`"
    mark = _MARKS.get(str(child.tag), "")
    return f"{mark}{inside}{mark}" if inside.strip() else inside


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _escape(text: str | None) -> str:
    escaped = _ALWAYS.sub(r"\\\1", text or "")
    return _ENTITY.sub(r"\\&", _IN_WORD.sub(r"\\\1", escaped))
