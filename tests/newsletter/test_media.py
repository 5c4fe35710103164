"""Pictures are checked, made small, stripped, and kept under their hash."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from newsletter import media
from newsletter.media import BadPicture, UnknownPicture, store
from tests.newsletter.pictures import picture

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that would decode to as many pixels as they say."""

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return (
            struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "mode", "mime"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "L", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("GIF", "P", "image/png"),
        ("WEBP", "RGB", "image/jpeg"),
    ],
)
def test_what_mail_programs_show_is_kept(
    tmp_path: Path, kind: str, mode: str, mime: str
) -> None:
    stored = store(tmp_path, picture(kind=kind, mode=mode))

    assert stored.mime == mime == media.mime_of(stored.hash)
    assert (stored.width, stored.height) == (40, 20)
    with Image.open(media.path_of(tmp_path, stored.hash)) as image:
        assert image.size == (40, 20)


def test_the_same_picture_is_kept_once(tmp_path: Path) -> None:
    first = store(tmp_path, picture())
    second = store(tmp_path, picture())

    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == [first.hash]


def test_a_photo_that_comes_back_stays_the_same_picture(tmp_path: Path) -> None:
    noise = Image.effect_noise((400, 300), 80).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    stored = store(tmp_path, out.getvalue())

    again = store(tmp_path, media.read(media.path_of(tmp_path, stored.hash)))
    smaller = store(
        tmp_path, media.read(media.path_of(tmp_path, stored.hash)), max_width=200
    )

    assert again == stored
    assert smaller.width == 200


def test_a_wide_picture_is_made_smaller_and_a_small_one_not_larger(
    tmp_path: Path,
) -> None:
    wide = store(tmp_path, picture(3000, 1500, kind="JPEG"), max_width=1200)
    small = store(tmp_path, picture(100, 50), max_width=1200)

    assert (wide.width, wide.height) == (1200, 600)
    assert (small.width, small.height) == (100, 50)


def test_transparency_stays(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (10, 20, 30, 0)).save(out, "WEBP", lossless=True)

    stored = store(tmp_path, out.getvalue())

    with Image.open(media.path_of(tmp_path, stored.hash)) as image:
        assert image.getpixel((1, 1))[3] == 0  # type: ignore[index]


def test_where_a_photo_was_taken_is_left_out_and_it_stands_upright(
    tmp_path: Path,
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Camera of Anna"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif, comment=b"Zwolle")

    stored = store(tmp_path, out.getvalue())

    kept = media.path_of(tmp_path, stored.hash).read_bytes()
    assert b"Anna" not in kept
    assert b"Zwolle" not in kept
    assert b"Exif" not in kept
    assert (stored.width, stored.height) == (20, 40)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_becomes_its_first_still(tmp_path: Path, kind: str) -> None:
    first, second = (Image.new("RGB", (30, 20), colour) for colour in ("red", "blue"))
    out = io.BytesIO()
    first.save(out, kind, save_all=True, append_images=[second], duration=100)

    stored = store(tmp_path, out.getvalue())

    with Image.open(media.path_of(tmp_path, stored.hash)) as image:
        assert getattr(image, "n_frames", 1) == 1
        red, _, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert (red > 200, blue < 50) == (True, True)


def test_a_picture_is_what_it_holds_whatever_its_file_is_called(tmp_path: Path) -> None:
    file = tmp_path / "foto.png"
    file.write_bytes(picture(kind="JPEG"))

    assert store(tmp_path, media.read(file)).mime == "image/jpeg"


def test_a_strip_of_thirty_thousand_pixels_is_made_small(tmp_path: Path) -> None:
    stored = store(tmp_path, picture(30_000, 40, mode="L"))

    assert (stored.width, stored.height) == (1200, 2)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (SVG, "SVG"),
        (b"\xef\xbb\xbf <svg onload='alert(1)'/>", "SVG"),
        (b"", "not a picture"),
        (b"%PDF-1.7 no picture at all", "not a picture"),
        (picture()[:60], "not a picture"),
        (picture(kind="TIFF"), "not a picture"),
        (png_that_claims(30_000, 30_000), "30000 by 30000 pixels, more than 50"),
        (png_that_claims(100_000, 100_000), "more than 50 million"),
        (png_that_claims(7000, 7000), "not a picture"),
        (b"\0" * (media.MOST_BYTES + 1), "larger than 20 MB"),
    ],
)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(
    tmp_path: Path, data: bytes, words: str
) -> None:
    with pytest.raises(BadPicture, match=words):
        store(tmp_path, data)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "hash_",
    ["", "../secret.key", "a" * 64, "a" * 64 + ".png", "/etc/passwd", "\0", ".."],
)
def test_only_a_picture_that_is_there_has_a_path(tmp_path: Path, hash_: str) -> None:
    (tmp_path.parent / "secret.key").touch()

    with pytest.raises(UnknownPicture):
        media.path_of(tmp_path, hash_)
