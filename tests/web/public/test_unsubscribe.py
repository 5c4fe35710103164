"""Leaving: RFC 8058's one click, and the page with its narrower and wider choice."""

import pytest
from flask.testing import FlaskClient

from database.session import Database
from newsletter.privacy import forget
from newsletter.settings import Settings
from subscribers import partner_consents, subscriptions, suppression
from subscribers.lists import find_list
from subscribers.models import SubscriptionState
from subscribers.subscriptions import find_subscriber
from subscribers.tokens import Purpose
from tests.conftest import NOW
from tests.factories import ANNA, BEN, a_list, a_partner, a_reader
from tests.web.mailed import a_mailing, a_token, an_issue

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def links(database: Database, settings: Settings) -> dict[str, str]:
    """What stands in the header of Anna's LPB edition and of Ben's ordinary one."""
    with database.write.begin() as session:
        mailing_list = a_list(session)
        other = a_list(session, "wijkpost")
        lpb = a_partner(session)
        anna = a_reader(session, mailing_list, ANNA, partners=[lpb])
        a_reader(session, other, ANNA)
        ben = a_reader(session, mailing_list, BEN)
        issue = an_issue(session, mailing_list, editions=("lpb",))
        mailing = a_mailing(
            session, issue, [(anna, "lpb"), (ben, "base")], keys=("base", "lpb")
        )

        def link(purpose: Purpose, seq: int) -> str:
            return "/unsubscribe/" + a_token(settings, purpose, mailing, seq)

        return {
            "anna": link(Purpose.LEAVE, 1),
            "ben": link(Purpose.LEAVE, 2),
            "nobody": link(Purpose.LEAVE, 99),
            "other purpose": link(Purpose.PREFERENCES, 1),
            "altered": link(Purpose.LEAVE, 1)[:-2] + "xx",
            "nonsense": "/unsubscribe/nonsense",
        }


def states(database: Database, address: str) -> dict[str, SubscriptionState]:
    with database.read() as session:
        subscriber = find_subscriber(session, address)
        assert subscriber is not None
        return {
            one.mailing_list.slug: one.state
            for one in subscriptions.subscriptions_of(session, subscriber)
        }


def partners(database: Database, address: str) -> list[str]:
    with database.read() as session:
        subscriber = find_subscriber(session, address)
        mailing_list = find_list(session, "buurtwijs")
        assert subscriber is not None
        found = subscriptions.find_subscription(session, subscriber, mailing_list)
        assert found is not None
        return [one.slug for one in partner_consents.partners_of(session, found)]


@pytest.mark.parametrize(
    "encoding", ["application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_one_click_ends_the_list_with_all_editions_in_both_encodings(
    client: FlaskClient, database: Database, links: dict[str, str], encoding: str
) -> None:
    answer = client.post(links["anna"], data=ONE_CLICK, content_type=encoding)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert states(database, ANNA) == {"buurtwijs": "ended", "wijkpost": "confirmed"}
    assert partners(database, ANNA) == []


@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"{}"])
def test_whatever_the_body_the_click_counts(
    client: FlaskClient, database: Database, links: dict[str, str], body: bytes
) -> None:
    answer = client.post(links["ben"], data=body, content_type="text/plain")

    assert answer.status_code == 200
    assert states(database, BEN) == {"buurtwijs": "ended"}


def test_a_stray_slash_is_answered_without_a_redirect(
    client: FlaskClient, database: Database, links: dict[str, str]
) -> None:
    answer = client.post(links["ben"] + "/", data=ONE_CLICK)

    assert answer.status_code == 200
    assert states(database, BEN) == {"buurtwijs": "ended"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(
    client: FlaskClient, database: Database, links: dict[str, str], method: str
) -> None:
    assert client.open(links["anna"], method=method).status_code == 200

    assert states(database, ANNA) == {"buurtwijs": "confirmed", "wijkpost": "confirmed"}


def test_repeated_erased_unknown_and_altered_links_get_the_same_page(
    client: FlaskClient, database: Database, links: dict[str, str]
) -> None:
    pages = {client.post(link, data=ONE_CLICK).text for link in links.values()}
    pages.add(client.post(links["anna"], data=ONE_CLICK).text)
    with database.write.begin() as session:
        anna = find_subscriber(session, ANNA)
        assert anna is not None
        forget(session, anna, now=NOW)
    pages.add(client.post(links["anna"], data=ONE_CLICK).text)

    assert len(pages) == 1


def test_the_page_names_the_list_and_offers_the_narrower_and_the_wider_choice(
    client: FlaskClient, links: dict[str, str]
) -> None:
    page = client.get(links["anna"]).text

    assert "je krijgt Buurtwijs niet meer" in page
    assert "Alleen de editie van LPB" in page
    assert 'value="everything"' in page
    assert 'value="edition"' not in client.get(links["ben"]).text
    assert client.get(links["nonsense"]).status_code == 200


def test_only_this_edition_leaves_the_list_as_it_was(
    client: FlaskClient, database: Database, links: dict[str, str]
) -> None:
    answer = client.post(links["anna"], data={"choice": "edition"})

    assert answer.status_code == 200
    assert "De gewone editie blijft komen" in answer.text
    assert states(database, ANNA)["buurtwijs"] == "confirmed"
    assert partners(database, ANNA) == []


def test_everything_ends_every_list_and_keeps_it_so(
    client: FlaskClient, database: Database, links: dict[str, str]
) -> None:
    client.post(links["anna"], data=ONE_CLICK)

    answer = client.post(links["anna"], data={"choice": "everything"})

    assert answer.status_code == 200
    assert states(database, ANNA) == {"buurtwijs": "ended", "wijkpost": "ended"}
    with database.read() as session:
        anna = find_subscriber(session, ANNA)
        assert anna is not None
        assert suppression.reason_for(session, anna.address_hash) is not None


def test_the_page_speaks_the_readers_own_language(
    client: FlaskClient, database: Database, links: dict[str, str]
) -> None:
    with database.write.begin() as session:
        anna = find_subscriber(session, ANNA)
        assert anna is not None
        anna.language = "en"

    page = client.get(links["anna"], headers={"Accept-Language": "nl"}).text

    assert '<html lang="en">' in page
    assert 'action="?lang=en"' in page
