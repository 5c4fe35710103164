"""A Word document becomes a text; what is broken or a trap is named and refused."""

import io
import zipfile
from collections.abc import Callable

import pytest

from newsletter.library.bodies import body_from
from newsletter.library.docx import read_word
from newsletter.library.errors import BadFile
from newsletter.library.files import read_data
from tests.newsletter.library.word_files import PICTURE, paragraph, word
from tests.newsletter.pictures import picture


def test_a_document_is_a_title_a_text_and_its_first_picture() -> None:
    photo = picture(300, 200)
    document = word(
        paragraph("De buurttafel", "Titel"),
        PICTURE.format(alt="Een lange tafel"),
        paragraph("Hoe het begon", "Kop2"),
        paragraph("Elke donderdag & soep.", bold=True),
        picture=photo,
    )

    draft = read_data(document, "Mijn stuk.docx")

    assert (draft.slug, draft.title) == ("mijn-stuk", "De buurttafel")
    body = body_from(draft.body, draft.format, title=draft.title)
    assert "<h2>Hoe het begon</h2>" in body
    assert "<strong>Elke donderdag &amp; soep.</strong>" in body
    assert "De buurttafel" not in body
    assert "img" not in body
    assert "<p></p>" not in body
    assert (draft.image, draft.alt) == (photo, "Een lange tafel")


def test_without_a_title_the_first_paragraph_is_it() -> None:
    read = read_word(word(paragraph(""), paragraph("Soep"), paragraph("Brood.")), "a")

    assert read.title == "Soep"
    assert read.html == "<p>Brood.</p>"


def test_a_long_first_paragraph_stays_in_the_text() -> None:
    read = read_word(word(paragraph("woord " * 100)), "a")

    assert read.title.endswith("…")
    assert read.html.count("woord") == 100


def zip_of(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<w:document xmlns:w='w'>&b;</w:document>"
)
DEEP = "<w:tbl><w:tr><w:tc>" * 5000 + "</w:tc></w:tr></w:tbl>" * 5000


# Made when its test runs: packing the largest takes a while.
@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: b"", "is not a Word document"),
        (lambda: b"PK\x03\x04 and then nothing", "is not a Word document"),
        (lambda: word(paragraph("Soep"))[:-200], "is not a Word document"),
        (lambda: zip_of(a=b"no document"), "is not a Word document"),
        (lambda: word("<w:p>"), "is not a Word document"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "old Word document, or locked"),
        (lambda: word(more={"word/document.xml": LAUGHS}), "declarations"),
        (
            lambda: word(more={"word/document.xml": LAUGHS.encode("utf-16")}),
            "declarations",
        ),
        (lambda: word(more={"word/styles.xml": b"<a>" + bytes(9_000_000)}), "far more"),
        (lambda: word(more={"word/media/a.png": bytes(210_000_000)}), "far more"),
        (lambda: word(more={f"word/a{n}.txt": b"" for n in range(2100)}), "far more"),
        (lambda: word(DEEP), "is not a Word document"),
        # There is no such picture.
        (lambda: word(PICTURE.format(alt="")), "is not a Word document"),
        (
            lambda: word(PICTURE.format(alt=""), linked="file:///etc/passwd"),
            "is not a Word document",
        ),
    ],
)
def test_what_is_broken_or_a_trap_is_named_and_refused(
    made: Callable[[], bytes], words: str
) -> None:
    data = made()

    with pytest.raises(BadFile, match=rf"^verhaal\.docx: .*{words}"):
        read_data(data, "verhaal.docx")
