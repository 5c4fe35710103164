"""The list of words the editors avoid, on the desk; and where a finding leads."""

import pytest

from database.session import Database
from newsletter.issues.compose import find_issue
from newsletter.preflight import Finding, Level
from newsletter.preflight.jargon import all_words
from tests.web.editors.conftest import Desk
from web.editors.check import jumps


def words(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {one.word: one.instead for one in all_words(session)}


def test_a_word_is_put_on_the_list_and_taken_off(desk: Desk, database: Database):
    desk.post("/desk/jargon", word="Ketenpartner", instead="organisatie")
    on_the_list = words(database)
    page = desk.get("/desk/jargon")
    desk.post("/desk/jargon/remove", word="ketenpartner")

    assert on_the_list["ketenpartner"] == "organisatie"
    assert "ketenpartner" in page.text
    assert "ketenpartner" not in words(database)


def test_an_empty_word_is_refused_with_what_was_typed(desk: Desk, database: Database):
    answer = desk.post("/desk/jargon", word=" ", instead="iets gewoons")

    assert answer.status_code == 422
    assert 'value="iets gewoons"' in answer.text


def test_a_word_that_is_not_there_is_told(desk: Desk):
    assert desk.post("/desk/jargon/remove", word="nergens").status_code == 404


@pytest.mark.parametrize(
    ("check", "variant", "leads"),
    [
        ("subject", "base", "?edit=headings#headings"),
        ("subject-length", "base-3f9c1a", "?edit=headings#headings"),
        ("subject-length", "lpb-3f9c1a", "?edition=lpb&edit=me#headings"),
        ("preheader", None, "?edit=headings#headings"),
        ("readability", "lpb", "?variant=lpb#preview"),
        ("provider", None, ""),
    ],
)
def test_every_finding_leads_somewhere(app, village, database, check, variant, leads):
    with database.write.begin() as session:
        find_issue(session, 42).editions = [{"partner": "lpb", "subject": "Voor LPB"}]
    with app.test_request_context("/desk/"), database.read() as session:
        jump = jumps(find_issue(session, 42))

        found = jump(Finding(check, Level.ADVICE, "Zo.", variant=variant)).url
        assert found == f"/desk/issues/42{leads}"
