"""Pictures: checked, made small, and kept under the hash of what is in them.

Every picture is decoded and written anew. That makes it light enough for a mail, leaves
out where and by whom it was taken, and means that nothing a stranger sent is served as
it came. Mail programs all show PNG and JPEG; WebP and moving pictures not, so these
become one still.
"""

import hashlib
import io
import os
import re
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from newsletter.errors import NewsletterError

READABLE = ("PNG", "JPEG", "GIF", "WEBP")
MOST_BYTES = 20_000_000
# The largest phone photos; one decodes to 200 MB at four bytes a pixel.
MOST_PIXELS = 50_000_000
MOST_HEIGHT = 2400
MIME: Mapping[str, str] = {"png": "image/png", "jpg": "image/jpeg"}

_HASH = re.compile(r"[0-9a-f]{64}\.(png|jpg)")
_SVG = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!DOCTYPE svg|svg)", re.IGNORECASE
)

# Pillow's own guard warns at one size and raises at twice that. Ours is one limit,
# looked at before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = None


class BadPicture(NewsletterError):
    """The picture cannot be used; the text says why and what to send instead."""


class UnknownPicture(NewsletterError):
    def __init__(self, hash_: str) -> None:
        super().__init__(f"There is no picture {hash_[:80]!r}.")


@dataclass(frozen=True)
class StoredImage:
    hash: str  # with its ending: the file's name, and the last part of /media/<hash>
    mime: str
    width: int  # px as stored
    height: int


def store(folder: Path, data: bytes, *, max_width: int = 1200) -> StoredImage:
    """Keep a PNG, JPEG, GIF or WebP as PNG or JPEG; raise BadPicture.

    The same picture is kept once. Wider than ``max_width`` or higher than MOST_HEIGHT
    is made smaller; nothing is made larger.
    """
    if known := _stored_before(folder, data, max_width):
        return known
    image, is_photo = _decode(data, max_width)
    image.thumbnail((max_width, MOST_HEIGHT), Image.Resampling.LANCZOS)
    ending = "jpg" if is_photo else "png"
    encoded = _encode(image, ending)
    name = f"{hashlib.sha256(encoded).hexdigest()}.{ending}"
    _write(folder, name, encoded)
    return StoredImage(name, MIME[ending], image.width, image.height)


def check(data: bytes) -> None:
    """Raise BadPicture for what ``store`` would not take; keeps nothing."""
    _decode(data, max_width=1)


def _stored_before(folder: Path, data: bytes, max_width: int) -> StoredImage | None:
    """One of our own, come back with an exported issue: a photo written anew each time
    would become another picture each time."""
    digest = hashlib.sha256(data).hexdigest()
    for ending, mime in MIME.items():
        path = folder / f"{digest}.{ending}"
        if path.is_file():
            with Image.open(path) as image:
                if image.width <= max_width:
                    return StoredImage(path.name, mime, image.width, image.height)
    return None


def read(path: Path) -> bytes:
    """A picture's file, not further than ``store`` would take it."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def path_of(folder: Path, hash_: str) -> Path:
    """Where a picture lies; raise UnknownPicture, also for what is not a hash."""
    path = folder / hash_
    if not _HASH.fullmatch(hash_) or not path.is_file():
        raise UnknownPicture(hash_)
    return path


def mime_of(hash_: str) -> str:
    """The type a picture is served as."""
    return MIME[hash_.rpartition(".")[2]]


def url_of(base_url: str, hash_: str) -> str:
    """The address of a picture in mail and on the web."""
    return f"{base_url}/media/{hash_}"


def _decode(data: bytes, max_width: int) -> tuple[Image.Image, bool]:
    """The picture upright and in sRGB, and whether it may be kept as a photo."""
    if len(data) > MOST_BYTES:
        raise BadPicture(
            f"This picture is larger than {MOST_BYTES // 1_000_000} MB. "
            "Choose a smaller one."
        )
    if _SVG.match(data):
        raise BadPicture(
            "This picture is an SVG, which most mail programs do not show. "
            "Save it as PNG and use that."
        )
    try:
        image = Image.open(io.BytesIO(data), formats=READABLE)
        if image.width * image.height > MOST_PIXELS:
            raise BadPicture(
                f"This picture is {image.width} by {image.height} pixels, more than "
                f"{MOST_PIXELS // 1_000_000} million. Choose a smaller one."
            )
        is_photo = image.format in {"JPEG", "WEBP"}
        # A JPEG can be read at half or a quarter of its size: far less memory.
        image.draft("RGB", (2 * max_width, 2 * max_width))
        upright = ImageOps.exif_transpose(image)
        flat = _in_srgb(upright)
    except BadPicture:
        raise
    except (
        # What a broken or hostile file makes the decoders raise.
        *(OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError),
        *(KeyError, TypeError, OverflowError, MemoryError),
    ) as error:
        raise BadPicture(
            "This file is not a picture that can be read. Use a PNG, JPEG, GIF or WebP."
        ) from error
    return flat, is_photo and flat.mode == "RGB"


def _in_srgb(image: Image.Image) -> Image.Image:
    """RGB, or RGBA when something shows through; phones' wide colours made ordinary."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB" if image.mode == "CMYK" else image.mode,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile: the colours as they are
        image = converted or image
    return image.convert(mode)


def _encode(image: Image.Image, ending: str) -> bytes:
    image.info.clear()  # no place, time, maker or profile travels along
    out = io.BytesIO()
    if ending == "jpg":
        image.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    else:
        image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _write(folder: Path, name: str, data: bytes) -> None:
    """Whole or not at all: a name promises what is in it."""
    path = folder / name
    if path.exists():
        return
    folder.mkdir(exist_ok=True)
    temporary = folder / f".{secrets.token_hex(8)}.part"
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
