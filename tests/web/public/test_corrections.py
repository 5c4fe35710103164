"""What was put right stands beside what it puts right, with its date."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from database.session import Database
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingState
from tests.conftest import NOW
from tests.factories import ANNA, a_list, a_partner, a_reader
from tests.web.mailed import a_correction, a_mailing, an_issue, an_item

LATER = NOW + timedelta(days=2)
DAY = "22 november 2026"


@pytest.fixture(autouse=True)
def archive(database: Database) -> None:
    """Number 42 went out in three variants; two of them had something wrong."""
    with database.write.begin() as session:
        mailing_list = a_list(session)
        a_partner(session)
        an_item(session, "soep")
        an_item(session, "bank")
        issue = an_issue(
            session, mailing_list, stories=("soep", "bank"), editions=("lpb",)
        )
        anna = a_reader(session, mailing_list, ANNA)
        mailing = a_mailing(
            session, issue, [(anna, "base")], keys=("base", "lpb", "base-3f9c1a")
        )
        a_correction(session, mailing, "base", "lpb", at=LATER)


def change(database: Database, **values: object) -> None:
    with database.write.begin() as session:
        for mailing in session.query(Mailing).filter_by(kind="correction"):
            for name, value in values.items():
                setattr(mailing, name, value)


def test_the_issue_shows_it_with_its_date(client: FlaskClient) -> None:
    page = client.get("/issues/42").text

    assert "Rectificatie</h2>" in page
    assert f'<time datetime="2026-11-22">{DAY}</time>' in page
    assert "Het was <strong>donderdag</strong>." in page


@pytest.mark.parametrize(
    ("key", "shows_it"), [("base", True), ("lpb", True), ("base-3f9c1a", False)]
)
def test_each_version_that_held_the_item_begins_with_it(
    client: FlaskClient, key: str, shows_it: bool
) -> None:
    page = client.get(f"/issues/42/{key}").text

    assert ("<strong>donderdag</strong>" in page) is shows_it
    assert (f"Rectificatie van zondag {DAY}" in page) is shows_it
    assert f"<h1>Versie {key}</h1>" in page


def test_the_story_shows_it_and_names_the_issue(client: FlaskClient) -> None:
    page = client.get("/stories/soep").text

    assert DAY in page
    assert "Het was <strong>donderdag</strong>." in page
    assert 'href="/issues/42"' in page


def test_another_story_does_not(client: FlaskClient) -> None:
    assert "donderdag" not in client.get("/stories/bank").text


def test_the_correction_has_a_page_of_its_own(client: FlaskClient) -> None:
    answer = client.get("/issues/42/correction-1")

    assert "<h1>Rectificatie: Soep</h1>" in answer.text
    assert (
        answer.headers["Link"]
        == '<https://post.example.nl/issues/42/correction-1>; rel="canonical"'
    )


def test_the_issue_stands_once_in_the_archive(client: FlaskClient) -> None:
    assert client.get("/issues/").text.count("Nummer 42") == 1


def test_one_that_was_stopped_before_anybody_had_it_is_not_there(
    client: FlaskClient, database: Database
) -> None:
    change(database, state=MailingState.CANCELLED)

    for path in ("/issues/42", "/issues/42/base", "/stories/soep"):
        assert "donderdag" not in client.get(path).text


def test_what_an_editor_typed_cannot_act_on_the_page(
    client: FlaskClient, database: Database
) -> None:
    with database.write.begin() as session:
        (mailing,) = session.query(Mailing).filter_by(kind="issue")
        a_correction(
            session,
            mailing,
            "base",
            text="<script>alert(1)</script> [x](javascript:alert(1))",
            title="<b>Soep</b>",
            number=2,
        )

    for path in ("/issues/42", "/issues/42/base", "/stories/soep"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert 'javascript:alert(1)"' not in page
        assert "<b>Soep" not in page
