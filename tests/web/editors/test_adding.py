"""A file, a page or the clipboard is read into the form; nothing is kept yet."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from database.session import Database
from newsletter.library.models import LibraryItem
from newsletter.library.stories import find_item
from newsletter.settings import Settings
from tests.newsletter.library.test_from_web import HTML, PAGE
from tests.newsletter.library.test_pasted import WORD
from tests.newsletter.library.word_files import PICTURE, paragraph, word
from tests.newsletter.pictures import picture
from tests.stand_ins.web import Reply, WebStandIn
from tests.web.editors.conftest import HERE, Desk

READ = "/desk/stories/new/read"


@pytest.fixture(scope="module")
def web() -> Iterator[WebStandIn]:
    pages = {
        "/soep": Reply(body=PAGE.encode(), headers=HTML),
        "/foto.png": Reply(body=picture(300, 200)),
        "/zonder": Reply(body=PAGE.replace("foto", "weg").encode(), headers=HTML),
        "/pdf": Reply(body=b"%PDF", headers=(("Content-Type", "application/pdf"),)),
    }
    with WebStandIn(pages) as web:
        yield web


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As an installation that may fetch from the stand-in."""
    return replace(settings, fetch_allow=("127.0.0.0/8",))


def hidden(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def nothing_added(database: Database) -> bool:
    with database.read() as session:
        return session.scalar(select(LibraryItem)) is None


def test_a_word_document_is_shown_and_then_saved_with_its_picture(
    desk: Desk, database: Database
) -> None:
    document = word(
        paragraph("De buurttafel", "Titel"),
        PICTURE.format(alt="Een lange tafel"),
        paragraph("Elke donderdag soep.", bold=True),
        picture=picture(300, 200),
    )

    page = desk.post(READ, file=(io.BytesIO(document), "tafel.docx")).text

    assert 'value="De buurttafel"' in page
    assert "**Elke donderdag soep.**" in page
    assert 'value="Een lange tafel"' in page
    assert nothing_added(database)
    desk.follow(
        "/desk/stories/new",
        title="De buurttafel",
        body="**Soep.**",
        kept=hidden(page, "kept"),
        alt="Een lange tafel",
    )
    with database.read() as session:
        item = find_item(session, "de-buurttafel")
        assert (item.image, item.image_alt) == (hidden(page, "kept"), "Een lange tafel")


@pytest.mark.parametrize(
    ("file", "name", "sentence"),
    [
        (b"PK no zip", "a.docx", "Dit bestand kunnen we niet lezen."),
        (b"%PDF", "a.pdf", "Dit bestand kunnen we niet lezen."),
        (b"", "a.txt", "Dit bestand kunnen we niet lezen."),
        (b"x", "", "Kies een bestand"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(
    desk: Desk, database: Database, file: bytes, name: str, sentence: str
) -> None:
    answer = desk.post(READ, file=(io.BytesIO(file), name))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert nothing_added(database)


def test_a_page_is_shown_with_its_picture_copied(
    desk: Desk, database: Database, web: WebStandIn
) -> None:
    page = desk.post(READ, address=f"{web.url}/soep").text

    assert 'value="Soep op de stoep"' in page
    assert "Elke donderdag een tafel buiten." in page
    assert 'value="Anna de Vries"' in page
    assert 'value="2026-11-02"' in page
    assert f'src="/media/{hidden(page, "kept")}"' in page
    assert "Hoe het begon" not in page
    assert nothing_added(database)
    whole = desk.post(READ, address=f"{web.url}/soep", with_text="yes").text
    assert "# Hoe het begon" in whole
    without = desk.post(READ, address=f"{web.url}/zonder").text
    assert "De foto konden we niet overnemen." in without


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("{web}/pdf", "geen pagina die we kunnen lezen"),
        ("{web}/nergens", "geen pagina die we kunnen lezen"),
        ("http://169.254.169.254/", "halen we niets op"),
        ("file:///etc/passwd", "halen we niets op"),
        (f"{HERE}/desk/stories/", "ons eigen adres"),
        ("post.example.nl/desk/", "ons eigen adres"),
    ],
)
def test_an_address_that_cannot_be_read_is_said_and_stays(
    desk: Desk,
    database: Database,
    web: WebStandIn,
    address: str,
    sentence: str,
) -> None:
    typed = address.format(web=web.url)

    answer = desk.post(READ, address=typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{typed}"' in answer.text
    assert nothing_added(database)


def test_what_is_pasted_comes_back_as_markdown(desk: Desk) -> None:
    def paste(**document: object) -> tuple[int, dict[str, str]]:
        answer = desk.client.post(
            "/desk/stories/new/paste",
            base_url=HERE,
            json=document,
            headers={"X-CSRFToken": desk.token(), "Referer": f"{HERE}/desk/"},
        )
        return answer.status_code, answer.get_json()

    status, read = paste(html=WORD)
    assert status == 200
    assert read["markdown"].startswith("## De buurttafel\n\n**Elke** donderdag *soep*")
    assert "- Een tafel\n- Een pan" in read["markdown"]
    assert "Mso" not in read["markdown"]
    assert paste(html="<div>" * 10_000)[0] == 422
    assert paste(words="x")[0] == 422


def test_reading_needs_the_right_to_edit(visitor: Desk) -> None:
    assert visitor.post(READ, address="https://krant.example/").status_code == 401
