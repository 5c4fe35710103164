"""Pictures drawn for a test."""

import io

from PIL import Image


def picture(
    width: int = 40, height: int = 20, *, kind: str = "PNG", mode: str = "RGB"
) -> bytes:
    """A plain picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, (width, height), "#0b5c85").save(out, kind)
    return out.getvalue()
