"""Stories and knowledge at the desk: added, found, changed, linked, never lost."""

import io

import pytest
from sqlalchemy import select

from database.session import Database
from newsletter.elsewhere.looking import Look, remember
from newsletter.library.models import LibraryItem
from newsletter.library.stories import find_item
from newsletter.staff.models import AuditLine
from tests.conftest import NOW
from tests.newsletter.pictures import picture
from tests.web.editors.conftest import CHIEF, Desk

STORY = {"title": "Soep op de stoep", "body": "Elke *donderdag* soep.\n\nEn brood."}


def item(database: Database, slug: str) -> LibraryItem:
    with database.read() as session:
        return find_item(session, slug)


def test_a_story_is_added_by_its_text(desk: Desk, database: Database) -> None:
    page = desk.follow(
        "/desk/stories/new", **STORY, region="Zwolle", themes="eten, straat"
    )

    assert "Het staat in de bibliotheek" in page.text
    added = item(database, "soep-op-de-stoep")
    assert added.title == "Soep op de stoep"
    assert "<em>donderdag</em>" in added.body
    assert added.themes == ["eten", "straat"]
    with database.read() as session:
        line = session.scalars(select(AuditLine).order_by(AuditLine.id.desc())).first()
        assert line is not None
        assert (line.by, line.act) == (CHIEF, "library.edit")


def test_two_stories_of_one_title_both_stay(desk: Desk, database: Database) -> None:
    desk.post("/desk/stories/new", **STORY)
    desk.post("/desk/stories/new", **STORY | {"body": "Een ander stuk."})

    assert "donderdag" in item(database, "soep-op-de-stoep").body
    assert "ander" in item(database, "soep-op-de-stoep-2").body


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Geef het een titel."),
        ({"body": ""}, "Schrijf of plak de tekst"),
        ({"url": "javascript:alert(1)"}, "Een webadres begint met https://."),
        ({"region": "Nergenshuizen"}, "De regio Nergenshuizen kennen we niet."),
        ({"published_on": "gisteren"}, "Schrijf een dag als 2026-11-20."),
        ({"title": "x" * 201}, "Maak de titel korter"),
    ],
)
def test_what_is_not_right_is_said_beside_it_and_the_text_is_kept(
    desk: Desk, database: Database, wrong: dict[str, str], sentence: str
) -> None:
    typed = STORY | {"summary": "Mijn eigen samenvatting."} | wrong

    answer = desk.post("/desk/stories/new", **typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Mijn eigen samenvatting." in answer.text
    with database.read() as session:
        assert session.scalar(select(LibraryItem)) is None


@pytest.mark.parametrize(
    ("fields", "alt"),
    [({"alt": "Een tafel"}, "Een tafel"), ({"decoration": "yes"}, ""), ({}, None)],
)
def test_a_picture_is_described_or_decoration_or_undecided(
    desk: Desk, database: Database, fields: dict[str, str], alt: str | None
) -> None:
    desk.post(
        "/desk/stories/new", **STORY, **fields, picture=(io.BytesIO(picture()), "t.png")
    )

    kept = item(database, "soep-op-de-stoep")
    assert kept.image
    assert kept.image_alt == alt


def test_what_is_no_picture_is_refused_and_the_text_is_kept(desk: Desk) -> None:
    file = (io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "t.svg")

    answer = desk.post("/desk/stories/new", **STORY, picture=file)

    assert answer.status_code == 422
    assert "Deze foto kunnen we niet gebruiken" in answer.text
    assert "Elke *donderdag* soep." in answer.text


def test_changing_a_story_keeps_its_picture_and_its_markdown(
    desk: Desk, database: Database
) -> None:
    desk.post("/desk/stories/new", **STORY, picture=(io.BytesIO(picture()), "t.png"))
    before = item(database, "soep-op-de-stoep").image

    assert "Elke *donderdag* soep." in desk.get("/desk/stories/soep-op-de-stoep").text
    desk.follow("/desk/stories/soep-op-de-stoep", **STORY | {"title": "Soep"})

    after = item(database, "soep-op-de-stoep")
    assert (after.title, after.image) == ("Soep", before)


def test_a_list_is_searched_and_filtered(desk: Desk, village: None) -> None:
    assert "De buurttafel" in desk.get("/desk/stories/").text
    assert "De buurttafel" not in desk.get("/desk/stories/?q=balie").text
    assert "Tussen balie en buurt" in desk.get("/desk/stories/?partner=lpb").text
    assert "Niets gevonden" in desk.get("/desk/stories/?q=walvis").text


def test_a_list_is_narrowed_by_theme_place_person_and_use(
    desk: Desk, village: None
) -> None:
    desk.post(
        "/desk/stories/new",
        **STORY,
        region="Zwolle",
        themes="eten, straat",
        people="Anna de Vries",
        source="De Stentor",
        licence="CC BY 4.0",
    )

    for query, is_found in (
        ("theme=Eten", True),
        ("theme=kunst", False),
        ("region=Overijssel", True),
        ("region=provincie+Drenthe", False),
        ("person=vries", True),
        ("used=never&q=brood", True),
        ("used=42", False),
        ("used=unseen", False),
    ):
        page = desk.get(f"/desk/stories/?{query}").text
        assert ("Soep op de stoep" in page) is is_found, query
    assert "De buurttafel" in desk.get("/desk/stories/?used=42").text
    wrong = desk.get("/desk/stories/?region=Nergenshuizen").text
    assert "De regio Nergenshuizen kennen we niet." in wrong
    own = desk.get("/desk/stories/soep-op-de-stoep").text
    assert 'value="De Stentor"' in own
    assert "Nog in geen nummer." in own
    assert "als verhaal" in desk.get("/desk/stories/soep").text


def test_an_empty_shelf_teaches(desk: Desk) -> None:
    assert "Nog geen verhalen" in desk.get("/desk/stories/").text
    assert "Nog geen kennis" in desk.get("/desk/knowledge/").text


def test_knowledge_is_linked_with_a_why_and_unlinked(desk: Desk, village: None) -> None:
    desk.post("/desk/knowledge/new", kind="theory", title="Ontmoeten", body="Een plek.")
    link = {"knowledge": "ontmoeten", "relation": "illustrates"}

    refused = desk.post("/desk/stories/soep/links", **link, why="")
    assert refused.status_code == 422
    assert "zeg in één zin waarom" in refused.text

    page = desk.follow(
        "/desk/stories/soep/links", **link, why="Een vaste plek doet meer."
    )
    assert "Een vaste plek doet meer." in page.text
    assert "De buurttafel" in desk.get("/desk/knowledge/ontmoeten").text

    page = desk.follow("/desk/stories/soep/links/ontmoeten/remove")
    assert "Een vaste plek doet meer." not in page.text


def test_from_an_issue_to_what_a_story_can_be_tied_to_and_back(
    desk: Desk, village: None
) -> None:
    desk.post("/desk/knowledge/new", kind="theory", title="Ontmoeten", body="Een plek.")
    there = "/desk/stories/soep?issue=42#knowledge-links"
    assert f'href="{there}"' in desk.get("/desk/issues/42").text
    page = desk.get(there).text
    assert '<option value="ontmoeten"' in page
    assert page.count('name="issue" value="42"') == 2  # to look for, and to link

    page = desk.follow(
        "/desk/stories/soep/links",
        knowledge="ontmoeten",
        relation="illustrates",
        why="Een vaste plek doet meer.",
        issue="42",
    ).text
    assert "Gekoppeld: Ontmoeten." in page
    assert '<a class="button" href="/desk/issues/42">Terug naar nummer 42</a>' in page
    assert '<option value="ontmoeten"' not in page
    assert "nog geen kennis in de bibliotheek" not in page
    page = desk.get("/desk/stories/soep?issue=x").text
    assert "Gekoppeld:" not in page
    assert 'name="issue"' not in page


def test_a_story_is_not_on_the_other_shelf(desk: Desk, village: None) -> None:
    assert desk.get("/desk/knowledge/soep").status_code == 404
    assert desk.get("/desk/stories/nothing").status_code == 404


def test_suggestions_stand_with_their_reason_and_are_linked_by_nobody_else(
    desk: Desk, village: None
) -> None:
    desk.post(
        "/desk/knowledge/new",
        kind="theory",
        title="Samen eten",
        body="Soep en een wijkplan.",
    )

    page = desk.get("/desk/stories/soep").text
    back = desk.get("/desk/knowledge/samen-eten").text

    assert "deelt de woorden" in page
    assert "Samen eten" in page
    assert "Nog geen. Een nummer vraagt erom" in page
    assert "/desk/stories/soep?knowledge=samen-eten#link" in page
    assert "Verhalen waar het achter kan liggen" in back
    chosen = desk.get("/desk/stories/soep?knowledge=samen-eten&find=walvis").text
    assert '<option value="samen-eten" selected>' in chosen
    refused = desk.post(
        "/desk/stories/soep/links", knowledge="samen-eten", relation="", why="Soep."
    )
    assert refused.status_code == 422
    assert 'value="Soep."' in refused.text


def test_a_dead_link_is_said_where_the_piece_is(
    desk: Desk, database: Database, village: None
) -> None:
    gone = "https://weg.example/onderzoek"
    desk.post("/desk/knowledge/new", kind="theory", title="Plek", body="x", url=gone)
    link = {"knowledge": "plek", "relation": "illustrates", "why": "Een vaste plek."}
    desk.post("/desk/stories/soep/links", **link)
    assert "dode link" not in desk.get("/desk/stories/soep").text
    with database.write.begin() as session:
        remember(session, {gone: Look(404)}, now=NOW)

    assert "dode link" in desk.get("/desk/stories/soep").text
    assert "achter 1 verhaal" in desk.get("/desk/knowledge/").text
    assert "Plek" in desk.get("/desk/knowledge/?dead=yes").text
    assert "De buurttafel" not in desk.get("/desk/stories/?dead=yes").text
    page = desk.get("/desk/knowledge/plek").text
    assert "Een link in dit stuk leidt nergens meer heen." in page
    assert "zegt sinds 20 november 2026 dat die pagina niet bestaat" in page

    # There is no such machine, so it is silent now, and not yet for three days.
    again = desk.follow("/desk/knowledge/plek/look")
    assert "nergens meer heen" not in again.text
