"""Pictures drawn for a test."""

import io
import random

from PIL import Image


def picture(
    width: int = 40, height: int = 20, *, kind: str = "PNG", mode: str = "RGB"
) -> bytes:
    """A plain picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, (width, height), "#0b5c85").save(out, kind)
    return out.getvalue()


def noise(side: int, *, seed: int) -> bytes:
    """A square photo nothing can make small."""
    out = io.BytesIO()
    pixels = random.Random(seed).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), pixels).save(out, "JPEG", quality=90)
    return out.getvalue()
