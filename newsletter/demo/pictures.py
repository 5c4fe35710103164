"""The demo's logos and pictures, drawn here: flat shapes in the colours of the look.

Everything is drawn four times too large and shrunk, which is what smooths the edges.
"""

import io
from collections.abc import Callable, Mapping
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_SCALE: Final = 4

PAPER, INK, BRICK, LEAF, SKY = "#fbf8f3", "#1e2a32", "#a63d22", "#2f6b4f", "#0b5c85"
SKY_DARK = "#86c8ea"
SAND, CLAY, SAGE, MIST, SUN = "#e9cfae", "#c97b5a", "#b9c9b4", "#7f9aa6", "#e9bd62"

Canvas = tuple[Image.Image, ImageDraw.ImageDraw]
Box = tuple[float, float, float, float]


def _canvas(width: int, height: int, background: str | None) -> Canvas:
    image = Image.new(
        "RGBA",
        (width * _SCALE, height * _SCALE),
        background or (0, 0, 0, 0),
    )
    return image, ImageDraw.Draw(image)


def _trimmed(image: Image.Image) -> Image.Image:
    """Without the empty space around: a logo must sit flush with its margin."""
    return image.crop(image.getbbox())


def _png(image: Image.Image) -> bytes:
    small = image.resize(
        (image.width // _SCALE, image.height // _SCALE), Image.Resampling.LANCZOS
    )
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _at(*numbers: float) -> tuple[float, ...]:
    return tuple(number * _SCALE for number in numbers)


def _box(draw: ImageDraw.ImageDraw, box: Box, fill: str, radius: float = 0) -> None:
    draw.rounded_rectangle(_at(*box), radius=radius * _SCALE, fill=fill)


def _dot(
    draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: str
) -> None:
    draw.ellipse(_at(x - radius, y - radius, x + radius, y + radius), fill=fill)


def _shape(draw: ImageDraw.ImageDraw, points: list[float], fill: str) -> None:
    draw.polygon(list(_at(*points)), fill=fill)


def lpb_logo(colour: str = SKY) -> bytes:
    """Three letters beside a roof: a network of people who work in the ward."""
    image, draw = _canvas(300, 96, None)
    font = ImageFont.load_default(78 * _SCALE)
    draw.text(
        (96 * _SCALE, 4 * _SCALE),
        "LPB",
        font=font,
        fill=colour,
        stroke_width=3 * _SCALE,
        stroke_fill=colour,
    )
    _shape(draw, [8, 46, 42, 14, 76, 46, 76, 84, 8, 84], colour)
    _box(draw, (34, 58, 50, 84), SUN, radius=2)
    return _png(_trimmed(image))


def lpb_logo_dark() -> bytes:
    return lpb_logo(SKY_DARK)


def dorpenwerk_logo() -> bytes:
    """A field, a tower and a sun: the villages' own network."""
    image, draw = _canvas(520, 96, None)
    _dot(draw, 58, 34, 16, SUN)
    _box(draw, (18, 26, 32, 72), LEAF)
    _shape(draw, [15, 27, 25, 8, 35, 27], LEAF)
    draw.ellipse(_at(4, 60, 84, 100), fill=LEAF)
    font = ImageFont.load_default(62 * _SCALE)
    draw.text(
        (100 * _SCALE, 14 * _SCALE),
        "Dorpenwerk",
        font=font,
        fill=LEAF,
        stroke_width=2 * _SCALE,
        stroke_fill=LEAF,
    )
    return _png(_trimmed(image))


def _house(
    draw: ImageDraw.ImageDraw, x: float, top: float, width: float, wall: str
) -> None:
    """A terraced house whose ground floor ends at y = 330."""
    _box(draw, (x, top, x + width, 330), wall)
    _shape(draw, [x - 8, top, x + width / 2, top - 52, x + width + 8, top], INK)
    for row in range(2):
        for column in range(2):
            left = x + 18 + column * (width / 2 - 4)
            _box(draw, (left, top + 24 + row * 66, left + 30, top + 64 + row * 66), SUN)
    _box(draw, (x + width / 2 - 14, 272, x + width / 2 + 14, 330), BRICK, radius=3)


def _person(
    draw: ImageDraw.ImageDraw, x: float, y: float, coat: str, skin: str
) -> None:
    _box(draw, (x - 24, y, x + 24, y + 92), coat, radius=22)
    _dot(draw, x, y - 14, 19, skin)


def table_picture() -> bytes:
    """A long table on the pavement, with people on both sides."""
    image, draw = _canvas(1200, 500, SAND)
    _dot(draw, 1040, 90, 46, SUN)
    walls = (CLAY, SAGE, PAPER, MIST, CLAY, PAPER, SAGE)
    for place, wall in enumerate(walls):
        _house(draw, 20 + place * 172, 112 + (place % 3) * 22, 138, wall)
    _box(draw, (0, 330, 1200, 500), "#d8cbb6")
    coats = (SKY, LEAF, BRICK, INK, SUN, CLAY, LEAF, SKY)
    skins = ("#e0b08e", "#8a5a3c", "#f0cfb0", "#6b4430", "#d9a27e", "#f0cfb0")
    for place in range(8):
        _person(draw, 170 + place * 122, 318, coats[place], skins[place % len(skins)])
    _box(draw, (90, 382, 1110, 408), PAPER, radius=6)
    _box(draw, (120, 408, 136, 470), INK)
    _box(draw, (1064, 408, 1080, 470), INK)
    for place in range(9):
        _box(draw, (132 + place * 116, 366, 166 + place * 116, 384), BRICK, radius=8)
    return _png(image)


def garden_picture() -> bytes:
    """Beds and bean poles between blocks of flats, with a shed."""
    image, draw = _canvas(1200, 500, "#cfdde2")
    for left, top, width, wall in (
        (40, 60, 300, MIST),
        (420, 110, 220, PAPER),
        (860, 40, 300, SAND),
    ):
        _box(draw, (left, top, left + width, 340), wall)
        for row in range(5):
            for column in range(int(width // 60)):
                x, y = left + 18 + column * 60, top + 22 + row * 50
                if y < 300:
                    _box(draw, (x, y, x + 30, y + 26), INK, radius=2)
    _box(draw, (0, 320, 1200, 500), LEAF)
    _box(draw, (700, 236, 830, 336), BRICK)
    _shape(draw, [686, 238, 765, 190, 844, 238], INK)
    _box(draw, (748, 276, 782, 336), PAPER)
    for place in range(6):
        x = 60 + place * 190
        _box(draw, (x, 380, x + 150, 470), "#6b4430", radius=4)
        for plant in range(5):
            _dot(draw, x + 18 + plant * 29, 388, 13, SAGE if plant % 2 else SUN)
    for place in range(3):
        x = 110 + place * 90
        _shape(draw, [x, 372, x + 3, 372, x + 33, 262, x + 30, 262], PAPER)
        _shape(draw, [x + 60, 372, x + 63, 372, x + 33, 262, x + 30, 262], PAPER)
    return _png(image)


PICTURES: Mapping[str, Callable[[], bytes]] = {
    "tafel.png": table_picture,
    "moestuin.png": garden_picture,
    "lpb.png": lpb_logo,
    "lpb-dark.png": lpb_logo_dark,
    "dorpenwerk.png": dorpenwerk_logo,
}
