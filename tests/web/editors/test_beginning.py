"""The next issue from this one, templates, sections, and versions side by side."""

import re

import pytest

from database.session import Database
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue
from tests.web.editors.conftest import Desk

ISSUE = "/desk/issues/42"
NEXT = "/desk/issues/43"


def issue(database: Database, number: int = 43) -> Issue:
    with database.read() as session:
        return find_issue(session, number)


def kinds(database: Database) -> list[str]:
    return [block["kind"] for block in issue(database).blocks]


def test_the_next_issue_is_made_and_its_section_filled(
    desk: Desk, database: Database, village: None
) -> None:
    assert "Een kopie krijgt ook de verhalen" in desk.get("/desk/issues/").text
    page = desk.follow(f"{ISSUE}/next").text

    assert "<h1>Nummer 43</h1>" in page
    assert "Onderwerp is nog leeg." in page
    assert kinds(database) == ["foreword", "section"]
    assert "Hier nog 1 verhaal te plaatsen." in page
    assert "Tekst is nog leeg." in page
    # What readers had is not offered again, unless one asks.
    assert "Plaats<span" not in page
    assert "De buurttafel" in desk.get(f"{NEXT}?which=used").text

    desk.post(f"{NEXT}/blocks", kind="divider", edition="base")
    page = desk.follow(f"{NEXT}/place", story="soep", edition="base").text

    assert kinds(database) == ["foreword", "section", "story", "divider"]
    assert "te plaatsen" not in page
    assert "1 verhaal (1 tot 3 mag)" in page


def test_a_template_is_kept_begun_and_taken_away(
    desk: Desk, database: Database, village: None
) -> None:
    page = desk.follow("/desk/issues/templates", number="42", name="Maand").text
    assert "Bewaard als Maand." in page
    begin = re.search(r'action="([^"]+/begin)"', page)
    remove = re.search(r'action="([^"]+/templates/\d+/remove)"', page)
    assert begin
    assert remove

    assert "<h1>Nummer 43</h1>" in desk.follow(begin[1]).text
    assert kinds(database) == ["foreword", "section"]
    assert "Maand" not in desk.follow(remove[1]).text
    assert desk.post(begin[1]).status_code == 404


@pytest.mark.parametrize(
    ("number", "name", "status"),
    [("42", "", 422), ("42", "x" * 61, 422), ("7", "Maand", 404), ("²", "Maand", 404)],
)
def test_a_template_that_cannot_be_kept_is_refused(
    desk: Desk, village: None, number: str, name: str, status: int
) -> None:
    answer = desk.post("/desk/issues/templates", number=number, name=name)

    assert answer.status_code == status


def test_versions_stand_side_by_side(desk: Desk, village: None) -> None:
    desk.post(f"{ISSUE}/blocks/story-1/hide", edition="base")
    page = desk.get(f"{ISSUE}/versions").text

    assert page.count('<span aria-hidden="true">●</span>') == 3
    assert "verborgen" in page
    assert "<b>ook</b> Verhaal, kort Tussen balie en buurt" in page


def test_a_block_for_nobody_says_so(desk: Desk, village: None) -> None:
    desk.post(
        f"{ISSUE}/blocks",
        kind="text",
        edition="base",
        text="Voor wie?",
        only_region="PV21",
    )

    assert "0 lezers: niemand ziet dit" in desk.get(ISSUE).text
    assert "niemand ziet dit" in desk.get(f"{ISSUE}/versions").text


@pytest.mark.parametrize(
    ("eyes", "said", "has"),
    [
        ("role=wijkambtenaar", "krijgt versie B.", "balie"),
        ("role=", "krijgt versie A.", None),
        ("role=nergens&region=GM9999&partner=x&language=xx", "krijgt versie A.", None),
    ],
)
def test_the_issue_through_somebodys_eyes(
    desk: Desk, village: None, eyes: str, said: str, has: str | None
) -> None:
    page = desk.get(f"{ISSUE}/versions?{eyes}").text
    mail = desk.get(f"{ISSUE}/versions/seen?{eyes}&view=text")

    assert said in page
    assert mail.status_code == 200
    assert ("balie" in mail.text) == bool(has)


def test_who_would_get_nothing_hears_so(desk: Desk, village: None) -> None:
    for block in ("story-1", "foreword-1"):
        desk.post(f"{ISSUE}/blocks/{block}/hide", edition="base")

    page = desk.get(f"{ISSUE}/versions?role=").text

    assert "dus die krijgt geen mail" in page
    assert desk.get(f"{ISSUE}/versions/seen?role=").status_code == 204
