"""A logo for feed readers: a square in our brick with the first letter of our name."""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from newsletter.rendering.palette import ACCENT

SIZE = 144  # px; the widest RSS allows


@lru_cache(maxsize=8)
def draw_logo(name: str) -> bytes:
    """A PNG; the same name gives the same bytes."""
    image = Image.new("RGB", (SIZE, SIZE), ACCENT)
    ImageDraw.Draw(image).text(
        (SIZE / 2, SIZE / 2),
        next((sign.upper() for sign in name if sign.isalnum()), "B"),
        fill="#ffffff",
        anchor="mm",
        font=ImageFont.load_default(SIZE * 0.62),
    )
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
