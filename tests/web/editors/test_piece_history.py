"""What a piece said before can be seen and put back; doubles become one."""

from database.session import Database
from newsletter.library.models import LibraryItem
from newsletter.library.stories import find_item
from tests.web.editors.conftest import CHIEF, Desk

STORY = {"title": "Soep op de stoep", "body": "Elke donderdag soep met prei."}
HERE = "/desk/stories/soep-op-de-stoep"


def item(database: Database, slug: str) -> LibraryItem:
    with database.read() as session:
        return find_item(session, slug)


def test_a_version_is_seen_with_who_and_what_and_put_back(
    desk: Desk, database: Database
) -> None:
    desk.post("/desk/stories/new", **STORY)
    desk.post(HERE, **STORY | {"body": "Met pompoen.", "themes": "eten"})

    listed = desk.get(f"{HERE}/versions").text
    assert CHIEF in listed
    assert "Gewijzigd: samenvatting, tekst, thema&#39;s" in listed
    assert "prei" in desk.get(f"{HERE}/versions/1").text
    assert desk.get(f"{HERE}/versions/9").status_code == 404

    page = desk.follow(f"{HERE}/versions/1/restore").text

    assert "Bewaard." in page
    assert "prei" in item(database, "soep-op-de-stoep").body
    assert "versie 1 teruggezet" in desk.get(f"{HERE}/versions").text
    assert desk.post(f"{HERE}/versions/9/restore").status_code == 404


def test_a_double_becomes_one_with_the_piece_that_stays(
    desk: Desk, database: Database
) -> None:
    desk.post("/desk/stories/new", **STORY)
    desk.post("/desk/stories/new", **STORY | {"themes": "eten"})

    asked = desk.get(f"{HERE}/doubles").text
    assert 'value="soep-op-de-stoep-2"' in asked
    assert desk.post(f"{HERE}/doubles").status_code == 422
    assert desk.post(f"{HERE}/doubles", double="soep-op-de-stoep").status_code == 422

    desk.follow(f"{HERE}/doubles", double="soep-op-de-stoep-2")

    assert item(database, "soep-op-de-stoep-2").slug == "soep-op-de-stoep"
    assert item(database, "soep-op-de-stoep").themes == ["eten"]
    assert "wat de dubbele soep-op-de-stoep-2 zei" in desk.get(f"{HERE}/versions").text


def test_only_editors_merge_and_put_back(visitor: Desk) -> None:
    for path in (f"{HERE}/doubles", f"{HERE}/versions/1/restore"):
        assert visitor.post(path).status_code == 401
