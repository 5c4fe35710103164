"""An edition has its own words and blocks, and changes nothing of the issue itself."""

import re

from database.session import Database
from newsletter.issues.compose import find_issue
from tests.web.editors.conftest import Desk

ISSUE = "/desk/issues/42"


def edition(database: Database) -> dict[str, object]:
    with database.read() as session:
        return find_issue(session, 42).editions[0]


def composed(page: str) -> list[str]:
    return re.findall(r'<article class="block[^"]*" id="([^"]+)"', page)


def seen(page: str) -> str:
    return str(re.findall(r'name="seen" value="([^"]+)"', page)[-1])


def with_lpb(desk: Desk) -> str:
    return desk.follow(f"{ISSUE}/editions", **{"for": "partner:lpb"}).text


def test_a_partners_edition_is_added_with_its_readers(
    desk: Desk, village: None
) -> None:
    page = with_lpb(desk)

    assert "LPB · 1" in page
    assert "Eigen voorwoord" in page


def test_it_gets_a_subject_and_foreword_of_its_own(
    desk: Desk, database: Database, village: None
) -> None:
    opened = seen(with_lpb(desk))

    page = desk.follow(
        f"{ISSUE}/editions/lpb", subject="Voor LPB", foreword="Dag {naam}.", seen=opened
    )

    assert "Dag {naam}." in page.text
    assert edition(database)["subject"] == "Voor LPB"
    assert "Dag Anna." in desk.get(f"{ISSUE}/preview/lpb").text
    assert "Dag Anna." not in desk.get(f"{ISSUE}/preview/base").text


def test_its_own_blocks_stand_between_those_of_the_issue(
    desk: Desk, database: Database, village: None
) -> None:
    with_lpb(desk)
    text = {"kind": "text", "text": "Van LPB.", "edition": "lpb"}

    page = desk.follow(f"{ISSUE}/blocks", **text, after="foreword-1").text
    assert composed(page) == ["foreword-1", "text-1", "story-1", "story-2"]

    page = desk.follow(f"{ISSUE}/blocks/text-1/move", to="down", edition="lpb").text
    assert composed(page) == ["foreword-1", "story-1", "text-1", "story-2"]

    page = desk.follow(f"{ISSUE}/blocks/text-1/copy", edition="lpb").text
    assert composed(page) == ["foreword-1", "story-1", "text-1", "text-2", "story-2"]

    page = desk.follow(f"{ISSUE}/blocks/text-2/move", to="up", edition="lpb").text
    assert composed(page) == ["foreword-1", "story-1", "text-2", "text-1", "story-2"]

    page = desk.follow(f"{ISSUE}/blocks/text-1/remove", edition="lpb").text
    assert composed(page) == ["foreword-1", "story-1", "text-2", "story-2"]
    assert composed(desk.get(ISSUE).text) == ["foreword-1", "story-1", "story-2"]


def test_a_block_of_the_issue_is_not_changed_from_an_edition(
    desk: Desk, village: None
) -> None:
    with_lpb(desk)

    answer = desk.post(f"{ISSUE}/blocks/story-1/remove", edition="lpb")

    assert answer.status_code == 404
    assert "Dit blok is er niet meer." in answer.text


def test_it_is_taken_away_again(desk: Desk, database: Database, village: None) -> None:
    with_lpb(desk)

    page = desk.follow(f"{ISSUE}/editions/lpb/remove")

    assert "Het nummer zelf · 3" in page.text
