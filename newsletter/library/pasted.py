"""What came over the clipboard from Word or another editor, as a clean body.

Word puts its own styles, hundreds of kilobytes of them, around a page of text; makes
lists of ordinary paragraphs with a bullet in front; and marks what was copied.
"""

import re

from newsletter.library.bodies import close_headings
from newsletter.rendering import richtext
from newsletter.rendering.disarm import printable
from newsletter.rendering.errors import TooLong

MOST = 3_000_000  # characters as they come; what is left has rendering's own limit
_START, _END = "<!--StartFragment-->", "<!--EndFragment-->"
# Never words of the text, and far longer than those.
_THROWN_AWAY = ("xml", "style", "script", "head", "title", "o:p")
_WORDS_MARK = re.compile(r"mso-list:|class=[\"']?MsoNormal\b", re.IGNORECASE)
_LISTED = re.compile(r"<p\b[^<>]{0,1000}?mso-list:(?!Ignore)", re.IGNORECASE)
_BULLET_BEGINS = re.compile(r"<!(?:--)?\[if !supportLists\](?:--)?>")
_BULLET_ENDS = re.compile(r"<!(?:--)?\[endif\](?:--)?>")
_NUMBERED = re.compile(r"\(?[\da-zA-Z]{1,4}[.)]")
# A heading or a table ends a list too.
_BLOCK = re.compile(r"(?=<(?:p|h[1-6]|table|div)\b)", re.IGNORECASE)
_OPEN_P = re.compile(r"^<p\b[^<>]*>", re.IGNORECASE)
_CLOSE_P = re.compile(r"</p\s*>", re.IGNORECASE)
# Google's editor wraps everything in a bold that is not bold.
_NOT_BOLD = re.compile(
    r"<b\b[^<>]{0,300}(?<!-)font-weight:\s*normal[^<>]{0,300}>", re.IGNORECASE
)
_EMPTY = re.compile(r"<(p|h[2-4]|li)>(?:\s|\xa0|<br />)*</\1>")


def is_from_word(html: str) -> bool:
    """Also a page that Word wrote to a file has its styles, and lists of paragraphs."""
    return _WORDS_MARK.search(html) is not None


def from_clipboard(html: str) -> str:
    """A sanitised body. Raises rendering's TooLong or TooDeep."""
    if len(html) > MOST:
        raise TooLong(len(html), MOST)
    start, end = html.find(_START), html.rfind(_END)
    if 0 <= start < end:
        html = html[start + len(_START) : end]
    for tag in _THROWN_AWAY:
        html = _without(html, tag)
    html = _NOT_BOLD.sub("", html)
    body = richtext.from_html(close_headings(_with_lists(printable(html))))
    return _EMPTY.sub("", body.replace("\xa0", " ")).strip()


def _without(html: str, tag: str) -> str:
    """Without these elements and what is in them, in one pass over any input."""
    kept, place = [], 0
    opening = re.compile(rf"<{tag}\b", re.IGNORECASE)
    closing = re.compile(rf"</{tag}\s*>", re.IGNORECASE)
    while begin := opening.search(html, place):
        end = closing.search(html, begin.end())
        if end is None:
            break
        kept.append(html[place : begin.start()])
        place = end.end()
    return "".join([*kept, html[place:]])


def _with_lists(html: str) -> str:
    """Paragraphs that Word draws as a list become one."""
    out: list[str] = []
    inside = ""  # the list that is open
    for part in _BLOCK.split(html):
        kind = _kind_of_list(part)
        if kind != inside:
            out.append(f"</{inside}>" if inside else "")
            out.append(f"<{kind}>" if kind else "")
            inside = kind
        out.append(_item(part) if kind else part)
    out.append(f"</{inside}>" if inside else "")
    return "".join(out)


def _kind_of_list(part: str) -> str:
    """``ul``, ``ol``, or "" when the paragraph is none of a list."""
    if not _LISTED.match(part):
        return ""
    bullet = re.sub(r"<[^<>]*>|&nbsp;|\s", "", _bullet(part))
    return "ol" if _NUMBERED.fullmatch(bullet) else "ul"


def _bullet(part: str) -> str:
    begin = _BULLET_BEGINS.search(part)
    end = _BULLET_ENDS.search(part, begin.end()) if begin else None
    return part[begin.end() : end.start()] if begin and end else ""


def _item(part: str) -> str:
    begin = _BULLET_BEGINS.search(part)
    end = _BULLET_ENDS.search(part, begin.end()) if begin else None
    if begin and end:
        part = part[: begin.start()] + part[end.end() :]
    item, rest = _OPEN_P.sub("", part), ""
    if found := _CLOSE_P.search(item):
        item, rest = item[: found.start()], item[found.end() :]
    # What stands between two paragraphs of a list is white space or not for readers.
    return f"<li>{item}</li>{rest if rest.strip() else ''}"
