"""The picture a shared link shows elsewhere: its title on our paper, drawn by us.

A card is kept among the media under the hash of what is in it, so it is drawn once, and
its address changes when its words do.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from newsletter import media
from newsletter.media import UnknownPicture

WIDTH, HEIGHT = 1200, 630  # what all who show cards ask for
_PAPER, _INK, _SOFT, _BRICK = "#fbf8f3", "#1e2a32", "#55636c", "#a63d22"
_MARGIN = 84
_ROOM = WIDTH - 2 * _MARGIN
_TITLE_TOP, _TITLE_BOTTOM = 150, HEIGHT - 118
_LEADING = 1.2
_TITLE_SIZES = range(84, 43, -4)  # px, the largest that fits
_WORDS_MOST = 200  # characters of a title that are tried
_FONT = files("font_caladea") / "files"


@dataclass(frozen=True)
class Card:
    above: str  # "Nummer 42 · 20 november 2026"
    title: str
    below: str  # whose it is


def card_in(folder: Path, card: Card) -> str:
    """The name under which a card lies in the media; drawn when it does not yet."""
    name = _drawn(folder, card)
    try:
        media.path_of(folder, name)
    except UnknownPicture:
        _drawn.cache_clear()  # somebody emptied the folder
        name = _drawn(folder, card)
    return name


@lru_cache(maxsize=1000)
def _drawn(folder: Path, card: Card) -> str:
    return media.store(folder, draw(card)).hash


def draw(card: Card) -> bytes:
    """The card as a PNG; the same words give the same picture."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 18), fill=_BRICK)
    pen.text((_MARGIN, 84), _known(card.above), font=_font("Regular", 36), fill=_SOFT)
    lines, size = _fitting(_known(card.title))
    font = _font("Bold", size)
    for n, line in enumerate(lines):
        at = (_MARGIN, _TITLE_TOP + n * round(size * _LEADING))
        pen.text(at, line, font=font, fill=_INK)
    below = (_MARGIN, HEIGHT - 96)
    pen.text(below, _known(card.below), font=_font("Bold", 40), fill=_BRICK)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _fitting(title: str) -> tuple[list[str], int]:
    """The title in lines, in the largest letter all of it fits in, words whole."""
    if len(title) > _WORDS_MOST:
        title = f"{title[:_WORDS_MOST].rpartition(' ')[0] or title[:_WORDS_MOST]} …"
    for size in _TITLE_SIZES:
        font = _font("Bold", size)
        lines = _broken(title, font)
        whole = all(font.getlength(word) <= _ROOM for word in title.split())
        if whole and len(lines) <= _lines_of(size):
            return lines, size
    most = _lines_of(size)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    return lines, size


def _lines_of(size: int) -> int:
    """How many lines of a letter there is room for."""
    return int((_TITLE_BOTTOM - _TITLE_TOP) / (size * _LEADING))


def _broken(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """Lines no wider than the card; a word that is wider is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) <= _ROOM:
            line = longer
            continue
        if line:
            lines.append(line)
        while font.getlength(word) > _ROOM:
            cut = max(1, int(len(word) * _ROOM / font.getlength(word)) - 1)
            lines.append(f"{word[:cut]}-")
            word = word[cut:]
        line = word
    return [*lines, line] if line else lines


def _known(text: str) -> str:
    """Without what the letter has no sign for, such as pictures among the words."""
    kept = "".join(
        sign
        for sign in unicodedata.normalize("NFC", text)
        if ord(sign) < 0x250 or unicodedata.category(sign)[0] in "PZ"
    )
    return " ".join(kept.split())


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    data = (_FONT / f"Caladea-{weight}.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size)
