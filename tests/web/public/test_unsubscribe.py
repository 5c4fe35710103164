"""Leaving: RFC 8058's one click, and the page with its narrower and wider choice."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from database.session import Database
from newsletter.dispatch import leaving_reasons
from newsletter.dispatch.models import LeavingReason, Mailing
from newsletter.dispatch.states import WhyLeft
from newsletter.privacy import forget
from newsletter.settings import Settings
from subscribers import partner_consents, subscriptions, suppression
from subscribers.lists import find_list
from subscribers.models import SignupRequest, SubscriptionState
from subscribers.subscriptions import find_subscriber
from subscribers.tokens import Purpose, Signer
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


def test_why_is_counted_and_tied_to_nobody(
    client: FlaskClient, database: Database, links: dict[str, str]
) -> None:
    for link, reason in [
        ("anna", "too-often"),
        ("ben", "too-often"),
        ("ben", "not a reason"),
        ("ben", ""),
        ("nobody", "too-often"),
        ("altered", "too-often"),
    ]:
        answer = client.post(links[link], data={"choice": "why", "reason": reason})
        assert answer.status_code == 200
        assert "Dank je wel" in answer.text

    with database.read() as session:
        assert session.query(LeavingReason).count() == 2
        kept = set(LeavingReason.__table__.columns.keys())
        assert kept == {"id", "mailing_id", "reason", "given_on"}
    assert states(database, ANNA)["buurtwijs"] == SubscriptionState.CONFIRMED


def test_few_reasons_are_not_told(database: Database, links: dict[str, str]) -> None:
    with database.write.begin() as session:
        mailing_list = find_list(session, "buurtwijs")
        mailing_id = session.scalars(select(Mailing.id)).one()
        for reason, times in [("too-often", 10), ("elsewhere", 12), ("not-for-me", 9)]:
            for _ in range(times):
                leaving_reasons.give(session, mailing_id, 1, reason, now=NOW)

        told = leaving_reasons.tally(session, mailing_list.id)

        assert told == {WhyLeft.ELSEWHERE: 12, WhyLeft.TOO_OFTEN: 10}
        assert list(told) == [WhyLeft.ELSEWHERE, WhyLeft.TOO_OFTEN]


@pytest.mark.parametrize("choice", ["list", "everything"])
def test_who_left_by_mistake_is_mailed_a_button(
    client: FlaskClient,
    database: Database,
    settings: Settings,
    links: dict[str, str],
    choice: str,
) -> None:
    client.post(links["anna"], data={"choice": choice})

    answers = {
        client.post(links[who], data={"choice": "back"}).text
        for who in ("anna", "nobody", "altered")
    }

    assert len(answers) == 1
    with database.read() as session:
        waiting = select(SignupRequest.id).where(SignupRequest.confirmed_at.is_(None))
        [number] = session.scalars(waiting).all()
    assert states(database, ANNA)["buurtwijs"] == SubscriptionState.ENDED
    link = Signer(settings.signing_keys()).sign(Purpose.CONFIRM, number)
    client.post(f"/confirm/{link}")
    assert states(database, ANNA)["buurtwijs"] == SubscriptionState.CONFIRMED
    assert partners(database, ANNA) == []  # that box is ticked anew, or not
