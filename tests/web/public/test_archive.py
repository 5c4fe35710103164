"""Reading back: what was sent is there for everybody, and nothing else."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from database.session import Database
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingState
from newsletter.issues.doubles import merge
from newsletter.library.models import ItemKind
from newsletter.media import store
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.factories import ANNA, a_list, a_partner, a_reader
from tests.newsletter.pictures import picture
from tests.web.mailed import a_link, a_mailing, an_issue, an_item


@pytest.fixture(autouse=True)
def archive(database: Database) -> None:
    """Number 42 went out, 43 is a draft, 44 waits for its time, 45 was stopped."""
    with database.write.begin() as session:
        mailing_list = a_list(session)
        a_partner(session)
        anna = a_reader(session, mailing_list, ANNA)
        soup = an_item(
            session,
            "soep",
            body="<p>Elke donderdag <strong>soep</strong>.</p>",
            url="https://lpb.example/soep",
            regions=["GM0150"],
            people=["Roos"],
            image_alt="",
            image="0" * 64 + ".png",
            image_credit="Foto: Roos",
            source="De Stentor",
            licence="CC BY 4.0",
        )
        theory = an_item(session, "ontmoeten", kind=ItemKind.THEORY)
        a_link(session, soup, theory)
        an_item(session, "nog-niet-geplaatst")
        sent = an_issue(session, mailing_list, stories=("soep",), editions=("lpb",))
        a_mailing(
            session,
            sent,
            [(anna, "base")],
            keys=("base-3f9c1a", "lpb", "base", "GM0150"),
        )
        an_issue(session, mailing_list, number=43, stories=("nog-niet-geplaatst",))
        waiting = an_issue(session, mailing_list, number=44)
        a_mailing(session, waiting, state=MailingState.SCHEDULED, frozen=False)
        stopped = an_issue(session, mailing_list, number=45)
        a_mailing(session, stopped, state=MailingState.CANCELLED)


def test_the_archive_lists_what_went_out(client: FlaskClient) -> None:
    page = client.get("/issues/").text

    assert "Nummer 42" in page
    assert "Beste lezer, soep voor de straat" in page
    for number in (43, 44, 45):
        assert f"Nummer {number}" not in page


def test_an_issue_shows_its_editions_and_stories(client: FlaskClient) -> None:
    page = client.get("/issues/42").text

    assert 'href="/issues/42/base"' in page
    assert "Editie van LPB" in page
    assert "Editie van Deventer" in page
    assert "base-3f9c1a" not in page
    assert 'href="/stories/soep"' in page


@pytest.mark.parametrize(
    "path",
    [
        "/issues/43",
        "/issues/44",
        "/issues/99",
        "/issues/44/base",
        "/issues/42/nope",
        "/issues/x",
        "/stories/nog-niet-geplaatst",
        "/stories/unknown",
        "/stories/%00",
    ],
)
def test_what_was_not_published_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_version_is_the_mail_itself_without_script_and_with_its_own_styles(
    client: FlaskClient,
) -> None:
    answer = client.get("/issues/42/base-3f9c1a")

    assert "<h1>Versie base-3f9c1a</h1>" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script" not in policy
    assert (
        answer.headers["Link"]
        == '<https://post.example.nl/issues/42/base>; rel="canonical"'
    )


def test_a_story_shows_its_text_its_source_and_what_we_know_about_it(
    client: FlaskClient,
) -> None:
    page = client.get("/stories/soep").text

    assert "<strong>soep</strong>" in page
    assert "Deventer" in page
    assert '<link rel="canonical" href="https://lpb.example/soep">' in page
    assert 'href="/stories/ontmoeten"' in page
    assert "theorie, het verhaal laat dit zien" in page
    assert "Het verhaal laat zien hoe het gaat." in page
    assert 'href="/issues/42"' in page


def test_knowledge_names_the_stories_that_lean_on_it(client: FlaskClient) -> None:
    page = client.get("/stories/ontmoeten").text

    assert 'href="/stories/soep"' in page
    assert "https://post.example.nl/stories/ontmoeten" in page


def test_an_empty_archive_teaches(client: FlaskClient, database: Database) -> None:
    with database.write.begin() as session:
        session.execute(update(Mailing).values(frozen_at=None))

    assert "Het eerste nummer komt hier te staan" in client.get("/issues/").text


def test_a_picture_may_be_kept_for_ever(
    client: FlaskClient, settings: Settings
) -> None:
    stored = store(settings.media, picture(20, 10))

    with client.get(f"/media/{stored.hash}") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == stored.mime
        assert answer.cache_control.immutable
        assert answer.cache_control.public
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("name", ["x", "0" * 64 + ".png", "..%2Fsecret.key", "%00"])
def test_what_is_no_picture_is_not_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404


def test_health_says_whether_the_database_answers(client: FlaskClient) -> None:
    assert client.get("/health").json == {"status": "ok", "database": "ok"}


def test_what_we_keep_names_who_we_are(client: FlaskClient) -> None:
    page = client.get("/privacy").text

    assert "Stichting Buurtwijs" in page
    assert "Dorpsstraat 1" in page
    assert 'href="mailto:post@buurtwijs.example"' in page
    assert "na 7 dagen" in page
    assert "na 90 dagen weg, en je adres na 2 jaar" in page
    assert "Autoriteit Persoonsgegevens" in page
    assert "SendGrid" not in page  # these mails go nowhere


def test_a_double_leads_to_the_piece_it_became(
    client: FlaskClient, database: Database
) -> None:
    with database.write.begin() as session:
        an_item(session, "soep-2")
        merge(session, keep="soep-2", double="soep", by="anna", now=NOW)

    moved = client.get("/stories/soep")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/stories/soep-2")
    page = client.get("/stories/soep-2").text
    assert "nummer 42" in page
    assert "/stories/soep-2" in client.get("/issues/42").text


def test_a_story_says_its_source_licence_and_who_made_the_picture(
    client: FlaskClient,
) -> None:
    page = client.get("/stories/soep").text

    assert "Foto: Roos" in page
    assert "Bron: De Stentor · CC BY 4.0" in page
